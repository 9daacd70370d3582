"""Annotate the dev and test sentences of a domain with a trained model; no gold layer is read.

Example: mutspad step predict --model results/demo/plan/news.as-is-tweets.dep.json --seed 1
         --results results/demo

results/<experiment>/predictions/<model>/seed<k>/
└── {dev,test}.conllup    the sentences of every task with the predicted layers
"""

from pathlib import Path

import click

from mutspad.cli.options import model_option, results_option, seed_option
from mutspad.config.params import Run, read_run
from mutspad.data.conllup import read_conllup
from mutspad.data.contextual import ContextualVectors, read_contextual
from mutspad.data.predictions import write_predictions
from mutspad.errors import CheckpointError, EncoderError
from mutspad.models.checkpoint import LoadedModel, load_model
from mutspad.plan.layout import PREDICTED, Layout
from mutspad.training.predict import annotate_corpora
from mutspad.training.seeding import make_deterministic


@click.command("predict")
@model_option
@seed_option
@results_option
def command(*, model_file: Path, seed: int, results: Path) -> None:
    """Predict each task on its own dev and test sentences."""
    make_deterministic()
    run, layout = read_run(model_file), Layout(results)
    # A model that is applied as it is was trained under its parent's name.
    trained = run.parent if run.phase == "as-is" and run.parent else run.name
    loaded = open_model(layout.model(trained, seed), trained)
    contextual = open_contextual(run, layout)
    for split in PREDICTED:
        gold = {
            task: read_conllup(layout.corpus(run.domain, task, f"{split}.conllup"))
            for task in run.tasks
        }
        predicted = annotate_corpora(loaded, gold, multi_root=run.multi_root, contextual=contextual)
        write_predictions(layout.predictions(run.name, seed, split), predicted)


def open_model(folder: Path, name: str) -> LoadedModel:
    """Open the model of a folder, which must be the one that the plan puts there."""
    loaded = load_model(folder)
    if loaded.run.name != name:
        raise CheckpointError(f"{folder}: expected the model {name}, found {loaded.run.name}")
    return loaded


def open_contextual(run: Run, layout: Layout) -> ContextualVectors | None:
    """Open the stored vectors of a frozen contextual encoder, if the model reads one."""
    if run.encoder is None or run.encoder.trained:
        return None
    vectors = read_contextual(layout.contextual(run.encoder.name, run.domain))
    if vectors.encoder != run.encoder.name:
        raise EncoderError(
            f"{vectors.index}: expected vectors of {run.encoder.name}, found those of "
            f"{vectors.encoder}. Run `mutspad step embed` again"
        )
    return vectors
