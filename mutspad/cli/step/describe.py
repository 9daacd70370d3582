"""Describe an experiment for its report: its tables, verdicts and parameters as web pages.

Example: mutspad step describe --page tables/table1.md --page claims.md --results results/demo
         mutspad step describe --plan results/demo/plan.json --results results/demo

results/<experiment>/report/
├── parameters.html    the resolved parameters, the corpora behind them and all substitutes
└── <name>.html        a Markdown file of the results, to be read in a browser
"""

from pathlib import Path

import click

from mutspad.cli.options import path_option, results_option
from mutspad.files import write_text
from mutspad.plan.plan import read_plan
from mutspad.report.pages import build_page
from mutspad.report.provenance.parameters import describe_parameters
from mutspad.report.statistics.reading import read_setting


@click.command("describe")
@path_option(
    "--plan",
    "plan_file",
    required=False,
    help="The plan of the experiment: write the page of its parameters.",
)
@click.option("--page", "pages", multiple=True, help="A Markdown file of the results.")
@results_option
def command(*, plan_file: Path | None, pages: tuple[str, ...], results: Path) -> None:
    """Write the page of the parameters, and one of each Markdown file."""
    texts = {Path(page).stem: (results / page).read_text(encoding="utf-8") for page in pages}
    if plan_file is not None:
        plan = read_plan(plan_file)
        texts["parameters"] = describe_parameters(plan.params, read_setting(results))
    for name, text in texts.items():
        write_text(results / "report" / f"{name}.html", build_page(text))
