"""Schedules of tasks and sentences, and the weights of losses (paper 4).

A schedule is a function of the seed and the epoch and keeps no state, so that training can resume
at any epoch.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from mutspad.data.buckets import bucket_batches
from mutspad.tasks import PAPER_TASKS, TASKS, Task


@dataclass(frozen=True, slots=True)
class Step:
    """One update: the tasks that learn, and the sentences of their corpus by index."""

    tasks: tuple[Task, ...]
    sentences: tuple[int, ...]


def loss_weights(epoch: int, initial: Mapping[Task, float]) -> dict[Task, float]:
    """Double the initial weights once per past epoch, up to 1 (paper 4.1).

    A single task weighs 1 from the start: there is no lower task to learn first.

    Parameters
    ----------
    epoch
        Counted from 0.
    initial
        The weights of the run's tasks in epoch 0.
    """
    if len(initial) == 1:
        return dict.fromkeys(initial, 1.0)
    # Any weight a float can hold has reached 1 after 1,074 doublings; 2.0**1024 would overflow.
    doublings = 2.0 ** min(epoch, 1000)
    return {task: min(1.0, weight * doublings) for task, weight in initial.items()}


def count_rounds(lengths: Mapping[Task, Sequence[int]], batch_sentences: int) -> int:
    """Count the rounds of an epoch: the corpora's mean number of batches, rounded up.

    Ours: an epoch then takes about as many steps as one pass over all corpora, and for one task it
    is exactly a pass.
    """
    total = sum(-(-len(corpus) // batch_sentences) for corpus in lengths.values())
    return -(-total // len(lengths))


def one_task_per_batch(
    lengths: Mapping[Task, Sequence[int]],
    *,
    batch_sentences: int,
    pool_batches: int,
    seed: int,
    epoch: int,
) -> Iterator[Step]:
    """Sample one epoch of the round POS, CK, NER, DP; each step trains one task (paper 4.2.1).

    Each corpus is sampled without replacement, pass after pass; a pass continues in the next
    epoch: a small corpus is cycled, a large one takes several epochs.

    Parameters
    ----------
    lengths
        Words of each sentence of each task's corpus.
    batch_sentences, pool_batches
        Sentences in a batch, and batches that are sorted by length together.
    seed, epoch
        Decide the order of the sentences; the epoch is counted from 0.
    """
    rounds = count_rounds(lengths, batch_sentences)
    batches = {
        task: _sample_batches(
            lengths[task],
            batch_sentences=batch_sentences,
            pool_batches=pool_batches,
            # The tasks draw from different streams: two of them may share a corpus.
            seeds=(seed, task.stream),
            start=epoch * rounds,
        )
        for task in TASKS
        if task in lengths
    }
    for _ in range(rounds):
        for task, sampled in batches.items():
            yield Step((task,), next(sampled))


def all_tasks_per_batch(
    lengths: Sequence[int],
    tasks: Sequence[Task],
    *,
    batch_sentences: int,
    pool_batches: int,
    seed: int,
    epoch: int,
) -> Iterator[Step]:
    """Sample one epoch of a unified corpus; each step trains all tasks (paper 4.2.2).

    The epoch is as long as one of separate corpora is for each task: the union of N corpora takes N
    epochs to pass, and each shows every task as many batches as `one_task_per_batch` does.

    Parameters
    ----------
    lengths
        Words of each sentence.
    tasks
        The tasks of the model, all of which annotate every sentence.
    batch_sentences, pool_batches
        Sentences in a batch, and batches that are sorted by length together.
    seed, epoch
        Decide the order of the sentences; the epoch is counted from 0.
    """
    rounds = -(-count_rounds({tasks[0]: lengths}, batch_sentences) // len(tasks))
    sampled = _sample_batches(
        lengths,
        batch_sentences=batch_sentences,
        pool_batches=pool_batches,
        seeds=(seed, len(PAPER_TASKS)),
        start=epoch * rounds,
    )
    for _ in range(rounds):
        yield Step(tuple(tasks), next(sampled))


def _sample_batches(
    lengths: Sequence[int],
    *,
    batch_sentences: int,
    pool_batches: int,
    seeds: tuple[int, ...],
    start: int,
) -> Iterator[tuple[int, ...]]:
    """Sample a corpus pass after pass from batch `start` on; each pass has its own shuffle."""
    shuffle = partial(bucket_batches, lengths, batch_sentences, pool_batches=pool_batches)
    number, position = divmod(start, -(-len(lengths) // batch_sentences))
    while True:
        for batch in shuffle(np.random.default_rng((*seeds, number)))[position:]:
            yield tuple(batch)
        number, position = number + 1, 0
