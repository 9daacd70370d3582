"""Measure the LSTM layers of a training alone, forward and backward.

Example: python -m benchmarks.ours.lstms --run news.dep.json --train train.conllup
         --lexicon lexicon --seed 1 --threads 1 --steps 60 --output steps.json

Some steps of the training are watched first; then every LSTM layer runs again by itself on random
inputs of the same shapes, in the same precision. A training that did nothing else would be as fast.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
import torch
from torch import Tensor

from benchmarks.clock import EnoughError, StepClock
from benchmarks.ours.train import WARM_UP, watch_fit
from mutspad.data.batching import Batch
from mutspad.models.recurrent import BiLSTM

METHODS = ("forward", "final_states")


@dataclass(frozen=True, slots=True)
class Call:
    """Hold a call of a layer that can be made again.

    Parameters
    ----------
    run
        The layer's method, without what watches it.
    inputs
        Its inputs, `[batch, words, dim]`; never written to.
    lens
        `[batch]`.
    autocast
        Whether it ran in mixed precision, and in which.
    """

    run: Callable[[Tensor, Tensor], Tensor]
    inputs: Tensor
    lens: Tensor
    autocast: tuple[bool, torch.dtype]

    def repeat(self) -> None:
        """Run forward and backward."""
        inputs = torch.randn_like(self.inputs).requires_grad_()
        enabled, dtype = self.autocast
        with torch.autocast("cpu", dtype, enabled=enabled):
            outputs = self.run(inputs, self.lens)
        torch.autograd.backward(outputs.float().sum())


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
    """Watch some steps, then repeat their LSTM layers until enough was measured."""
    watched = watch_layers(
        partial(watch_fit, run, train, lexicon, seed=seed), steps=WARM_UP + steps
    )
    torch.set_num_threads(threads)
    clock = StepClock(warm_up=WARM_UP, steps=steps)

    def repeat_all() -> None:
        for words, calls in [*watched, (0, [])]:
            clock.begin(words)
            for call in calls:
                call.repeat()

    clock.run(repeat_all)
    clock.write(output, threads=torch.get_num_threads())


def watch_layers(fit: Callable[..., None], *, steps: int) -> list[tuple[int, list[Call]]]:
    """Train some steps and note the words of each and what its LSTM layers were called with."""
    watched: list[tuple[int, list[Call]]] = []

    def begin(batch: Batch) -> None:
        if len(watched) == steps:
            raise EnoughError
        watched.append((int(batch.lens.sum()), []))

    def watcher(method: Callable[[BiLSTM, Tensor, Tensor], Tensor]) -> Callable[..., Any]:
        def watch(layer: BiLSTM, inputs: Tensor, lens: Tensor) -> Tensor:
            if watched:
                autocast = (torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu"))
                call = Call(partial(method, layer), inputs.detach(), lens, autocast)
                watched[-1][1].append(call)
            return method(layer, inputs, lens)

        return watch

    patches = [patch.object(BiLSTM, name, watcher(getattr(BiLSTM, name))) for name in METHODS]
    with patches[0], patches[1], suppress(EnoughError):
        fit(on_step=begin)
    return watched


if __name__ == "__main__":
    command()
