"""The fast ablation says exactly what one model a unit says."""

import numpy as np
import pytest
import torch

from mutspad.data.sentence import Sentence
from mutspad.errors import CheckpointError, MutspadError
from mutspad.models.fast import variants
from mutspad.models.mst import maximum_spanning_tree
from mutspad.report.ablation.ablate import (
    ablate,
    ablate_one_by_one,
    predict_ablated,
    spread,
    without_unit,
)
from mutspad.tasks import TASKS, Task
from mutspad.training.predict import annotate

UNITS = range(8)


def predictions_of(model, vocabulary, sentences, task, multi_root):
    """Gather label rows and heads, `[variants][sentences]`."""
    labels = [[None] * len(sentences) for _ in range(len(UNITS) + 1)]
    heads = [[None] * len(sentences) for _ in range(len(UNITS) + 1)]
    for found in predict_ablated(
        model, vocabulary, sentences, task, multi_root=multi_root, units=UNITS
    ):
        for place in range(len(found.labels)):
            for column, index in enumerate(found.sentences):
                assert labels[found.first + place][index] is None
                labels[found.first + place][index] = found.labels[place, column].tolist()
                if found.heads is not None:
                    heads[found.first + place][index] = tuple(found.heads[place, column].tolist())
    return labels, heads


@pytest.mark.parametrize("multi_root", [True, False])
@pytest.mark.parametrize("task", TASKS)
def test_every_prediction_is_the_one_of_the_model_without_the_unit(
    task, multi_root, model, vocabulary, sentences
):
    labels, heads = predictions_of(model, vocabulary, sentences, task, multi_root)
    seen = set()
    for place, variant in enumerate([*(without_unit(model, unit) for unit in UNITS), model]):
        said = annotate(variant, vocabulary, sentences, [task], multi_root=multi_root)
        layers = [sentence.layers[task] for sentence in said]
        if task in (Task.POS, Task.DEP):
            names = vocabulary.labels[task]
            assert [tuple(names[row] for row in rows) for rows in labels[place]] == [
                layer.labels for layer in layers
            ]
        assert heads[place] == [layer.heads for layer in layers]
        seen.add(tuple((layer.labels, layer.heads) for layer in layers))
    # The units do matter, or equality would say nothing.
    assert len(seen) > 4


@pytest.mark.parametrize("tasks", [TASKS, (Task.POS, Task.NER, Task.DEP), (Task.POS, Task.CHUNK)])
def test_drops_are_those_of_one_pass_a_unit(tasks, build_model, vocabulary, sentences, monkeypatch):
    model = build_model(tasks)
    for task in model.tasks:
        slow = ablate_one_by_one(model, vocabulary, sentences, task, multi_root=True)
        assert np.abs(slow.drops).max() > 0
        assert (slow.sentences, slow.words) == (len(sentences), sum(map(len, sentences)))
        # Batches of some of the variants, of some sentences, and of all.
        for rows in (3, 20, 512):
            monkeypatch.setattr(variants, "ROWS", rows)
            fast = ablate(model, vocabulary, sentences, task, multi_root=True)
            assert fast.classes == slow.classes
            assert fast.units == slow.units == tuple(UNITS)
            for name in ("drops", "base", "supports", "sentences", "words"):
                np.testing.assert_array_equal(getattr(fast, name), getattr(slow, name))


def test_chosen_units_give_the_rows_of_all(model, vocabulary, sentences):
    whole = ablate(model, vocabulary, sentences, Task.NER, multi_root=True)
    some = ablate(model, vocabulary, sentences, Task.NER, multi_root=True, units=[6, 1])
    np.testing.assert_array_equal(some.drops, whole.drops[[6, 1]])


def test_classes_are_the_labels_the_mended_and_the_unknown(model, vocabulary, sentences):
    found = ablate(model, vocabulary, sentences, Task.CHUNK, multi_root=True)
    assert found.classes == ("O", "B-NP", "I-NP", "I-VP", "B-ADJP", "B-VP")
    gold = [label for sentence in sentences for label in sentence.layers[Task.CHUNK].labels]
    assert found.supports.tolist() == [gold.count(name) for name in found.classes]
    # No prediction can be right about a class that the network does not know.
    assert not found.base[4]
    assert not found.drops[:, 4].any()


def test_a_unit_is_ablated_where_it_is_read_and_the_model_stays(model):
    before = {name: value.clone() for name, value in model.state_dict().items()}
    after = without_unit(model, 3).state_dict()
    changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert changed == {"reductions.pos.weight", "heads.pos.classifier.weight"}
    for name in changed:
        assert not after[name][:, 3].any()
        kept = [unit for unit in UNITS if unit != 3]
        assert torch.equal(after[name][:, kept], before[name][:, kept])
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_training_model_stays_in_training(model, vocabulary, sentences):
    model.train()
    in_training = ablate(model, vocabulary, sentences, Task.DEP, multi_root=True)
    assert model.training
    evaluated = ablate(model.eval(), vocabulary, sentences, Task.DEP, multi_root=True)
    np.testing.assert_array_equal(in_training.drops, evaluated.drops)


@pytest.mark.parametrize(
    ("tasks", "task"),
    [
        ((Task.CHUNK, Task.NER), Task.NER),
        ((Task.POS,), Task.POS),
        ((Task.POS, Task.NER), Task.DEP),
    ],
)
def test_a_model_without_the_branches_is_refused(tasks, task, build_model, vocabulary, sentences):
    with pytest.raises(CheckpointError, match=f"found one of {', '.join(tasks)}; name such a run"):
        ablate(build_model(tasks), vocabulary, sentences, task, multi_root=True)


def test_gold_is_needed_for_every_sentence(model, vocabulary, sentences):
    bare = Sentence("bare", ("Ana",))
    with pytest.raises(MutspadError, match=r"expected gold ner labels .*, found none in"):
        ablate(model, vocabulary, [*sentences, bare], Task.NER, multi_root=True)
    with pytest.raises(MutspadError, match="found no sentence"):
        ablate(model, vocabulary, [], Task.NER, multi_root=True)


def test_sentences_are_spread_evenly():
    items = [Sentence(str(number), ("x",)) for number in range(10)]
    assert [item.id for item in spread(items, 4)] == ["0", "2", "5", "7"]
    assert spread(items, None) == spread(items, 10) == spread(items, 99) == items


@pytest.mark.parametrize("multi_root", [True, False])
def test_trees_are_those_of_the_search(multi_root):
    torch.manual_seed(1)
    found_without_search = 0
    for length in (1, 2, 6):
        s_arc = torch.randn(40, length + 1, length + 1)
        s_arc[:, range(length + 1), range(length + 1)] = -torch.inf
        logits = s_arc.double().log_softmax(dim=-1).numpy()
        trees = variants.find_trees(s_arc, multi_root=multi_root)
        for row, scores in zip(trees, logits, strict=True):
            wanted = maximum_spanning_tree(scores, multi_root=multi_root)
            assert row.tolist() == wanted.tolist()
            found_without_search += bool((scores.argmax(axis=1)[1:] == wanted).all())
    assert 10 < found_without_search < 110


@pytest.mark.parametrize("spread_of_variants", [0.0, 0.01, 0.3, 3.0])
def test_relations_settled_by_the_bound_are_the_best(spread_of_variants, model, monkeypatch):
    torch.manual_seed(2)
    parser = model.heads[Task.DEP]
    features = torch.randn(1, 6, parser.feature_dim)
    features = features + spread_of_variants * torch.randn(30, 6, parser.feature_dim)
    heads = torch.randint(0, 6, (5,)).repeat(30, 1)
    heads[3, 2], heads[7, 0] = (heads[3, 2] + 1) % 6, (heads[7, 0] + 1) % 6
    first = torch.arange(30)[:, None] * 6
    wanted = parser.label.pairs(
        features, (first + torch.arange(1, 6)).flatten(), (first + heads).flatten()
    )
    with torch.inference_mode():
        relations = variants._Relations(parser)
        found = relations.predict(features, heads)
        monkeypatch.setattr(variants, "SLACK", torch.inf)
        monkeypatch.setattr(variants, "PAIRS", 7)
        in_full = relations.predict(features, heads)
    best = parser.possible_rels(wanted, heads.flatten()).argmax(dim=-1)
    assert torch.equal(found, best.view(30, 5))
    assert torch.equal(in_full, found)
