"""Tabulate the quality of the silver labels of all seeds.

Example: mutspad step tabulate-silver --plan results/demo/plan.json --results results/demo

results/<experiment>/statistics/
├── silver.csv    every comparison of every layer and seed, numbers for machines
└── silver.md     a summary
"""

from pathlib import Path

import click

from mutspad.cli.options import plan_option, results_option
from mutspad.files import read_json, write_text
from mutspad.plan.layout import Layout
from mutspad.plan.plan import read_plan
from mutspad.report.tables.silver import tabulate_quality


@click.command("tabulate-silver")
@plan_option
@results_option
def command(*, plan_file: Path, results: Path) -> None:
    """Read the comparisons of every seed; write one table as CSV and Markdown."""
    plan, layout = read_plan(plan_file), Layout(results)
    found = {seed: read_json(layout.silver(seed)) for seed in plan.silver_seeds}
    # As they were judged: domain by domain, the seeds of each.
    rows = [
        row
        for domain in plan.labellers
        for seed in plan.silver_seeds
        for row in found[seed]
        if row["domain"] == domain
    ]
    table = tabulate_quality(rows, plan.params.experiment)
    write_text(results / "statistics" / "silver.csv", table.to_csv())
    write_text(results / "statistics" / "silver.md", table.markdown)
