"""Write the results as Markdown: the table, what each line came to and why, medians and spread."""

from collections.abc import Iterator
from statistics import median

from tabulate import tabulate

from benchmarks.lines import LINES, Line
from benchmarks.record import Record, Results
from benchmarks.verdict import Spread, Verdict, best, compare, judge

NOT_MEASURED = "not measured"
SIDES = {"ours": "ours", "peer": "peer", "lstms": "our LSTM kernels alone"}


def render(results: Results) -> str:
    """Render all lines; `benchmarks.run` writes it."""
    measured = [(line, results.lines.get(line.name, Record())) for line in LINES]
    blocks = [
        "# What was measured",
        "Written by `make bench` from `results.json`; how and why: [README.md](README.md).",
        "![Share of each goal that is reached](results.png)",
        _table(["line", "against", "result", "goal", ""], [_row(*one) for one in measured]),
        "A result compares the medians of each side's best mode; in brackets the least and the "
        "largest that the samples allow, the slowest of one side against the fastest of the other. "
        "Clocks and memory are read from lists, of whole runs and of jobs run again, not always on "
        "the machine named below.",
        "## Line by line",
        *(block for one in measured for block in _describe(*one)),
        "## The machine",
        _table(["", ""], [list(pair) for pair in results.machine.items()]),
        _table(
            ["environment", "versions"],
            [
                [name, ", ".join(f"{package} {version}" for package, version in found.items())]
                for name, found in results.versions.items()
            ],
        ),
    ]
    return "\n\n".join(blocks) + "\n"


def _row(line: Line, record: Record) -> list[str]:
    """Write a line's row of the table."""
    verdict = judge(line, record)
    peer = line.peer or "the goal alone"
    if verdict is None:
        return [line.title, peer, NOT_MEASURED, goal(line), ""]
    result = show_spread(verdict.value, suffix=_suffix(line))
    return [line.title, peer, result, goal(line), summarise(line, verdict)]


def goal(line: Line) -> str:
    """Write a line's goal."""
    return f"{'>=' if line.at_least else '<='} {line.goal:g}{_suffix(line)}"


def summarise(line: Line, verdict: Verdict) -> str:
    """Format whether the goal is reached, or by how much it is missed."""
    if verdict.reached:
        return "reached"
    missing = abs(verdict.value.median - line.goal)
    return f"missed by {show(missing)}{_suffix(line)}: {verdict.share:.0%} of the goal"


def _describe(line: Line, record: Record) -> Iterator[str]:
    """Write a line's section."""
    yield f"### {line.name}: {line.title}"
    verdict = judge(line, record)
    said = NOT_MEASURED if verdict is None else summarise(line, verdict)
    yield ". ".join([f"Goal {goal(line)}: {said}", *explain(line, record)]) + "."
    modes = list(dict.fromkeys(mode for found in record.samples.values() for mode in found))
    if line.peer is not None and record.samples:
        yield _table([line.unit, *modes], _side_rows(record, modes))
    if record.settings is not None:
        given = record.settings.model_dump(exclude_none=True)
        options = " ".join(f"--{name} {value}" for name, value in given.items())
        others = "" if record.busy is None else f"; others kept the cores {record.busy:.0f}% busy"
        yield f"Measured with `{options}`{others}."


def explain(line: Line, record: Record) -> Iterator[str]:
    """Format the numbers behind a verdict."""
    ours, peer = record.samples.get("ours", {}), record.samples.get("peer", {})
    shared = [mode for mode in ours if mode in peer]
    if len(shared) > 1:
        shown = [
            f"{show(compare(line, Spread.of(ours[mode]), Spread.of(peer[mode])).median)} x with "
            f"{mode}"
            for mode in shared
        ]
        yield f"Mode by mode {', '.join(shown)}"
    yield from _explain_kernels(line, record)
    yield from _explain_parts(record)
    if record.remark:
        yield record.remark[0].upper() + record.remark[1:]


def _explain_kernels(line: Line, record: Record) -> Iterator[str]:
    """Format how much of a training its LSTM kernels take, and what they alone would allow."""
    fastest = best(line, record.samples.get("ours", {}))
    peer = best(line, record.samples.get("peer", {}))
    if fastest is None or peer is None or "lstms" not in record.samples:
        return
    mode, ours = fastest
    kernels = Spread.of(record.samples["lstms"][mode])
    yield (
        f"The LSTM kernels alone run at {show(kernels.median)} {line.unit} with {mode}, "
        f"{show(kernels.median / peer[1].median)} x the peer: they take "
        f"{ours.median / kernels.median:.0%} of our time, all else the rest"
    )


def _explain_parts(record: Record) -> Iterator[str]:
    """Format what share of a side's time each of its parts takes."""
    for side in ("ours", "peer"):
        shares = [
            f"{name.removeprefix(f'{side}: ')} {median(values) / median(whole):.0%}"
            for name, modes in record.samples.items()
            if name.startswith(f"{side}: ")
            for mode, values in modes.items()
            if (whole := record.samples[side].get(mode))
        ]
        if shares:
            yield f"Of the time of {side}: {', '.join(shares)}"


def _side_rows(record: Record, modes: list[str]) -> list[list[str]]:
    """Write median and spread of each side in each mode."""
    return [
        [SIDES.get(side, side), *(_cell(found.get(mode, [])) for mode in modes)]
        for side, found in record.samples.items()
    ]


def _cell(values: list[float]) -> str:
    """Write the median and the spread of some values, if there are any."""
    return show_spread(Spread.of(values)) if values else ""


def show_spread(spread: Spread, suffix: str = "") -> str:
    """Write a median with its spread, where there is one."""
    if spread.low == spread.high:
        return f"{show(spread.median)}{suffix}"
    return f"{show(spread.median)}{suffix} ({show(spread.low)} to {show(spread.high)})"


def show(value: float) -> str:
    """Write a number with three digits, or all before the point."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def _suffix(line: Line) -> str:
    """Write what a line's result is counted in."""
    return " x" if line.peer is not None else f" {line.unit}"


def _table(headers: list[str], rows: list[list[str]]) -> str:
    """Write a Markdown table, cells as they are."""
    return tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True)
