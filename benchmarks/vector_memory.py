"""Measure how much memory cached vectors of the paper experiment's size take, without training.

Example: python -m benchmarks.vector_memory --results results/paper

Writes seven layers of 384 numbers a word for every news sentence, 4.8 GB in a temporary folder, and
goes over the training sentences once, as an epoch does, each in a process of its own. Prints the
largest resident size of both, pages of mapped files counted. What came out, before and after
vectors were read instead of mapped: benchmarks/vector_memory.csv. Its two rows of `mutspad embed`
are the paper experiment's job embed/minilm/news instead, as Snakemake's benchmark files have it:
of the whole run (paper.csv), and of `snakemake results/paper/contextual/minilm/news.npy`.
"""

import multiprocessing
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import torch

from mutspad.data.batching import collate, encode
from mutspad.data.buckets import bucket_batches
from mutspad.data.conllup import read_conllup
from mutspad.data.contextual import read_contextual, write_contextual
from mutspad.data.sentence import Sentence
from mutspad.data.vocab import PAD, UNK, Vocabulary
from mutspad.tasks import TASKS

N_LAYERS, DIM, BATCH = 7, 384, 16


@click.command()
@click.option("--results", type=click.Path(path_type=Path), default=Path("results/paper"))
def main(*, results: Path) -> None:
    """Write such vectors, read them once, and print what each took."""
    with tempfile.TemporaryDirectory() as folder:
        for action in (write, read):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                peak = pool.apply(measure, (action, results, Path(folder) / "news"))
            click.echo(f"{action.__name__}: {peak:.0f} MiB")


def measure(action: Callable[[Path, Path], None], results: Path, stem: Path) -> float:
    """Return the largest resident size of this process after an action, in MiB."""
    action(results, stem)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write(results: Path, stem: Path) -> None:
    """Write a vector of ones for each word and layer."""
    write_contextual(
        stem,
        encoder="ones",
        sentences=(sentence.words for sentence in _read_sentences(results, "train", "dev", "test")),
        embed=lambda part: [torch.ones(N_LAYERS, len(words), DIM) for words in part],
        n_layers=N_LAYERS,
        dim=DIM,
        batch=512,
    )


def read(results: Path, stem: Path) -> None:
    """Encode all sentences, then make a batch of each of them once."""
    vocabulary = Vocabulary(words=(PAD, UNK), chars=(PAD, UNK), labels={}, lowercase=True)
    cached = read_contextual(stem)
    encoded = [
        encode(vocabulary, sentence, contextual=cached)
        for sentence in _read_sentences(results, "train")
    ]
    for rows in bucket_batches([*map(len, encoded)], BATCH, np.random.default_rng(1)):
        collate(vocabulary, [encoded[row] for row in rows])


def _read_sentences(results: Path, *splits: str) -> list[Sentence]:
    """Read the sentences of the source domain, all tasks."""
    folder = results / "corpora" / "news"
    return [
        sentence
        for task in TASKS
        for split in splits
        for sentence in read_conllup(folder / task / f"{split}.conllup")
    ]


if __name__ == "__main__":
    main()
