"""Counts of each sentence, from which scores of any set of sentences follow without labels.

Accuracy, LAS and F1 are all a share, `100 * hits / size`, of two sums over sentences: right words
over words, or twice the right spans over the gold and the predicted ones together.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mutspad.data.sentence import Layer, Sentence
from mutspad.errors import MutspadError
from mutspad.evaluation.alignment import pair_layers
from mutspad.evaluation.attachment import universal
from mutspad.evaluation.span_f1 import read_spans
from mutspad.tasks import Scheme, Task

Counts = NDArray[np.int64]
COLUMNS = ("task", "sentence", "hits", "size")


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """The ids of a task's test sentences, and hits and size of each, `[sentences, 2]`."""

    sentences: list[str]
    counts: Counts


def count_layers(task: Task, gold: Sequence[Sentence], predicted: Sequence[Sentence]) -> Counts:
    """Count hits and size of each sentence for the task's main score, `[sentences, 2]`.

    Raises
    ------
    MutspadError
        When the sentences are not the same, or a layer is missing or, on the gold side, silver.
    """
    return _COUNTERS[task.spec.scheme](*pair_layers(task, gold, predicted))


def format_counts(counted: Mapping[Task, Counted]) -> str:
    """Write the counts of one model as CSV, a line a task and sentence."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for task, found in counted.items():
        for sentence, pair in zip(found.sentences, found.counts.tolist(), strict=True):
            writer.writerow([task, sentence, *pair])
    return stream.getvalue()


def parse_counts(text: str) -> dict[Task, Counted]:
    """Read what `format_counts` wrote.

    Raises
    ------
    MutspadError
        When the text is something else; with its line.
    """
    lines: dict[Task, list[tuple[str, int, int]]] = {}
    rows = csv.reader(io.StringIO(text))
    header = next(rows, [])
    if tuple(header) != COLUMNS:
        raise MutspadError(f"1: expected the columns {','.join(COLUMNS)}, found {','.join(header)}")
    for number, row in enumerate(rows, start=2):
        try:
            task, sentence, hits, size = row
            lines.setdefault(Task(task), []).append((sentence, int(hits), int(size)))
        except ValueError:
            raise MutspadError(
                f"{number}: expected task, sentence and two whole numbers, found {','.join(row)}"
            ) from None
    return {
        task: Counted([name for name, *_ in found], _collect(pair for _, *pair in found))
        for task, found in lines.items()
    }


def score_counts(counts: NDArray[np.number]) -> NDArray[np.float64]:
    """Turn sums of hits and size, `[..., 2]`, into scores in per cent, `[...]`; of nothing it is 0.

    Of integers below 2**53 kept as floats the sums are exact in any order, so that scores do not
    depend on threads.
    """
    hits, size = counts[..., 0], counts[..., 1]
    scores: NDArray[np.float64] = 100.0 * hits / np.maximum(size, 1)
    return scores


def _count_words(gold: Sequence[Layer], predicted: Sequence[Layer]) -> Counts:
    """Count right tags and words."""
    return _collect(
        (sum(map(str.__eq__, wanted.labels, given.labels)), len(wanted.labels))
        for wanted, given in zip(gold, predicted, strict=True)
    )


def _count_spans(gold: Sequence[Layer], predicted: Sequence[Layer]) -> Counts:
    """Count spans that are right, twice, and all spans."""
    pairs = (
        (read_spans(wanted.labels), read_spans(given.labels))
        for wanted, given in zip(gold, predicted, strict=True)
    )
    return _collect((2 * len(wanted & given), len(wanted) + len(given)) for wanted, given in pairs)


def _count_trees(gold: Sequence[Layer], predicted: Sequence[Layer]) -> Counts:
    """Count words with the right head and universal relation, and words."""
    return _collect(
        (sum(edge == found for edge, found in zip(wanted, given, strict=True)), len(wanted))
        for wanted, given in zip(_edges(gold), _edges(predicted), strict=True)
    )


def _edges(layers: Sequence[Layer]) -> list[list[tuple[int, str]]]:
    """Return head and universal relation of every word."""
    return [
        [(head, universal(rel)) for head, rel in zip(layer.heads or (), layer.labels, strict=True)]
        for layer in layers
    ]


def _collect(pairs: Iterable[Sequence[int]]) -> Counts:
    """Collect pairs as an array, `[sentences, 2]`."""
    return np.array(list(pairs), dtype=np.int64).reshape(-1, 2)


_COUNTERS: Mapping[Scheme, Callable[[Sequence[Layer], Sequence[Layer]], Counts]] = {
    Scheme.PLAIN: _count_words,
    Scheme.IOB2: _count_spans,
    Scheme.TREE: _count_trees,
}
