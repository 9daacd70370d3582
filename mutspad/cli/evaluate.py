"""Score a model on gold annotation.

Example: mutspad evaluate gold.conllu --model results/demo/models/tweets.all/seed1

scores.json    with --output: task -> metric -> value, in per cent
"""

from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from mutspad.cli.options import encoder_option, tagger_option
from mutspad.errors import MutspadError
from mutspad.files import write_json

SHOWN = {
    "accuracy": "accuracy",
    "f1": "F1",
    "precision": "precision",
    "recall": "recall",
    "uas": "UAS",
    "las": "LAS",
    "clas": "CLAS",
}


@click.command("evaluate")
@click.argument("gold", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@tagger_option
@encoder_option
@click.option("--output", type=click.Path(path_type=Path), help="Write the scores as JSON, too.")
def command(*, gold: Path, model: Path | None, encoder: Path | None, output: Path | None) -> None:
    """Predict each layer that GOLD has and the model knows, on gold tokens, and score it.

    GOLD is CoNLL-U, with chunks and entities as Chunk= and NER= in MISC, or .conllup.
    """
    # Imported only now: a mistake in the arguments need not wait for torch.
    from mutspad.tagging.evaluate import evaluate
    from mutspad.tagging.gold import read_gold
    from mutspad.tagging.pipeline import load

    pipeline = load(model, encoder_folder=encoder)
    sentences = read_gold(gold, pos="UPOS" if pipeline.universal_pos else "XPOS")
    scores = evaluate(pipeline, sentences)
    if not scores:
        tasks = ", ".join(pipeline.tasks)
        raise MutspadError(f"{gold}: expected a layer that the model has ({tasks}), found none")
    if output is not None:
        write_json(output, scores)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("task")
    for header in ("metric", "score", "words", "sentences"):
        table.add_column(header, justify="left" if header == "metric" else "right")
    for task, metrics in scores.items():
        for name, header in SHOWN.items():
            if name in metrics:
                counts = (f"{metrics['words']:.0f}", f"{metrics['sentences']:.0f}")
                table.add_row(task, header, f"{metrics[name]:.2f}", *counts)
    Console(highlight=False).print(table)
