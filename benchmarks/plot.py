"""Draw how much of each goal is reached."""

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from benchmarks.lines import LINES, Line
from benchmarks.record import Results
from benchmarks.render import goal, show_spread
from benchmarks.verdict import Spread, Verdict, judge

REACHED, MISSED = "#0072b2", "#d55e00"


def plot(results: Results, path: Path) -> None:
    """Draw one bar a measured line, from the goal at 1 on, on a logarithmic axis."""
    judged = [
        (line, verdict)
        for line in reversed(LINES)
        if line.name in results.lines and (verdict := judge(line, results.lines[line.name]))
    ]
    figure = Figure(figsize=(8, 1.6 + 0.5 * len(judged)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    ends = [1.0]
    for place, (line, verdict) in enumerate(judged):
        low, high = _spread(line, verdict.value)
        ends += [low, high]
        color = REACHED if verdict.reached else MISSED
        axes.barh(place, verdict.share - 1.0, left=1.0, color=color, height=0.6)
        axes.hlines(place, low, high, color="black", linewidth=1)
        axes.annotate(
            f"{_result(line, verdict)}   goal {goal(line)}",
            (max(high, 1.0), place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    axes.axvline(1.0, color="black", linewidth=1)
    axes.set_xscale("log")
    # The labels need room to the right.
    axes.set_xlim(min(ends) / 2, max(ends) * 20)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_yticks(range(len(judged)), [line.name for line, _ in judged])
    axes.set_xlabel("share of the goal that is reached: right of 1 it is; thin lines: spread")
    axes.set_title("Ours against the peers and the clock", loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150, metadata={"Software": None})


def _result(line: Line, verdict: Verdict) -> str:
    """Write what a line came to."""
    return show_spread(verdict.value, suffix=" x" if line.peer is not None else f" {line.unit}")


def _spread(line: Line, value: Spread) -> tuple[float, float]:
    """Turn a result's spread into shares of the goal."""
    ends = [
        end / line.goal if line.at_least else line.goal / end for end in (value.low, value.high)
    ]
    return min(ends), max(ends)
