"""Mutate inputs and keep those that make the readers take a way never taken before.

Of the tools that do this, atheris has wheels for some systems only; this needs none. The targets
take bytes and raise, which is what atheris wants too, where it is to be had.
"""

import hashlib
import math
import random
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import mutspad

PACKAGE = str(Path(mutspad.__file__).parent)
HANG = 10  # seconds of processor time; no input here is larger than a few kilobytes
LARGEST = 20_000  # bytes
NUMBERS = tuple(str(number).encode() for number in (-1, 0, 1, 2, 9, 2**31, 2**64, 10**30))
ODDITIES = tuple(
    text.encode() for text in ("é", "\u00a0", "\u2028", "\x1c", "\ufeff", "²", "\x85", "\0")
)
WORD = re.compile(rb"[\w.+-]+")

Run = Callable[[bytes], int | None]
Step = tuple[int, int, int]
Way = tuple[Step, int]


class HangError(BaseException):
    """Signal that a reader did not come back; no exception that a reader may turn into ours."""


@dataclass
class Findings:
    """Hold what a run has tried and found.

    Parameters
    ----------
    inputs
        How many were tried.
    refused
        How many of them were refused with an error of ours.
    ways
        Steps from line to line that were seen, each with how often, roughly.
    kept
        Inputs that showed a new one.
    failures
        Where it went wrong -> the first input that did.
    """

    inputs: int = 0
    refused: int = 0
    ways: set[Way] = field(default_factory=set)
    kept: list[bytes] = field(default_factory=list)
    failures: dict[str, bytes] = field(default_factory=dict)


def fuzz(
    run: Run,
    seeds: Sequence[bytes],
    pieces: Sequence[bytes],
    *,
    seed: int,
    seconds: float = math.inf,
    inputs: float = math.inf,
) -> Findings:
    """Try the seeds, then their mutations, for so much processor time or so many inputs."""
    findings = Findings()
    dice = random.Random(seed)  # noqa: S311
    end = time.process_time() + seconds
    for data in seeds:
        _try(run, data, findings)
    while time.process_time() < end and findings.inputs < inputs:
        # The newest inputs lead on; the old ones must not be forgotten.
        recent = dice.random() < 0.5
        base = dice.choice(findings.kept[-16:] if recent else findings.kept or [b""])
        _try(run, mutate(base, findings.kept, pieces, dice), findings)
    return findings


def mutate(
    data: bytes, others: Sequence[bytes], pieces: Sequence[bytes], dice: random.Random
) -> bytes:
    """Change an input in one place or a few."""
    while True:
        change = dice.choice((_change_bytes, _change_lines, _insert))
        data = change(data, others, pieces, dice)[:LARGEST]
        if dice.random() < 0.5:
            return data


def _change_bytes(
    data: bytes, others: Sequence[bytes], pieces: Sequence[bytes], dice: random.Random
) -> bytes:
    """Drop, repeat or flip some bytes."""
    start = dice.randrange(len(data) + 1)
    part = data[start : start + dice.choice((1, 1, 1, 2, 4, 16, 64))]
    if not part:
        return data
    flipped = bytearray(part)
    flipped[dice.randrange(len(part))] ^= 1 << dice.randrange(8)
    new = dice.choice((b"", bytes(flipped), bytes([dice.randrange(256)]), part * 2, part * 40))
    return data[:start] + new + data[start + len(part) :]


def _change_lines(
    data: bytes, others: Sequence[bytes], pieces: Sequence[bytes], dice: random.Random
) -> bytes:
    """Drop, repeat or move a line, or bring one from another input."""
    lines = data.split(b"\n")
    place = dice.randrange(len(lines))
    line = lines[place]
    match dice.randrange(4):
        case 0:
            del lines[place]
        case 1:
            lines.insert(dice.randrange(len(lines) + 1), line)
        case 2:
            lines.insert(dice.randrange(len(lines)), lines.pop(place))
        case _ if others:
            lines[place : place + dice.randrange(2)] = [
                dice.choice(dice.choice(others).split(b"\n"))
            ]
    return b"\n".join(lines)


def _insert(
    data: bytes, others: Sequence[bytes], pieces: Sequence[bytes], dice: random.Random
) -> bytes:
    """Put something telling in, or in the place of a word or number."""
    new = dice.choice((*pieces, *NUMBERS, *ODDITIES))
    words = [*WORD.finditer(data)]
    if words and dice.random() < 0.5:
        word = dice.choice(words)
        return data[: word.start()] + new + data[word.end() :]
    start = dice.randrange(len(data) + 1)
    return data[:start] + new + data[start:]


def _try(run: Run, data: bytes, findings: Findings) -> None:
    findings.inputs += 1
    steps: Counter[Step] = Counter()
    try:
        with _limited(HANG), traced(steps):
            findings.refused += run(data) is None
    except (Exception, HangError) as error:  # whatever a reader lets out is what is looked for
        findings.failures.setdefault(describe(error), data)
    ways = {(step, min(count.bit_length(), 4)) for step, count in steps.items()}
    if not ways <= findings.ways:
        findings.ways |= ways
        findings.kept.append(data)


@contextmanager
def traced(steps: Counter[Step]) -> Iterator[None]:
    """Count the steps from one line of the package to the next."""

    def on_call(frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        if not code.co_filename.startswith(PACKAGE):
            return None
        before, place = 0, hash(code)

        def on_line(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal before
            steps[place, before, frame.f_lineno] += 1
            before = frame.f_lineno
            return on_line

        return on_line

    previous = sys.gettrace()
    sys.settrace(on_call)
    try:
        yield
    finally:
        sys.settrace(previous)


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise a HangError when the block takes longer, waiting not counted."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise HangError(f"no answer after {seconds} seconds")

    previous = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)


def describe(error: BaseException) -> str:
    """Name an error and the innermost place in the package, equal for equal mistakes."""
    place, trace = "outside", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith(PACKAGE):
            place = f"{Path(code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    text = " ".join(str(error).split())[:60] if isinstance(error, AssertionError) else ""
    return f"{type(error).__name__} at {place} {text.partition(':')[0]}".strip()


def name_of(data: bytes) -> str:
    """Name an input by its content."""
    return hashlib.sha256(data).hexdigest()[:16]
