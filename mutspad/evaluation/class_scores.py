"""F1 of each class over words, for many variants of a prediction at once (paper 5.5)."""

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


class ClassCounts:
    """Count hits and predictions of each class, batch by batch.

    The paper does not say what a class score is. Ours is the F1 of the class over words: a POS tag,
    an IOB2 tag, or a relation, which is right only where the head is right too.

    Parameters
    ----------
    supports
        Gold words of each class, `[classes]`.
    n_variants
        How many predictions of the same words are compared.
    """

    def __init__(self, supports: Counts, n_variants: int) -> None:
        self.supports = supports
        self.hits: Counts = np.zeros((n_variants, len(supports)), dtype=np.int64)
        self.predicted: Counts = np.zeros_like(self.hits)

    def add(
        self,
        gold: Counts,
        predicted: Counts,
        *,
        first: int,
        possible: NDArray[np.bool_] | None = None,
    ) -> None:
        """Count some words of some variants.

        Parameters
        ----------
        gold
            The class of each word, `[words]`.
        predicted
            The classes that the variants give, `[variants, words]`.
        first
            The place of the first of these variants among all.
        possible
            Where a hit may be counted at all: for dependencies, where the head is right.
        """
        n_classes = len(self.supports)
        shape = (len(predicted), n_classes)
        rows = slice(first, first + len(predicted))
        cells = np.arange(len(predicted))[:, None] * n_classes + predicted
        right = predicted == gold if possible is None else (predicted == gold) & possible
        size = shape[0] * n_classes
        self.predicted[rows] += np.bincount(cells.ravel(), minlength=size).reshape(shape)
        self.hits[rows] += np.bincount(cells[right], minlength=size).reshape(shape)

    def f1(self) -> NDArray[np.float64]:
        """Return the F1 of each class in per cent, `[variants, classes]`; of nothing it is 0."""
        total = self.supports + self.predicted
        f1: NDArray[np.float64] = 200.0 * self.hits / np.maximum(total, 1)
        return f1
