"""Measure the prediction of all tasks of a trained model, from tokens, as `mutspad tag` does it.

Example: python -m benchmarks.ours.predict --model news.tweets.all/seed1 --tokens tokens.json
         --threads 1 --steps 3 --output steps.json
"""

import json
from pathlib import Path

import click

from benchmarks.clock import StepClock
from mutspad.tagging.pipeline import load


@click.command()
@click.option("--model", type=click.Path(path_type=Path), required=True)
@click.option("--tokens", type=click.Path(path_type=Path), required=True)
# The library of numpy's products reads it from the environment.
@click.option("--threads", type=int, required=True)
@click.option("--steps", type=int, required=True, help="To measure.")
@click.option("--output", type=click.Path(path_type=Path), required=True)
def command(*, model: Path, tokens: Path, threads: int, steps: int, output: Path) -> None:
    """Predict all sentences, pass after pass, until enough was measured."""
    nlp = load(model)
    corpus = [tuple(words) for words in json.loads(tokens.read_text(encoding="utf-8"))]
    clock = StepClock(warm_up=1, steps=steps)

    def predict() -> None:
        while True:
            clock.begin(sum(map(len, corpus)))
            nlp(corpus)

    clock.run(predict)
    clock.write(output, threads=threads)


if __name__ == "__main__":
    command()
