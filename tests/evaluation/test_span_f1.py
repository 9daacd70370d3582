import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import precision_recall_fscore_support

from mutspad.errors import MutspadError
from mutspad.evaluation.span_f1 import span_f1

TAGS = st.sampled_from(
    ["O", *(f"{p}-{kind}" for p in "BI" for kind in ("NP", "VP", "creative-work"))]
)


@st.composite
def pairs(draw):
    """Draw gold and predicted sequences of the same lengths."""
    lengths = draw(st.lists(st.integers(1, 8), min_size=1, max_size=4))
    tags = [st.lists(TAGS, min_size=length, max_size=length) for length in lengths]
    return draw(st.tuples(*tags).map(list)), draw(st.tuples(*tags).map(list))


def test_a_hand_worked_case():
    # Gold: person(0-1), group(3), location(0). Found: person(0-1) right, group as person wrong,
    # location(0) right, and one too many: precision 2/4, recall 2/3, F1 4/7.
    gold = [["B-person", "I-person", "O", "B-group"], ["B-location", "O"]]
    predicted = [["B-person", "I-person", "O", "B-person"], ["B-location", "B-person"]]
    scores = span_f1(gold, predicted)
    assert scores.precision == pytest.approx(50.0)
    assert scores.recall == pytest.approx(200 / 3)
    assert scores.f1 == pytest.approx(400 / 7)


def test_a_span_one_word_short_is_wrong():
    assert span_f1([["B-NP", "I-NP", "O"]], [["B-NP", "O", "O"]]).f1 == 0.0


def test_spans_do_not_run_over_the_end_of_a_sentence():
    gold = [["O", "B-NP"], ["I-NP", "O"]]
    assert span_f1(gold, gold).f1 == 100.0
    assert span_f1(gold, [["O", "B-NP"], ["O", "O"]]).recall == 50.0


@settings(max_examples=60)
@given(pairs())
def test_it_equals_seqeval_to_the_last_digit(pair):
    *expected, _ = precision_recall_fscore_support(*pair, average="micro", zero_division=0)
    assert span_f1(*pair) == tuple(100 * value for value in expected)


def test_an_inside_tag_that_continues_nothing_opens_a_span_as_in_conlleval():
    gold, predicted = [["B-NP", "I-NP", "O"]], [["I-NP", "I-NP", "O"]]
    assert span_f1(gold, predicted).f1 == 100.0


@pytest.mark.parametrize("tag", ["b-np", "NP", "B", "B-", "E-NP", ""])
def test_tags_of_another_form_are_refused(tag):
    with pytest.raises(MutspadError, match="O, B-TYPE or I-TYPE"):
        span_f1([["O"]], [[tag]])
    with pytest.raises(MutspadError, match="O, B-TYPE or I-TYPE"):
        span_f1([[tag]], [["O"]])
