"""Annotate the dev and test sentences of a domain with a trained model; no gold layer is read.

Example: mutspad step predict --model results/demo/plan/news.as-is-tweets.dep.json
         --trained results/demo/models/news.dep/seed1 --results results/demo

results/<experiment>/predictions/<model>/seed<k>/
└── {dev,test}.conllup    the sentences of every task with the predicted layers
"""

from pathlib import Path

import click

from mutspad.cli.options import model_option, path_option, results_option
from mutspad.config import read_run
from mutspad.data.conllup import read_conllup
from mutspad.data.contextual import read_contextual
from mutspad.data.predictions import write_predictions
from mutspad.errors import CheckpointError
from mutspad.models.checkpoint import load_model
from mutspad.plan.layout import PREDICTED, Layout
from mutspad.training.predict import annotate_corpora
from mutspad.training.seeding import make_deterministic


@click.command("predict")
@model_option
@path_option("--trained", help="The folder of the trained model of one seed.")
@results_option
def command(*, model_file: Path, trained: Path, results: Path) -> None:
    """Predict each task on its own dev and test sentences."""
    make_deterministic()
    run, layout, loaded = read_run(model_file), Layout(results), load_model(trained)
    expected = run.parent if run.phase == "as-is" else run.name
    if loaded.run.name != expected:
        raise CheckpointError(
            f"{trained}: expected the model {expected}, found the model {loaded.run.name}"
        )
    contextual = None
    if run.encoder is not None and not run.encoder.trained:
        contextual = read_contextual(layout.contextual(run.encoder.name, run.domain))
    for split in PREDICTED:
        gold = {
            task: read_conllup(layout.corpus(run.domain, task, f"{split}.conllup"))
            for task in run.tasks
        }
        predicted = annotate_corpora(loaded, gold, multi_root=run.multi_root, contextual=contextual)
        write_predictions(layout.predictions(run.name, loaded.seed, split), predicted)
