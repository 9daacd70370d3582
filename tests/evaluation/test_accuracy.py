import pytest

from mutspad.errors import MutspadError
from mutspad.evaluation.accuracy import accuracy


def test_words_count_not_sentences():
    gold = [["NOUN"], ["VERB", "DET", "NOUN"]]
    assert accuracy(gold, [["VERB"], ["VERB", "DET", "NOUN"]]) == 75.0


def test_labels_are_compared_exactly():
    assert accuracy([["NOUN"]], [["noun"]]) == 0.0


@pytest.mark.parametrize(
    ("gold", "predicted", "said"),
    [
        ([["A"], ["B"]], [["A"]], "expected predictions for 2 sentences, found 1"),
        ([["A"], ["B", "C"]], [["A"], ["B"]], "sentence 2: expected predictions for 2 words"),
        ([], [], "at least one word"),
        ([[]], [[]], "at least one word"),
    ],
)
def test_sequences_that_do_not_belong_together_are_refused(gold, predicted, said):
    with pytest.raises(MutspadError, match=said):
        accuracy(gold, predicted)
