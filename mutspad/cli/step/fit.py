"""Train one model with one seed, and annotate the dev and test sentences of its tasks.

Example: mutspad step fit --model results/demo/plan/news.tweets.all.json --seed 1
         --results results/demo

Interrupted, the same command resumes from the checkpoint and ends with the same bytes.

results/<experiment>/
├── models/<model>/seed<k>/
│   ├── model.json            sizes, vocabulary, labels, the resolved model, device and precision
│   ├── weights.safetensors   the weights of the best epoch
│   └── history.csv           losses and dev scores, epoch by epoch
└── predictions/<model>/seed<k>/{dev,test}.conllup    the sentences with the predicted layers
"""

from pathlib import Path

import click
import pandas as pd

from mutspad.cli.options import model_option, results_option
from mutspad.config import Run, read_run
from mutspad.data.conllup import read_conllup
from mutspad.data.contextual import read_contextual
from mutspad.data.encoder_files import list_files
from mutspad.data.lexicon import read_lexicon
from mutspad.data.predictions import write_predictions
from mutspad.data.text import read_text
from mutspad.files import write_text
from mutspad.fingerprint import code_of
from mutspad.models.checkpoint import load_model, save_model
from mutspad.models.contextual import TrainableEncoder
from mutspad.plan.layout import PREDICTED, Layout
from mutspad.training.loop import TrainingSet
from mutspad.training.precision import read_measured
from mutspad.training.predict import annotate_corpora
from mutspad.training.resume import Checkpoint, identify
from mutspad.training.stages import fit_run


@click.command("fit")
@model_option
@click.option("--seed", type=int, required=True, help="Of weights, dropout and sentence order.")
@results_option
@click.option(
    "--seconds",
    type=float,
    default=60.0,
    show_default=True,
    envvar="MUTSPAD_CHECKPOINT_SECONDS",
    help="How often the state of the training is saved.",
)
def command(*, model_file: Path, seed: int, results: Path, seconds: float) -> None:
    """Read the corpora, train, write the model and its history, predict."""
    run, layout = read_run(model_file), Layout(results)
    corpora, lexicon = layout.corpora(run.domain), layout.lexicon
    unified = layout.unified(run.domain, seed) if run.unified else None
    parent = None if run.parent is None else layout.model(run.parent, seed)
    text = None if run.adversarial is None else layout.text(run.adversarial.target)
    vectors, encoder = None, None
    if run.encoder is not None and not run.encoder.trained:
        vectors = layout.contextual(run.encoder.name, run.domain)
    inputs = [model_file, corpora, lexicon, unified, parent, text, layout.precision]
    inputs += [None if vectors is None else vectors.with_suffix(".json")]
    if run.encoder is not None and run.encoder.trained:
        encoder = _open_trained(run)
        inputs += list_files(run.encoder.source)
    checkpoint = Checkpoint(
        layout.checkpoint(run.name, seed),
        identify(code_of("mutspad.cli.step.fit", "numpy", "torch"), seed, filter(None, inputs)),
        seconds,
    )
    contextual = None if vectors is None else read_contextual(vectors)
    train: TrainingSet
    if unified is None:
        train = {task: read_conllup(corpora / task / "train.conllup") for task in run.tasks}
    else:
        train = read_conllup(unified)
    fitted = fit_run(
        run,
        seed=seed,
        train=train,
        dev={task: read_conllup(corpora / task / "dev.conllup") for task in run.tasks},
        lexicon=read_lexicon(lexicon),
        parent=None if parent is None else load_model(parent),
        contextual=contextual,
        encoder=encoder,
        unlabelled=None if text is None else read_text(text),
        checkpoint=checkpoint,
        measured=read_measured(layout.precision) if layout.precision.is_file() else None,
    )
    folder = layout.model(run.name, seed)
    history = pd.DataFrame([record.as_row() for record in fitted.history])
    write_text(layout.history(run.name, seed), history.to_csv(index=False, float_format="%.6g"))
    save_model(folder, fitted.model, fitted.vocabulary, fitted.run, seed=seed)
    loaded = load_model(folder)
    for split in PREDICTED:
        gold = {task: read_conllup(corpora / task / f"{split}.conllup") for task in run.tasks}
        predicted = annotate_corpora(loaded, gold, multi_root=run.multi_root, contextual=contextual)
        write_predictions(layout.predictions(run.name, seed, split), predicted)
    checkpoint.remove()


def _open_trained(run: Run) -> TrainableEncoder | None:
    """Open the contextual encoder of a model that trains it."""
    if run.encoder is None or not run.encoder.trained:
        return None
    # Imported only here: transformers takes seconds to load.
    from mutspad.models.transformer import HuggingFaceEncoder

    return HuggingFaceEncoder.from_source(run.encoder.source)
