"""Exact-match F1 of labelled spans by seqeval, the measure of chunking and NER (paper 5.1)."""

from collections.abc import Sequence
from typing import NamedTuple

from mutspad.errors import MutspadError

Span = tuple[int, int, str]
"""The first word of a span, the word after its last, and its type."""


class SpanScores(NamedTuple):
    """Precision, recall and F1, each in per cent."""

    precision: float
    recall: float
    f1: float


def span_f1(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> SpanScores:
    """Score spans: one counts as found when its type, first and last word are right.

    seqeval's default mode is used, that of CoNLL's `conlleval`, which the field reports: an `I-`
    that continues nothing opens a span. On valid IOB2 it equals seqeval's strict mode. Precision,
    recall or F1 of nothing is 0.

    Parameters
    ----------
    gold, predicted
        The IOB2 tags of each sentence.

    Raises
    ------
    MutspadError
        When a tag is not `O`, `B-TYPE` or `I-TYPE`: seqeval reads such a tag as something else
        without a word.
    """
    # Imported here because it brings scikit-learn and SciPy, a second for every job without spans.
    from seqeval.metrics.sequence_labeling import precision_recall_fscore_support

    _require_iob(gold)
    _require_iob(predicted)
    precision, recall, f1, _ = precision_recall_fscore_support(
        [list(tags) for tags in gold],
        [list(tags) for tags in predicted],
        average="micro",
        zero_division=0,
    )
    return SpanScores(100 * float(precision), 100 * float(recall), 100 * float(f1))


def read_spans(tags: Sequence[str]) -> set[Span]:
    """Read the spans of a sentence.

    They are those of CoNLL's `conlleval`, which the field reports: an `I-` that continues nothing
    opens a span.
    """
    spans: set[Span] = set()
    start, kind = 0, ""
    for position, tag in enumerate([*tags, "O"]):
        prefix, _, found = tag.partition("-")
        if prefix == "I" and found == kind:
            continue
        if kind:
            spans.add((start, position, kind))
        start, kind = position, found
    return spans


def _require_iob(sentences: Sequence[Sequence[str]]) -> None:
    """Raise an error for tags that are not of the IOB form."""
    for tag in {tag for tags in sentences for tag in tags}:
        if tag != "O" and not (tag.startswith(("B-", "I-")) and len(tag) > 2):
            raise MutspadError(f"expected a tag of the form O, B-TYPE or I-TYPE, found '{tag}'")
