import json
import subprocess
import sys
from pathlib import Path

import pytest

from mutspad.data.sentence import Layer, Origin, Sentence
from mutspad.errors import MutspadError
from mutspad.evaluation.counts import count_layers
from mutspad.evaluation.score import (
    build_scores,
    score_layers,
    score_single_root,
)
from mutspad.tasks import TASKS, Task

ROOT = Path(__file__).parents[2]


def sentence(id_, words, task, labels, heads=None, origin=Origin.GOLD):
    layer = Layer(tuple(labels), origin, None if heads is None else tuple(heads))
    return Sentence(id_, tuple(words)).with_layers({task: layer})


def pair(task, gold, predicted, gold_heads=None, heads=None):
    words = ("so", "very", "tired")
    return (
        [sentence("a", words, task, gold, gold_heads)],
        [sentence("a", words, task, predicted, heads, Origin.SILVER)],
    )


def test_pos_has_accuracy_and_counts():
    gold, predicted = pair(Task.POS, "XXY", "XXX")
    scores = score_layers(Task.POS, gold, predicted)
    assert scores == {"accuracy": pytest.approx(200 / 3), "words": 3, "sentences": 1}
    # Words count, not sentences; labels are compared exactly.
    gold.append(sentence("b", ["lol"], Task.POS, "X"))
    predicted.append(sentence("b", ["lol"], Task.POS, "x"))
    assert score_layers(Task.POS, gold, predicted)["accuracy"] == 50.0


@pytest.mark.parametrize("task", [Task.CHUNK, Task.NER])
def test_spans_have_precision_recall_and_f1(task):
    gold, predicted = ["B-NP", "O", "B-NP"], ["B-NP", "O", "O"]
    scores = score_layers(task, *pair(task, gold, predicted))
    assert scores["precision"] == 100.0
    assert scores["recall"] == 50.0
    assert scores["f1"] == pytest.approx(200 / 3)


def test_dependencies_have_three_attachment_scores():
    scores = score_layers(
        Task.DEP,
        *pair(
            Task.DEP,
            ["advmod", "advmod:emph", "root"],
            ["obl", "advmod", "root"],
            [3, 3, 0],
            [3, 3, 0],
        ),
    )
    assert scores["uas"] == 100.0
    assert scores["las"] == pytest.approx(200 / 3)
    assert scores["las_full"] == pytest.approx(100 / 3)


def test_single_root_scores_turn_the_prediction_not_the_reference():
    gold, predicted = pair(
        Task.DEP,
        ["root", "nmod", "parataxis"],
        ["root", "nmod:poss", "root"],
        [0, 3, 1],
        [0, 3, 0],
    )
    assert score_single_root(gold, predicted) == {"las_single_root": 100, "uas_single_root": 100}
    assert score_layers(Task.DEP, gold, predicted)["uas"] == pytest.approx(200 / 3)


@pytest.mark.parametrize("task", TASKS)
def test_the_main_score_is_the_paper_s(task):
    assert task.spec.metric == {"pos": "accuracy", "dep": "las"}.get(task, "f1")


@pytest.mark.parametrize("measure", [score_layers, count_layers])
def test_sentences_must_be_the_same_sentences(measure):
    gold, predicted = pair(Task.POS, "XXY", "XXX")
    for others in (predicted * 2, []):
        with pytest.raises(MutspadError, match="pos: expected sentences with predictions for all"):
            measure(Task.POS, gold if others else [], others)
    for name, words in (("b", gold[0].words), ("a", ("so", "very", "TIRED"))):
        other = [sentence(name, words, Task.POS, "XXX")]
        with pytest.raises(MutspadError, match="expected id and words of the gold sentence 'a'"):
            measure(Task.POS, gold, other)


@pytest.mark.parametrize("measure", [score_layers, count_layers])
def test_layers_must_be_there_and_the_reference_gold(measure):
    gold, predicted = pair(Task.POS, "XXY", "XXX")
    with pytest.raises(MutspadError, match="ner: sentence 'a': expected a gold layer, found none"):
        measure(Task.NER, gold, predicted)
    bare = [Sentence("a", gold[0].words)]
    with pytest.raises(MutspadError, match="sentence 'a': expected a predicted layer, found none"):
        measure(Task.POS, gold, bare)
    with pytest.raises(MutspadError, match="expected a gold layer, found a silver one"):
        measure(Task.POS, predicted, gold)
    short = [sentence("a", gold[0].words, Task.POS, "XX")]
    with pytest.raises(MutspadError, match="expected 3 predicted labels, found 2"):
        measure(Task.POS, gold, short)


def test_a_tree_needs_heads():
    with pytest.raises(MutspadError, match="expected a layer with heads"):
        score_layers(Task.DEP, *pair(Task.DEP, ["a", "b", "root"], ["a", "b", "root"]))


def test_scores_carry_their_run_and_rounded_values(plan_of):
    run = plan_of().resolve("tweets.pos")
    splits = {"dev": {"accuracy": 91.234567, "words": 3}, "test": {"accuracy": 90.0, "words": 4}}
    built = build_scores(run, 2, 1234, {Task.POS: splits})
    assert json.loads(json.dumps(built)) == {
        "run": "tweets.pos",
        "seed": 2,
        "experiment": "demo",
        "parameters": 1234,
        "config": run.model_dump(mode="json"),
        "scores": {
            "pos": {
                "dev": {"accuracy": 91.2346, "words": 3},
                "test": {"accuracy": 90.0, "words": 4},
            }
        },
    }


def test_scoring_and_tabulating_start_without_torch():
    code = (
        "import sys, mutspad.evaluation.score, mutspad.report.tables.table1, "
        "mutspad.report.tables.table2, mutspad.report.tables.table3; "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
