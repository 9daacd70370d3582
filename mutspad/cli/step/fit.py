"""Train one run with one seed.

Example: mutspad step fit --run results/demo/runs/tuned-multi.json --seed 1
         --corpora results/demo/corpora/tweets --lexicon results/demo/lexicon
         --parent results/demo/pretrain/news-multi/seed1
         --precision results/demo/precision.json
         --model results/demo/finetune/tuned-multi/seed1

Interrupted, the same command goes on from the checkpoint and ends with the same bytes.

results/<experiment>/<phase>/<run>/seed<k>/
├── model.json            sizes, vocabulary, labels, the resolved run, device and precision resolved
├── weights.safetensors   the weights of the best epoch
└── history.csv           losses and dev scores, epoch by epoch
"""

from pathlib import Path

import click
import pandas as pd

from mutspad.config import Run, read_run
from mutspad.data.conllup import read_conllup
from mutspad.data.contextual import read_contextual
from mutspad.data.encoder_files import list_files
from mutspad.data.lexicon import read_lexicon
from mutspad.data.text import read_text
from mutspad.files import write_text
from mutspad.fingerprint import code_of
from mutspad.models.checkpoint import load_model, save_model
from mutspad.models.contextual import TrainableEncoder
from mutspad.training.loop import TrainingSet
from mutspad.training.precision import read_measured
from mutspad.training.resume import Checkpoint, identify
from mutspad.training.stages import fit_run


@click.command("fit")
@click.option("--run", "run_file", type=click.Path(path_type=Path), required=True)
@click.option("--seed", type=int, required=True)
@click.option("--corpora", type=click.Path(path_type=Path), required=True, help="Of the domain.")
@click.option("--lexicon", type=click.Path(path_type=Path), required=True)
@click.option("--unified", type=click.Path(path_type=Path), help="The unified training set.")
@click.option("--parent", type=click.Path(path_type=Path), help="The model to start from.")
@click.option("--contextual", type=click.Path(path_type=Path), help="Cached vectors, no suffix.")
@click.option("--unlabelled", type=click.Path(path_type=Path), help="Text of the other domain.")
@click.option("--precision", type=click.Path(path_type=Path), help="What auto comes to.")
@click.option("--checkpoint", type=click.Path(path_type=Path), help="Where to resume from.")
@click.option(
    "--seconds",
    type=float,
    default=60.0,
    show_default=True,
    envvar="MUTSPAD_CHECKPOINT_SECONDS",
    help="Between checkpoints.",
)
@click.option("--model", type=click.Path(path_type=Path), required=True)
def command(
    *,
    run_file: Path,
    seed: int,
    corpora: Path,
    lexicon: Path,
    unified: Path | None,
    parent: Path | None,
    contextual: Path | None,
    unlabelled: Path | None,
    precision: Path | None,
    checkpoint: Path | None,
    seconds: float,
    model: Path,
) -> None:
    """Read the corpora, train, write the model and its history."""
    run = read_run(run_file)
    train: TrainingSet
    if unified is None:
        train = {task: read_conllup(corpora / task / "train.conllup") for task in run.tasks}
    else:
        train = read_conllup(unified)
    index = None if contextual is None else contextual.with_suffix(".json")
    encoder = list_files(run.encoder.source) if run.encoder and run.encoder.trained else []
    inputs = [run_file, corpora, lexicon, unified, parent, index, unlabelled, precision]
    inputs += encoder
    kept = None
    if checkpoint is not None:
        identity = identify(
            code_of("mutspad.cli.step.fit", "numpy", "torch"), seed, filter(None, inputs)
        )
        kept = Checkpoint(checkpoint, identity, seconds)
    fitted = fit_run(
        run,
        seed=seed,
        train=train,
        dev={task: read_conllup(corpora / task / "dev.conllup") for task in run.tasks},
        lexicon=read_lexicon(lexicon),
        parent=None if parent is None else load_model(parent),
        contextual=None if contextual is None else read_contextual(contextual),
        encoder=_open_trained(run),
        unlabelled=None if unlabelled is None else read_text(unlabelled),
        checkpoint=kept,
        measured=None if precision is None else read_measured(precision),
    )
    history = pd.DataFrame([record.as_row() for record in fitted.history])
    write_text(model / "history.csv", history.to_csv(index=False, float_format="%.6g"))
    save_model(model, fitted.model, fitted.vocabulary, fitted.run, seed=seed)
    if kept is not None:
        kept.remove()


def _open_trained(run: Run) -> TrainableEncoder | None:
    """Open the contextual encoder of a run that trains it."""
    if run.encoder is None or not run.encoder.trained:
        return None
    # Imported only here: transformers takes seconds to load.
    from mutspad.models.transformer import HuggingFaceEncoder

    return HuggingFaceEncoder.from_source(run.encoder.source)
