"""Annotate dev and test with a trained model; no gold layer is looked at.

Example: mutspad step predict --run results/demo/runs/tuned-multi.json
         --model results/demo/finetune/tuned-multi/seed1 --corpora results/demo/corpora/tweets
         --predictions results/demo/predictions/tuned-multi/seed1

results/<experiment>/predictions/<run>/seed<k>/
├── <task>.dev.conllup    the sentences of the task's dev set with the predicted layer
└── <task>.test.conllup
"""

import logging
from pathlib import Path

import click

from mutspad.config import read_run
from mutspad.data.conllup import read_conllup, write_conllup
from mutspad.data.contextual import read_contextual
from mutspad.errors import CheckpointError
from mutspad.models.checkpoint import load_model
from mutspad.training.device import place_model
from mutspad.training.predict import annotate
from mutspad.training.seeding import make_deterministic

logger = logging.getLogger(__name__)


@click.command("predict")
@click.option("--run", "run_file", type=click.Path(path_type=Path), required=True)
@click.option("--model", type=click.Path(path_type=Path), required=True)
@click.option("--corpora", type=click.Path(path_type=Path), required=True, help="Of the domain.")
@click.option("--contextual", type=click.Path(path_type=Path), help="Cached vectors, no suffix.")
@click.option("--predictions", type=click.Path(path_type=Path), required=True)
def command(
    *, run_file: Path, model: Path, corpora: Path, contextual: Path | None, predictions: Path
) -> None:
    """Predict each task of the run on that task's own dev and test sentences."""
    make_deterministic()
    run = read_run(run_file)
    loaded = load_model(model)
    expected = run.parent if run.phase == "as-is" else run.name
    if loaded.run.name != expected:
        raise CheckpointError(
            f"{model}: expected a model of the run {expected}, found one of {loaded.run.name}"
        )
    vectors = None if contextual is None else read_contextual(contextual)
    placed = place_model(loaded)
    for task in run.tasks:
        for split in ("dev", "test"):
            predicted = annotate(
                placed,
                loaded.vocabulary,
                read_conllup(corpora / task / f"{split}.conllup"),
                [task],
                multi_root=run.multi_root,
                contextual=vectors,
            )
            write_conllup(predictions / f"{task}.{split}.conllup", predicted)
            logger.info("%s %s: %d sentences annotated", task, split, len(predicted))
