"""Measure the prediction of all tasks of a trained model, from tokens, as `mutspad step predict`.

Example: python -m benchmarks.ours.predict --model news.tweets.all/seed1 --tokens tokens.json
         --threads 1 --steps 3 --output steps.json
"""

import json
from pathlib import Path

import click
import torch

from benchmarks.clock import StepClock
from mutspad.data.sentence import Sentence
from mutspad.models.checkpoint import load_model
from mutspad.training.predict import annotate
from mutspad.training.seeding import make_deterministic


@click.command()
@click.option("--model", type=click.Path(path_type=Path), required=True)
@click.option("--tokens", type=click.Path(path_type=Path), required=True)
@click.option("--threads", type=int, required=True)
@click.option("--steps", type=int, required=True, help="To measure.")
@click.option("--output", type=click.Path(path_type=Path), required=True)
def command(*, model: Path, tokens: Path, threads: int, steps: int, output: Path) -> None:
    """Predict all sentences, pass after pass, until enough was measured."""
    make_deterministic()
    torch.set_num_threads(threads)
    loaded = load_model(model)
    corpus = [tuple(words) for words in json.loads(tokens.read_text(encoding="utf-8"))]
    clock = StepClock(warm_up=1, steps=steps)

    def predict() -> None:
        while True:
            clock.begin(sum(map(len, corpus)))
            annotate(
                loaded.model,
                loaded.vocabulary,
                [Sentence("", words) for words in corpus],
                loaded.run.tasks,
                multi_root=loaded.run.multi_root,
            )

    clock.run(predict)
    clock.write(output, threads=torch.get_num_threads())


if __name__ == "__main__":
    command()
