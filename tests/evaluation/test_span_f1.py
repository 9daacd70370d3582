import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import f1_score
from seqeval.scheme import IOB2

from mutspad.errors import MutspadError
from mutspad.evaluation.span_f1 import span_f1

TYPES = st.sampled_from(["person", "group", "creative-work"])


@st.composite
def iob2(draw, length):
    """Draw a valid IOB2 sequence."""
    tags = []
    while len(tags) < length:
        if draw(st.booleans()):
            kind = draw(TYPES)
            rest = draw(st.integers(0, min(2, length - len(tags) - 1)))
            tags += [f"B-{kind}", *[f"I-{kind}"] * rest]
        else:
            tags.append("O")
    return tags


@st.composite
def pairs(draw):
    """Draw gold and predicted sequences of the same lengths."""
    lengths = draw(st.lists(st.integers(1, 8), min_size=1, max_size=4))
    return [draw(iob2(length)) for length in lengths], [draw(iob2(length)) for length in lengths]


def spans(sentences):
    """Read spans off valid IOB2, one word at a time."""
    found = set()
    for number, tags in enumerate(sentences):
        start = None
        for position, tag in enumerate([*tags, "O"]):
            if start is not None and not tag.startswith("I-"):
                found.add((number, start, position, tags[start][2:]))
                start = None
            if tag.startswith("B-"):
                start = position
    return found


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
def test_it_equals_a_plain_count_of_spans(pair):
    gold, predicted = map(spans, pair)
    scores = span_f1(*pair)
    right = len(gold & predicted)
    assert scores.precision == pytest.approx(100 * right / len(predicted) if predicted else 0.0)
    assert scores.recall == pytest.approx(100 * right / len(gold) if gold else 0.0)
    both = len(gold) + len(predicted)
    assert scores.f1 == pytest.approx(200 * right / both if both else 0.0)


@settings(max_examples=60)
@given(pairs())
def test_strict_mode_agrees_on_valid_iob2(pair):
    strict = f1_score(*pair, mode="strict", scheme=IOB2, zero_division=0)
    assert span_f1(*pair).f1 == pytest.approx(100 * strict)


def test_an_inside_tag_that_continues_nothing_opens_a_span_as_in_conlleval():
    gold, predicted = [["B-NP", "I-NP", "O"]], [["I-NP", "I-NP", "O"]]
    assert span_f1(gold, predicted).f1 == 100.0
    assert f1_score(gold, predicted, mode="strict", scheme=IOB2, zero_division=0) == 0.0


@pytest.mark.parametrize("tag", ["b-np", "NP", "B", "B-", "E-NP", ""])
def test_tags_of_another_form_are_refused(tag):
    with pytest.raises(MutspadError, match="O, B-TYPE or I-TYPE"):
        span_f1([["O"]], [[tag]])
    with pytest.raises(MutspadError, match="O, B-TYPE or I-TYPE"):
        span_f1([[tag]], [["O"]])
