"""Measure the LSTM kernels of a run alone, forward and backward, on batches such as it trains on.

Example: python -m benchmarks.ours.lstms --run news-mono-dep.json --train train.conllup
         --lexicon lexicon --seed 1 --threads 1 --steps 60 --output steps.json

The speed of a training that does nothing else: the most that these kernels allow.
"""

from pathlib import Path

import click
import numpy as np
import torch
from torch import nn

from benchmarks.clock import StepClock
from mutspad.config import read_run
from mutspad.data.batching import Batch, bucket_batches, collate, encode
from mutspad.data.conllup import read_conllup
from mutspad.data.lexicon import read_lexicon
from mutspad.training.seeding import seed_everything
from mutspad.training.stages import build_model, build_vocabulary

WARM_UP = 10


@click.command()
@click.option("--run", "run_file", type=click.Path(path_type=Path), required=True)
@click.option("--train", type=click.Path(path_type=Path), required=True)
@click.option("--lexicon", type=click.Path(path_type=Path), required=True)
@click.option("--seed", type=int, required=True)
@click.option("--threads", type=int, required=True)
@click.option("--steps", type=int, required=True, help="To measure.")
@click.option("--output", type=click.Path(path_type=Path), required=True)
def command(
    *, run_file: Path, train: Path, lexicon: Path, seed: int, threads: int, steps: int, output: Path
) -> None:
    """Run the LSTMs until enough was measured."""
    run, corpus, words = read_run(run_file), read_conllup(train), read_lexicon(lexicon)
    seed_everything(seed)
    torch.set_num_threads(threads)
    vocabulary = build_vocabulary(run.tasks, dict.fromkeys(run.tasks, corpus), words)
    lstms = find_lstms(build_model(run, vocabulary, words))
    clock = StepClock(warm_up=WARM_UP, steps=steps)

    def step_through() -> None:
        rng = np.random.default_rng(seed)
        for rows in bucket_batches(list(map(len, corpus)), run.training.batch_sentences, rng):
            batch = collate(vocabulary, [encode(vocabulary, corpus[row]) for row in rows])
            clock.begin(int(batch.lens.sum()))
            run_kernels(lstms, batch)

    clock.run(step_through)
    clock.write(output, threads=torch.get_num_threads())


def find_lstms(model: nn.Module) -> list[tuple[nn.LSTM, bool]]:
    """Find the LSTMs of a model and say of each whether it reads characters."""
    found = [
        (module, "char" in name)
        for name, module in model.named_modules()
        if isinstance(module, nn.LSTM)
    ]
    if not found:
        raise ValueError("expected a model with LSTMs, found none")
    return found


def run_kernels(lstms: list[tuple[nn.LSTM, bool]], batch: Batch) -> None:
    """Run each LSTM forward and backward on random inputs of the batch's size."""
    for lstm, reads_chars in lstms:
        places = (batch.chars if reads_chars else batch.words).shape
        outputs, _ = lstm(torch.randn(*places, lstm.input_size, requires_grad=True))
        torch.autograd.backward(outputs.sum())


if __name__ == "__main__":
    command()
