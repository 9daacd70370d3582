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

from mutspad.cli.options import (
    code_option,
    model_option,
    results_option,
    seconds_option,
    seed_option,
)
from mutspad.cli.step.predict import open_contextual, open_model
from mutspad.config.params import Run, read_run
from mutspad.data.conllup import read_conllup
from mutspad.data.encoder_files import list_files
from mutspad.data.lexicon import read_lexicon
from mutspad.data.predictions import write_predictions
from mutspad.data.text import read_text
from mutspad.files import read_json, write_csv
from mutspad.models.checkpoint import load_model, save_model
from mutspad.models.transformer import HuggingFaceEncoder
from mutspad.plan.layout import PREDICTED, Layout
from mutspad.training.loop import TrainingSet
from mutspad.training.predict import annotate_corpora
from mutspad.training.resume import Checkpoint, identify
from mutspad.training.stages import FittedRun, fit_run


@click.command("fit")
@model_option
@seed_option
@results_option
@seconds_option
@code_option
def command(*, model_file: Path, seed: int, results: Path, seconds: float, code: str) -> None:
    """Read the corpora, train, write the model and its history, predict."""
    run, layout = read_run(model_file), Layout(results)
    inputs = list_inputs(run, model_file, layout, seed)
    checkpoint = Checkpoint(
        layout.checkpoint(run.name, seed), identify(code, seed, inputs), seconds
    )
    fitted = train(run, layout, seed=seed, checkpoint=checkpoint)
    folder, corpora = layout.model(run.name, seed), layout.corpora(run.domain)
    write_csv(layout.history(run.name, seed), [record.as_row() for record in fitted.history])
    save_model(folder, fitted.model, fitted.vocabulary, fitted.run, seed=seed)
    loaded, contextual = load_model(folder), open_contextual(run, layout)
    for split in PREDICTED:
        gold = {task: read_conllup(corpora / task / f"{split}.conllup") for task in run.tasks}
        predicted = annotate_corpora(loaded, gold, multi_root=run.multi_root, contextual=contextual)
        write_predictions(layout.predictions(run.name, seed, split), predicted)
    checkpoint.remove()


def list_inputs(run: Run, model_file: Path, layout: Layout, seed: int) -> list[Path]:
    """List the files and folders that decide a training's result."""
    corpora, lexicon = layout.corpora(run.domain), layout.lexicon
    unified = layout.unified(run.domain, seed) if run.unified else None
    parent = None if run.parent is None else layout.model(run.parent, seed)
    text = None if run.adversarial is None else layout.text(run.adversarial.target)
    inputs = [model_file, corpora, lexicon, unified, parent, text, layout.precision]
    if run.encoder is not None and run.encoder.trained:
        inputs += list_files(run.encoder.source)
    elif run.encoder is not None:
        inputs.append(layout.contextual(run.encoder.name, run.domain).with_suffix(".json"))
    return [path for path in inputs if path is not None]


def train(run: Run, layout: Layout, *, seed: int, checkpoint: Checkpoint | None) -> FittedRun:
    """Read what the training of a model needs, and train it."""
    corpora = layout.corpora(run.domain)
    sentences: TrainingSet
    if run.unified:
        sentences = read_conllup(layout.unified(run.domain, seed))
    else:
        sentences = {task: read_conllup(corpora / task / "train.conllup") for task in run.tasks}
    return fit_run(
        run,
        seed=seed,
        train=sentences,
        dev={task: read_conllup(corpora / task / "dev.conllup") for task in run.tasks},
        lexicon=read_lexicon(layout.lexicon),
        parent=None
        if run.parent is None
        else open_model(layout.model(run.parent, seed), run.parent),
        contextual=open_contextual(run, layout),
        encoder=_open_trained(run),
        unlabelled=()
        if run.adversarial is None
        else read_text(layout.text(run.adversarial.target)),
        checkpoint=checkpoint,
        measured=read_json(layout.precision)["auto"] if layout.precision.is_file() else None,
    )


def _open_trained(run: Run) -> HuggingFaceEncoder | None:
    """Open the contextual encoder of a model that trains it."""
    if run.encoder is None or not run.encoder.trained:
        return None
    encoder = run.encoder
    return HuggingFaceEncoder.from_source(
        encoder.source, pooling=encoder.pooling, forms=encoder.forms
    )
