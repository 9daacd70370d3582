"""Options that several verbs have."""

from pathlib import Path

import click

plan_option = click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path),
    required=True,
    help="The plan of the experiment, results/<experiment>/plan.json.",
)
model_option = click.option(
    "--model",
    "model_file",
    type=click.Path(path_type=Path),
    required=True,
    help="The resolved parameters of the model, results/<experiment>/plan/<model>.json.",
)
results_option = click.option(
    "--results",
    type=click.Path(path_type=Path),
    required=True,
    help="The folder of the experiment, in which a verb reads and writes by fixed names.",
)
