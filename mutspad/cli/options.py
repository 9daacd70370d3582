"""Options that several verbs have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Verb = TypeVar("Verb", bound=Callable[..., Any])


def path_option(
    *names: str, required: bool = True, exists: bool = False, **settings: Any
) -> Callable[[Verb], Verb]:
    """Build an option that takes a path."""
    kind = click.Path(path_type=Path, exists=exists)
    return click.option(*names, type=kind, required=required, **settings)


plan_option = path_option(
    "--plan", "plan_file", help="The plan of the experiment, results/<experiment>/plan.json."
)
model_option = path_option(
    "--model",
    "model_file",
    help="The resolved parameters of the model, results/<experiment>/plan/<model>.json.",
)
results_option = path_option(
    "--results",
    help="Folder of the experiment, results/<experiment>: a verb reads and writes there.",
)
seed_option = click.option("--seed", type=int, required=True, help="Seed of the models.")

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
tokenised_option = click.option(
    "--tokenised",
    is_flag=True,
    help="The texts are tokenised already: split them at white space and nowhere else.",
)
corpora_option = path_option(
    "--corpora",
    exists=True,
    help="Folder of the domain's processed corpora, results/<experiment>/corpora/<domain>.",
)
anonymise_option = click.option(
    "--anonymise",
    is_flag=True,
    help="Replace every user handle by one form and every URL by another.",
)
seconds_option = click.option(
    "--seconds",
    type=float,
    default=60.0,
    show_default=True,
    envvar="MUTSPAD_CHECKPOINT_SECONDS",
    help="Seconds between two saves of the training, from which it resumes after a kill.",
)
code_option = click.option(
    "--code",
    default="",
    help="Fingerprint of the code: the checkpoint of other code is not resumed.",
)
raw_option = path_option(
    "--raw",
    required=False,
    default=Path("raw"),
    show_default=True,
    help="Folder of the raw corpora: files are looked for here first, downloads go here.",
)
mirror_option = path_option(
    "--mirror",
    required=False,
    envvar="MUTSPAD_MIRROR",
    help="Folder with a copy of files of raw/, asked before the network (env: MUTSPAD_MIRROR).",
)
licensed_option = path_option(
    "--licensed",
    required=False,
    envvar="MUTSPAD_LICENSED",
    help="Folder with the licensed corpora, wsj/ and conll2003/ (env: MUTSPAD_LICENSED).",
)


def raw_files_options(verb: Verb) -> Verb:
    """Add the options on where raw files are: `--raw`, `--mirror` and `--licensed`."""
    return raw_option(mirror_option(licensed_option(verb)))
