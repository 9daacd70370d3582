"""Sums of the counts of sentences come to the scores of the tables, whatever the labels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutspad.data.sentence import Layer, Sentence
from mutspad.errors import MutspadError
from mutspad.evaluation.counts import (
    Counted,
    count_layers,
    format_counts,
    parse_counts,
    score_counts,
)
from mutspad.evaluation.score import score_layers
from mutspad.tasks import TASKS, Task

# Spans as models may write them: an I- that continues nothing is among them.
IOB = st.sampled_from(["O", "O", "B-person", "I-person", "B-group", "I-group"])
TAGS = st.sampled_from(["NOUN", "VERB", "X"])
RELATIONS = st.sampled_from(["nsubj", "nsubj:pass", "root", "obj"])


@st.composite
def predictions(draw, task):
    """Draw gold and predicted sentences of a task."""
    gold, predicted = [], []
    for number, length in enumerate(draw(st.lists(st.integers(1, 7), min_size=1, max_size=6))):
        labels = {Task.POS: TAGS, Task.DEP: RELATIONS}.get(task, IOB)
        for side in (gold, predicted):
            heads = None
            if task is Task.DEP:
                heads = tuple(draw(st.integers(0, length)) for _ in range(length))
            layer = Layer(tuple(draw(labels) for _ in range(length)), heads=heads)
            words = tuple("word" for _ in range(length))
            side.append(Sentence(str(number), words, {task: layer}))
    return gold, predicted


@pytest.mark.parametrize("task", list(TASKS))
@settings(max_examples=60)
@given(data=st.data())
def test_sums_of_counts_come_to_the_main_score(task, data):
    gold, predicted = data.draw(predictions(task))
    counts = count_layers(task, gold, predicted)
    assert counts.shape == (len(gold), 2)
    wanted = score_layers(task, gold, predicted)[task.spec.metric]
    assert float(score_counts(counts.sum(axis=0))) == pytest.approx(wanted, abs=1e-9)


def test_a_hand_worked_case():
    def sentence(*tags):
        return Sentence("1", ("w",) * len(tags), {Task.NER: Layer(tags)})

    # Gold: person(0-1), group(3). Found: person(0-1), group(2) and, from a stray I-, group(3).
    gold = sentence("B-person", "I-person", "O", "B-group")
    predicted = sentence("B-person", "I-person", "B-group", "O")
    stray = sentence("B-person", "I-person", "O", "I-group")
    assert count_layers(Task.NER, [gold], [predicted]).tolist() == [[2, 4]]
    assert count_layers(Task.NER, [gold], [stray]).tolist() == [[4, 4]]


def test_the_score_of_nothing_is_0():
    gold = [Sentence("1", ("w",), {Task.NER: Layer(("O",))})]
    counts = count_layers(Task.NER, gold, gold)
    assert counts.tolist() == [[0, 0]]
    assert score_counts(counts).tolist() == [0.0]


def test_counts_survive_the_file():
    # Whoever brings a corpus of their own names its sentences.
    counts = {
        Task.POS: Counted(["NA", "a,b", 'say "x"'], np.array([[1, 2], [0, 0], [3, 3]])),
        Task.NER: Counted(["n-1"], np.array([[4, 6]])),
    }
    back = parse_counts(format_counts(counts))
    assert list(back) == list(counts)
    for task, found in back.items():
        assert found.sentences == counts[task].sentences
        assert found.counts.tolist() == counts[task].counts.tolist()


@pytest.mark.parametrize("text", ["", "sentence,hits\n"])
def test_another_table_is_refused(text):
    with pytest.raises(MutspadError, match=r"^1: expected the columns task,sentence,hits,size"):
        parse_counts(text)
