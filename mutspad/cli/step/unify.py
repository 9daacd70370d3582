"""Add silver layers to the training sets of a domain (paper 4.2.2).

Example: mutspad step unify --corpora results/demo/corpora/tweets
         --labeller pos results/demo/models/tweets.pos/seed1 ...
         --output results/demo/unified/tweets/seed1/train.conllup

results/<experiment>/unified/<domain>/seed<k>/
└── train.conllup    every training sentence with all four layers, each marked gold or silver
"""

import logging
from pathlib import Path

import click

from mutspad.cli.options import corpora_option, path_option
from mutspad.data.conllup import read_conllup, write_conllup
from mutspad.data.sentence import Layer, Sentence
from mutspad.data.unify import unify
from mutspad.errors import CheckpointError
from mutspad.models.checkpoint import load_model
from mutspad.models.description import open_description
from mutspad.tasks import Task
from mutspad.training.device import place_model
from mutspad.training.predict import annotate
from mutspad.training.seeding import make_deterministic

logger = logging.getLogger(__name__)


@click.command("unify")
@corpora_option
@click.option(
    "--labeller",
    "labellers",
    type=(str, click.Path(path_type=Path)),
    multiple=True,
    required=True,
    help="A task, and the folder of the mono-task model that writes its silver labels; repeat.",
)
@path_option(
    "--output", help="The .conllup file to write: every training sentence with all layers."
)
def command(*, corpora: Path, labellers: tuple[tuple[str, Path], ...], output: Path) -> None:
    """Merge the training sets; the mono-task models fill what is missing."""
    make_deterministic()
    for _, folder in labellers:
        open_description(folder)  # which makes a task of one's own known
    folders = {Task(task): folder for task, folder in labellers}

    def annotate_missing(task: Task, sentences: list[Sentence]) -> list[Layer]:
        logger.info("%s: %d sentences get a silver layer", task, len(sentences))
        labeller = load_model(folders[task])
        if task not in labeller.run.tasks:
            raise CheckpointError(
                f"{folders[task]}: expected a model with the task {task}, found one with "
                f"{', '.join(labeller.run.tasks)}"
            )
        annotated = annotate(
            place_model(labeller),
            labeller.vocabulary,
            sentences,
            [task],
            multi_root=labeller.run.multi_root,
        )
        return [sentence.layers[task] for sentence in annotated]

    training_sets = {task: read_conllup(corpora / task / "train.conllup") for task in folders}
    write_conllup(output, unify(training_sets, annotate_missing))
