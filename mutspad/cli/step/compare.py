"""Test every method of Tables 2 and 3 against every other on the same test sentences.

Example: mutspad step compare --plan results/demo/plan.json --results results/demo

results/<experiment>/statistics/
├── differences.csv      each pair of rows: difference, bootstrap interval, p-values
├── seeds.csv            the score of every row, task, split and seed
└── counts/<task>.csv    what each test sentence adds to the score of each run and seed
"""

from pathlib import Path

import click

from mutspad.cli.options import plan_option, results_option
from mutspad.evaluation.counts import Counts
from mutspad.files import write_text
from mutspad.plan.plan import read_plan
from mutspad.report.statistics.comparisons import (
    Comparisons,
    counts_frame,
    differences_frame,
    list_rows,
    seeds_frame,
)
from mutspad.report.statistics.reading import count_runs, read_results
from mutspad.tasks import TASKS, Task


@click.command("compare")
@plan_option
@results_option
def command(*, plan_file: Path, results: Path) -> None:
    """Count what each test sentence adds to each score; compare all pairs of rows."""
    plan = read_plan(plan_file)
    params, seeds = plan.params.statistics, plan.seeds
    scored = read_results(results, plan)
    rows = list_rows(scored)
    counts: dict[Task, dict[str, Counts]] = {}
    sentences: dict[Task, list[str]] = {}
    frames = {}
    for task in TASKS:
        runs = {row[task]: scored.book.records(row[task]) for row in rows.values() if task in row}
        if runs:
            sentences[task], counts[task] = count_runs(results, task, runs)
            frames[f"counts/{task}"] = counts_frame(sentences[task], counts[task], seeds)
    frames["differences"] = differences_frame(Comparisons(rows, counts, sentences, params))
    frames["seeds"] = seeds_frame(rows, scored.book)
    for name, frame in frames.items():
        text = frame.to_csv(index=False, lineterminator="\n")
        write_text(results / "statistics" / f"{name}.csv", text)
