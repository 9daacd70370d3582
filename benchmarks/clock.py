"""Note when the steps of a training or prediction ran and how many words each held.

Standard library only: the peers' environment runs it too.
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


class EnoughError(Exception):
    """Signal from within a loop that enough of it was measured."""


class StepClock:
    """Measure steps from the beginning of one to the beginning of the next.

    So everything that a step takes is in it: collation, the update and what the loop does between.

    Parameters
    ----------
    warm_up
        Steps to leave out at first.
    steps
        Steps to measure.
    """

    def __init__(self, *, warm_up: int, steps: int) -> None:
        self._warm_up = warm_up
        self._left = steps
        self._begun: tuple[float, int] | None = None
        self.steps: list[tuple[float, float, int]] = []

    def begin(self, words: int) -> None:
        """Begin a step of so many words, and end the one before.

        Raises
        ------
        EnoughError
            When the steps before were enough.
        """
        # Of Linux's monotonic clock, which all processes share.
        now = time.monotonic()
        if self._begun is not None:
            start, held = self._begun
            self.steps.append((start, now, held))
        if self._warm_up > 0:
            self._warm_up -= 1
            return
        if self._left <= 0:
            raise EnoughError
        self._left -= 1
        self._begun = (now, words)

    def run(self, loop: Callable[[], object]) -> None:
        """Run a loop until it ends or enough was measured."""
        with suppress(EnoughError):
            loop()

    def write(self, path: Path, *, threads: int) -> None:
        """Write the steps, `[start, end, words]` each, and the threads that ran them."""
        path.write_text(json.dumps({"steps": self.steps, "threads": threads}), encoding="utf-8")
