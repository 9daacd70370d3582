"""From samples to a verdict: medians, spread, how many times as fast, the goal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.lines import Line
from benchmarks.record import Record


@dataclass(frozen=True, slots=True)
class Spread:
    """Hold the median of some values, the least and the largest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Take them from at least one value."""
        return cls(median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold what a line came to.

    Parameters
    ----------
    value
        What the goal is about. Its spread pairs the slowest of one side with the fastest of the
        other.
    reached
        Whether the median is within the goal.
    share
        How much of the goal is reached; 1 is the goal, more is better.
    """

    value: Spread
    reached: bool
    share: float


def judge(line: Line, record: Record) -> Verdict | None:
    """Compare the best mode of ours with the best mode of the peer; None without samples."""
    ours = best(line, record.samples.get("ours", {}))
    if ours is None:
        return None
    value = ours[1]
    if line.peer is not None:
        peer = best(line, record.samples.get("peer", {}))
        if peer is None:
            return None
        value = compare(line, ours[1], peer[1])
    share = value.median / line.goal if line.at_least else line.goal / value.median
    return Verdict(value, share >= 1.0, share)


def best(line: Line, modes: Mapping[str, Sequence[float]]) -> tuple[str, Spread] | None:
    """Find the mode in which a side is fastest."""
    spreads = [(name, Spread.of(values)) for name, values in modes.items() if values]
    sign = 1 if line.more_is_better else -1
    return max(spreads, key=lambda named: sign * named[1].median, default=None)


def compare(line: Line, ours: Spread, peer: Spread) -> Spread:
    """Format how many times as fast ours is, or what share of the peer's time it takes."""
    # A rate over a rate, or their time over ours, is a speed-up; our time over theirs a share.
    if line.more_is_better == line.at_least:
        return Spread(ours.median / peer.median, ours.low / peer.high, ours.high / peer.low)
    return Spread(peer.median / ours.median, peer.low / ours.high, peer.high / ours.low)
