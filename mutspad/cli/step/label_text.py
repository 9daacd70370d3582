"""Have trained models label the raw text of their domain, for a small model to learn from.

Example: mutspad step label-text --teacher pos results/demo/models/tweets.all/seed1 ...
         --corpora results/demo/corpora/tweets --text results/demo/text/tweets.txt
         --output results/demo/distilled/corpora/tweets/all/train.conllup

results/<experiment>/distilled/corpora/<domain>/all/
└── train.conllup    training sentences and raw text with all layers, each marked gold or silver
"""

from pathlib import Path

import click

from mutspad.cli.options import corpora_option, path_option
from mutspad.data.conllup import read_conllup, write_conllup
from mutspad.data.text import read_text
from mutspad.tagging.distil import label_text
from mutspad.tagging.pipeline import load
from mutspad.tasks import Task
from mutspad.training.seeding import make_deterministic


@click.command("label-text")
@click.option(
    "--teacher",
    "teachers",
    type=(str, click.Path(path_type=Path)),
    multiple=True,
    required=True,
    help="A task, and the folder of the trained model that labels it; repeat.",
)
@click.option(
    "--encoder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of the ELMo that the teachers read, if they read one.",
)
@corpora_option
@path_option("--text", help="The raw text of the domain, results/<experiment>/text/<domain>.txt.")
@path_option("--output", help="The .conllup file to write.")
def command(
    *,
    teachers: tuple[tuple[str, Path], ...],
    encoder: Path | None,
    corpora: Path,
    text: Path,
    output: Path,
) -> None:
    """Keep gold layers, predict all others."""
    make_deterministic()
    folders = dict.fromkeys(folder for _, folder in teachers)
    loaded = {folder: load(folder, encoder_folder=encoder) for folder in folders}
    of_task = {Task(task): loaded[folder] for task, folder in teachers}
    training = {task: read_conllup(corpora / task / "train.conllup") for task in of_task}
    write_conllup(output, label_text(training, read_text(text), of_task))
