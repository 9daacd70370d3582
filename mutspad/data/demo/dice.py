"""Random choices from a seeded stream."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Dice:
    """Draw from a random stream.

    Parameters
    ----------
    seed
        Any whole numbers; equal seeds give equal draws on every machine.
    """

    def __init__(self, *seed: int) -> None:
        self._stream = np.random.Generator(np.random.PCG64(seed))

    def chance(self, probability: float) -> bool:
        """Return True with this probability."""
        return bool(self._stream.random() < probability)

    def pick(self, options: Sequence[T]) -> T:
        """Pick one of equal options."""
        return options[int(self._stream.integers(len(options)))]

    def weigh(self, weights: Mapping[T, float]) -> T:
        """Pick one option with probability proportional to its weight."""
        limits = list(accumulate(weights.values()))
        return list(weights)[bisect(limits, float(self._stream.random()) * limits[-1])]

    def rank(self, limits: Sequence[float]) -> int:
        """Sample an index by cumulative weights."""
        return bisect(limits, float(self._stream.random()) * limits[-1])

    def number(self, low: int, high: int) -> int:
        """Pick a whole number, both ends included."""
        return int(self._stream.integers(low, high + 1))

    def shuffle(self, options: Sequence[T]) -> list[T]:
        """Return the options in a random order."""
        return [options[int(place)] for place in self._stream.permutation(len(options))]
