"""Write the complete configuration of one run.

Example: mutspad step resolve-run --run '{"name": "x", ...}' --output results/demo/runs/x.json

results/<experiment>/runs/
└── <run>.json    everything the run needs to know; later steps read this, never params.yaml
"""

from pathlib import Path

import click

from mutspad.config import Run, parse_json
from mutspad.files import write_json


@click.command("resolve-run")
@click.option("--run", required=True, help="The resolved run as JSON, made by the workflow.")
@click.option("--output", type=click.Path(path_type=Path), required=True)
def command(run: str, output: Path) -> None:
    """Check the run and write it."""
    checked = parse_json(Run, run, "--run", "a resolved run as JSON")
    write_json(output, checked.model_dump(mode="json"))
