"""Describe an experiment for its report: its tables, verdicts and parameters as web pages.

Example: mutspad step describe --page tables/table1.md --page claims.md --results results/demo
         mutspad step describe --parameters '{"experiment": "demo", ...}' --results results/demo

results/<experiment>/report/
├── parameters.html    the resolved parameters, the corpora behind them and all substitutes
└── <name>.html        a Markdown file of the results, to be read in a browser
"""

from pathlib import Path

import click

from mutspad.config import Params, parse_json
from mutspad.files import read_json, write_text
from mutspad.report.pages import build_page
from mutspad.report.provenance.parameters import describe_parameters
from mutspad.report.records import Setting


@click.command("describe")
@click.option("--parameters", help="All parameters, resolved, as JSON: write their page.")
@click.option("--page", "pages", multiple=True, help="A Markdown file of the results.")
@click.option("--results", type=click.Path(path_type=Path), required=True)
def command(*, parameters: str | None, pages: tuple[str, ...], results: Path) -> None:
    """Write the page of the parameters, and one of each Markdown file."""
    texts = {Path(page).stem: (results / page).read_text(encoding="utf-8") for page in pages}
    if parameters is not None:
        expected = "the resolved parameters as JSON"
        params = parse_json(Params, parameters, "--parameters", expected)
        setting = Setting.read(
            params.experiment,
            [read_json(path) for path in sorted(results.glob("corpora/*/*/summary.json"))],
            read_json(results / "lexicon" / "lexicon.json"),
        )
        texts["parameters"] = describe_parameters(params, setting)
    for name, text in texts.items():
        write_text(results / "report" / f"{name}.html", build_page(text))
