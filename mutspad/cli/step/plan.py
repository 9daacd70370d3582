"""Derive the plan of an experiment from its methods, and resolve the parameters of every model.

Example: mutspad step plan --params params.yaml --config '{"experiment": "quick"}'
         --results results/quick

results/<experiment>/
├── plan.json              parameters, models, rows of the tables, corpora
└── plan/<model>.json      everything that one training needs to know
"""

import json
from pathlib import Path

import click

from mutspad.cli.options import results_option
from mutspad.config import load_params
from mutspad.plan.build import build_plan
from mutspad.plan.layout import Layout
from mutspad.plan.plan import write_plan


@click.command("plan")
@click.option(
    "--params",
    type=click.Path(path_type=Path),
    default=Path("params.yaml"),
    show_default=True,
    help="The file of parameters.",
)
@click.option("--config", default="{}", show_default=True, help="What wins over the file, as JSON.")
@click.option("--mirror", type=click.Path(path_type=Path), envvar="MUTSPAD_MIRROR")
@click.option("--licensed", type=click.Path(path_type=Path), envvar="MUTSPAD_LICENSED")
@results_option
def command(
    *, params: Path, config: str, mirror: Path | None, licensed: Path | None, results: Path
) -> None:
    """Read the parameters once; later steps read what is written here."""
    loaded = load_params(params, json.loads(config))
    write_plan(build_plan(loaded, mirror=mirror, licensed=licensed), Layout(results))
