"""Measure the steps of our own training loop, as `mutspad step fit` runs it.

Example: python -m benchmarks.ours.train --run news.dep.json --train train.conllup
         --lexicon lexicon --seed 1 --threads 1 --steps 60 --output steps.json
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
import torch

from benchmarks.clock import StepClock
from mutspad.config.params import read_run
from mutspad.data.batching import Batch
from mutspad.data.conllup import read_conllup
from mutspad.data.lexicon import read_lexicon
from mutspad.data.sentence import Origin, Sentence
from mutspad.models.mutspad import MuTSPad
from mutspad.tasks import Task
from mutspad.training.stages import fit_run

WARM_UP = 10


@click.command()
@click.option("--run", type=click.Path(path_type=Path), required=True)
@click.option("--train", type=click.Path(path_type=Path), required=True)
@click.option("--lexicon", type=click.Path(path_type=Path), required=True)
@click.option("--seed", type=int, required=True)
@click.option("--threads", type=int, required=True)
@click.option("--steps", type=int, required=True, help="To measure.")
@click.option("--output", type=click.Path(path_type=Path), required=True)
def command(
    *, run: Path, train: Path, lexicon: Path, seed: int, threads: int, steps: int, output: Path
) -> None:
    """Train until enough was measured."""
    clock = StepClock(warm_up=WARM_UP, steps=steps)

    def begin(batch: Batch) -> None:
        # A training sets one thread a job when it starts.
        torch.set_num_threads(threads)
        clock.begin(int(batch.lens.sum()))

    clock.run(lambda: watch_fit(run, train, lexicon, seed=seed, on_step=begin))
    clock.write(output, threads=torch.get_num_threads())


def watch_fit(
    run_file: Path, train: Path, lexicon: Path, *, seed: int, on_step: Callable[[Batch], None]
) -> None:
    """Train as `mutspad step fit` and show every step's batch before its features are taken."""
    run, corpus = read_run(run_file), read_conllup(train)
    features = MuTSPad.features

    # A step begins with its features, once; only a look at the dev set asks for them as well.
    def shown(model: MuTSPad, batch: Batch, *rest: Any, **named: Any) -> Any:
        if model.training:
            on_step(batch)
        return features(model, batch, *rest, **named)

    with patch.object(MuTSPad, "features", shown):
        fit_run(
            run,
            seed=seed,
            train=corpus if run.unified else dict.fromkeys(run.tasks, corpus),
            dev={task: [_first_gold(corpus, task)] for task in run.tasks},
            lexicon=read_lexicon(lexicon),
            parent=None,
        )


def _first_gold(corpus: list[Sentence], task: Task) -> Sentence:
    """Return the first sentence with a gold layer of a task."""
    return next(each for each in corpus if each.layers[task].origin is Origin.GOLD)


if __name__ == "__main__":
    command()
