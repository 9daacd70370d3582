"""Measure how much memory cached vectors of the paper experiment's size take, without training.

Example: python -m benchmarks.vector_memory write && python -m benchmarks.vector_memory read

`write` puts seven layers of 384 numbers a word below /tmp, 4.8 GB, for every news sentence; `read`
goes over the training sentences once, as an epoch does. Both print the process's largest resident
size, pages of mapped files counted. What came out, before and after vectors were read instead of
mapped: benchmarks/vector_memory.csv.
"""

import resource
import tempfile
from pathlib import Path

import click
import numpy as np
import torch

from mutspad.data.batching import bucket_batches, collate, encode
from mutspad.data.conllup import read_conllup
from mutspad.data.contextual import read_contextual, write_contextual
from mutspad.data.sentence import Sentence
from mutspad.data.vocab import PAD, UNK, Vocabulary
from mutspad.tasks import TASKS

STEM = Path(tempfile.gettempdir()) / "vector_memory" / "news"
N_LAYERS, DIM, BATCH = 7, 384, 16


@click.command()
@click.argument("action", type=click.Choice(["write", "read"]))
@click.option("--results", type=click.Path(path_type=Path), default=Path("results/paper"))
def main(*, action: str, results: Path) -> None:
    """Write such vectors or read them once, and print the largest resident size."""
    if action == "write":
        _write(_read_sentences(results, ("train", "dev", "test")))
    else:
        _read(_read_sentences(results, ("train",)))
    click.echo(f"{action}: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def _read_sentences(results: Path, splits: tuple[str, ...]) -> list[Sentence]:
    """Read the sentences of the source domain, all tasks."""
    folder = results / "corpora" / "news"
    return [
        sentence
        for task in TASKS
        for split in splits
        for sentence in read_conllup(folder / task / f"{split}.conllup")
    ]


def _write(sentences: list[Sentence]) -> None:
    """Write a vector of ones for each word and layer."""
    write_contextual(
        STEM,
        encoder="ones",
        sentences=(sentence.words for sentence in sentences),
        embed=lambda part: [torch.ones(N_LAYERS, len(words), DIM) for words in part],
        n_layers=N_LAYERS,
        dim=DIM,
        batch=512,
    )


def _read(sentences: list[Sentence]) -> None:
    """Encode all sentences, then make a batch of each of them once."""
    vocabulary = Vocabulary(words=(PAD, UNK), chars=(PAD, UNK), labels={}, lowercase=True)
    cached = read_contextual(STEM)
    encoded = [encode(vocabulary, sentence, contextual=cached) for sentence in sentences]
    for rows in bucket_batches([*map(len, encoded)], BATCH, np.random.default_rng(1)):
        collate(vocabulary, [encoded[row] for row in rows])


if __name__ == "__main__":
    main()
