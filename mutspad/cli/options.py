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

tagger_option = click.option(
    "--model",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of a trained model; without it, the model that ships with the package.",
)
encoder_option = click.option(
    "--encoder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of the ELMo that the model reads, if it reads one.",
)
