"""Write the report of a recipe, and which models are best on dev.

Example: mutspad step report-recipe --plan results/mine/plan.json --results results/mine

results/<recipe>/
├── report.html    self-contained
└── best.json      rows, their models and seeds
"""

from pathlib import Path

import click

from mutspad.adapt.report import Findings, build_report
from mutspad.cli.options import plan_option, results_option
from mutspad.files import write_json, write_text
from mutspad.plan.plan import read_plan
from mutspad.report.pages import build_page


@click.command("report-recipe")
@plan_option
@results_option
def command(*, plan_file: Path, results: Path) -> None:
    """Read scores, counts, predictions and histories."""
    found = Findings(results, read_plan(plan_file))
    write_text(results / "report.html", build_page(build_report(found)))
    write_json(results / "best.json", found.describe_best())
