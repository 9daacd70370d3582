"""Medians, spreads, ratios and goals, worked by hand."""

import pytest

from benchmarks.lines import LINES, Line
from benchmarks.record import Record
from benchmarks.verdict import Spread, best, compare, judge

RATE = Line("rate", "train", "peer", "words/s", 10, at_least=True)
SHARE = Line("share", "start", "peer", "s", 0.5)
SPEED_UP = Line("speed-up", "ablate", "peer", "s", 20, at_least=True)
CLOCK = Line("clock", "all of it", None, "min", 45)


def record(ours: list[float], peer: list[float] | None = None) -> Record:
    samples = {"ours": {"a": ours}}
    return Record(samples=samples if peer is None else samples | {"peer": {"a": peer}})


def test_a_spread_is_median_least_and_largest() -> None:
    assert Spread.of([3.0, 1.0, 8.0]) == Spread(3.0, 1.0, 8.0)


def test_the_best_mode_of_a_rate_is_the_largest_and_of_a_time_the_least() -> None:
    modes = {"slow": [1.0, 2.0, 9.0], "fast": [3.0], "empty": []}
    assert best(RATE, modes) == ("fast", Spread(3.0, 3.0, 3.0))
    assert best(SHARE, modes) == ("slow", Spread(2.0, 1.0, 9.0))
    assert best(RATE, {}) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (RATE, Spread(2.0, 1.0, 4.0)),  # words a second: ours over theirs
        (SHARE, Spread(2.0, 1.0, 4.0)),  # seconds: ours over theirs
        (SPEED_UP, Spread(0.5, 0.25, 1.0)),  # seconds: theirs over ours
    ],
)
def test_the_spread_pairs_the_slowest_with_the_fastest(line: Line, expected: Spread) -> None:
    assert compare(line, Spread(4.0, 3.0, 8.0), Spread(2.0, 2.0, 3.0)) == expected


@pytest.mark.parametrize(
    ("line", "measured", "reached", "share"),
    [
        (RATE, record([500.0], [100.0]), False, 0.5),
        (RATE, record([1000.0], [100.0]), True, 1.0),
        (SHARE, record([4.0], [4.0]), False, 0.5),
        (SHARE, record([1.0], [4.0]), True, 2.0),
        (SPEED_UP, record([1.0], [40.0]), True, 2.0),
        (CLOCK, record([90.0]), False, 0.5),
    ],
)
def test_goals(line: Line, measured: Record, reached: bool, share: float) -> None:
    verdict = judge(line, measured)
    assert verdict is not None
    assert (verdict.reached, verdict.share) == (reached, pytest.approx(share))


@pytest.mark.parametrize("measured", [Record(), record([1.0])])
def test_without_both_sides_there_is_no_verdict(measured: Record) -> None:
    assert judge(RATE, measured) is None


def test_each_side_is_taken_in_its_best_mode() -> None:
    samples = {"ours": {"a": [10.0], "b": [40.0]}, "peer": {"a": [4.0], "b": [2.0]}}
    verdict = judge(RATE, Record(samples=samples))
    assert verdict is not None
    assert verdict.value.median == 10.0


def test_names_are_unique() -> None:
    assert len({line.name for line in LINES}) == len(LINES)
