"""Describe an experiment for its report: its tables and its parameters as web pages.

Example: mutspad describe --table 1 --table 2 --results results/demo
         mutspad describe --parameters '{"experiment": "demo", ...}' --results results/demo

results/<experiment>/report/
├── parameters.html    the resolved parameters, the corpora behind them and all substitutes
└── table<n>.html      tables/table<n>.md, to be read in a browser
"""

from pathlib import Path

import click

from mutspad.analysis.pages import build_page
from mutspad.analysis.parameters import describe_parameters
from mutspad.analysis.records import Setting
from mutspad.config import Params, parse_json
from mutspad.files import read_json, write_text


@click.command("describe")
@click.option("--parameters", help="All parameters, resolved, as JSON: write their page.")
@click.option("--table", "numbers", type=int, multiple=True, help="Write the page of this table.")
@click.option("--results", type=click.Path(path_type=Path), required=True)
def command(*, parameters: str | None, numbers: tuple[int, ...], results: Path) -> None:
    """Write the page of the parameters, and one of each table."""
    texts = {
        f"table{number}": (results / "tables" / f"table{number}.md").read_text(encoding="utf-8")
        for number in numbers
    }
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
