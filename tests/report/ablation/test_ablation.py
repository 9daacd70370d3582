"""The ablation says exactly what one model and one pass a unit say."""

import copy

import numpy as np
import pytest
import torch

from mutspad.data.sentence import Sentence
from mutspad.errors import CheckpointError
from mutspad.report.ablation import ablate as module
from mutspad.report.ablation.ablate import ablate, class_f1, predict_ablated, spread
from mutspad.tasks import TASKS, Task
from mutspad.training.predict import annotate

UNITS = range(8)


def without_unit(model, unit):
    """Return a copy of a model in which nothing reads a unit of h_pos."""
    variant = copy.deepcopy(model)
    with torch.no_grad():
        for linear in (variant.reductions[Task.POS], variant.heads[Task.POS].classifier):
            linear.weight[:, unit] = 0.0
    return variant


def words_of(layers):
    return [
        (label, None if layer.heads is None else layer.heads[place])
        for layer in layers
        for place, label in enumerate(layer.labels)
    ]


def words(labels, heads=None):
    return list(zip(labels, heads or [None] * len(labels), strict=True))


def test_f1_of_each_class_that_occurs():
    found = class_f1(words("aaabbc"), words("aabbad"))
    # Two hits of a of three gold and three predicted, one of b of two and two.
    assert found == pytest.approx({"a": 200 / 3, "b": 50.0, "c": 0.0, "d": 0.0})


def test_a_label_with_a_wrong_head_is_no_hit():
    found = class_f1(words("aab", [0, 1, 1]), words("aab", [0, 3, 1]))
    assert found == pytest.approx({"a": 50.0, "b": 100.0})


@pytest.mark.parametrize("multi_root", [True, False])
@pytest.mark.parametrize("tasks", [TASKS, (Task.POS, Task.NER, Task.DEP), (Task.POS, Task.CHUNK)])
def test_layers_and_drops_are_those_of_the_model_without_the_unit(
    tasks, multi_root, build_model, vocabulary, sentences, monkeypatch
):
    model = build_model(tasks)
    # Batches of one sentence and of several.
    monkeypatch.setattr(module, "BATCH_WORDS", 20)
    options = {"multi_root": multi_root}
    for task in model.tasks:
        found = predict_ablated(model, vocabulary, sentences, task, units=(*UNITS, None), **options)
        result = ablate(model, vocabulary, sentences, task, **options)
        assert (result.sentences, result.words) == (len(sentences), sum(map(len, sentences)))
        gold = words_of([sentence.layers[task] for sentence in sentences])
        rows = [*(result.base - result.drops), result.base]
        variants = [*(without_unit(model, unit) for unit in UNITS), model]
        seen = set()
        for layers, variant, row in zip(found, variants, rows, strict=True):
            said = annotate(variant, vocabulary, sentences, [task], **options)
            expected = [sentence.layers[task] for sentence in said]
            assert layers == expected
            f1 = class_f1(gold, words_of(expected))
            assert row == pytest.approx([f1.get(name, 0.0) for name in result.classes])
            seen.add(tuple((layer.labels, layer.heads) for layer in layers))
        # The units do matter, or equality would say nothing.
        assert len(seen) > 4
        assert np.abs(result.drops).max() > 0


def test_classes_are_the_labels_the_mended_and_the_unknown(model, vocabulary, sentences):
    found = ablate(model, vocabulary, sentences, Task.CHUNK, multi_root=True)
    assert found.classes == ("O", "B-NP", "I-NP", "I-VP", "B-ADJP", "B-VP")
    gold = [label for sentence in sentences for label in sentence.layers[Task.CHUNK].labels]
    assert found.supports.tolist() == [gold.count(name) for name in found.classes]
    # No prediction can be right about a class that the network does not know.
    assert not found.base[4]
    assert not found.drops[:, 4].any()


@pytest.mark.parametrize(
    ("tasks", "task"),
    [
        ((Task.CHUNK, Task.NER), Task.NER),
        ((Task.POS,), Task.POS),
        ((Task.POS, Task.NER), Task.DEP),
    ],
)
def test_a_model_without_the_branches_is_refused(tasks, task, build_model, vocabulary, sentences):
    with pytest.raises(CheckpointError, match=f"found one of {', '.join(tasks)}; name the method"):
        ablate(build_model(tasks), vocabulary, sentences, task, multi_root=True)


def test_sentences_are_spread_evenly():
    items = [Sentence(str(number), ("x",)) for number in range(10)]
    assert [item.id for item in spread(items, 4)] == ["0", "2", "5", "7"]
    assert spread(items, None) == spread(items, 10) == spread(items, 99) == items
