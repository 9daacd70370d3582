"""Test every method of Tables 2 and 3 against every other on the same test sentences.

Example: mutspad step compare --plan results/demo/plan.json --results results/demo

results/<experiment>/statistics/
├── differences.csv    each pair of rows: difference, bootstrap interval, p-values
└── seeds.csv          the score of every row, task, split and seed
"""

from pathlib import Path

import click

from mutspad.cli.options import plan_option, results_option
from mutspad.files import write_text
from mutspad.plan.plan import read_plan
from mutspad.report.statistics.comparisons import (
    Comparisons,
    differences_frame,
    list_rows,
    seeds_frame,
)
from mutspad.report.statistics.reading import read_counts, read_results


@click.command("compare")
@plan_option
@results_option
def command(*, plan_file: Path, results: Path) -> None:
    """Read the scores and counts of every seed; compare all pairs of rows."""
    plan = read_plan(plan_file)
    scored = read_results(results, plan)
    rows = list_rows(scored)
    counts, sentences = read_counts(results, rows, scored.book)
    comparisons = Comparisons(rows, counts, sentences, plan.params.statistics)
    frames = {
        "differences": differences_frame(comparisons),
        "seeds": seeds_frame(rows, scored.book),
    }
    for name, frame in frames.items():
        text = frame.to_csv(index=False, lineterminator="\n")
        write_text(results / "statistics" / f"{name}.csv", text)
