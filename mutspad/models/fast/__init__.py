"""Faster ways to what the modules of `mutspad.models` say plainly, each tested to be equal.

`plain()` is the one switch. `pairs` makes several small products of one large one, which pays on a
CPU alone: on a GPU it is not taken. `graphs` is taken on a GPU alone. What each path gains stands
in `benchmarks/fast.csv`, which `python -m benchmarks.fast` writes; one that gains less than 10 % of
what it is part of goes. That of `graphs` is in `benchmarks/gpu.csv`; of `mixed_lstm` the message of
commit 872e418 says what was measured.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, get_args

FastPath = Literal["lstm", "mixed_lstm", "pairs", "corpus_forms", "graphs"]
PATHS: tuple[FastPath, ...] = get_args(FastPath)

_plain = ContextVar[frozenset[FastPath]]("plain", default=frozenset())


def enabled(path: FastPath) -> bool:
    """Return whether a fast path is taken."""
    return path not in _plain.get()


@contextmanager
def plain(*paths: FastPath) -> Iterator[None]:
    """Compute by the plain formulas while the block lasts, only those of some paths if named."""
    token = _plain.set(_plain.get() | frozenset(paths or PATHS))
    try:
        yield
    finally:
        _plain.reset(token)
