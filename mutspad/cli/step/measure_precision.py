"""Measure once for an experiment whether bfloat16 pays on this machine.

Example: mutspad step measure-precision --asked --output results/quick/precision.json

results/<experiment>/
└── precision.json    what `training.precision: auto` comes to; null where no run asks
"""

from pathlib import Path

import click

from mutspad.cli.options import path_option
from mutspad.files import write_json
from mutspad.training.precision import measure_precision


@click.command("measure-precision")
@click.option(
    "--asked",
    is_flag=True,
    help="Measure; without it null is written, since no model has `precision: auto`.",
)
@path_option(
    "--output", help="The JSON file to write: the precision that `precision: auto` stands for."
)
def command(*, asked: bool, output: Path) -> None:
    """Write the precision in which a training is clearly faster."""
    write_json(output, {"auto": measure_precision() if asked else None})
