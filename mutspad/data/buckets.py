"""Divide sentences into batches of similar length."""

from collections.abc import Sequence

import numpy as np


def bucket_batches(
    lengths: Sequence[int],
    batch_sentences: int,
    rng: np.random.Generator | None,
    pool_batches: int | None = None,
) -> list[list[int]]:
    """Divide sentences into batches of similar length, so that little is padding.

    Parameters
    ----------
    rng
        Breaks ties between sentences of one length and shuffles the batches; None keeps the order
        by length.
    pool_batches
        Only so many batches of shuffled sentences are sorted by length together: sorted as a whole,
        a corpus has batches of one length each, and neighbours meet in every epoch. None sorts all.
    """
    for name, size in (("batch_sentences", batch_sentences), ("pool_batches", pool_batches)):
        if size is not None and size < 1:
            raise ValueError(f"{name}: expected at least 1, found {size}")
    ties = np.arange(len(lengths)) if rng is None else rng.permutation(len(lengths))
    pools = ties * 0 if pool_batches is None else ties // (batch_sentences * pool_batches)
    order = np.lexsort((ties, np.asarray(lengths, dtype=np.int64), pools)).tolist()
    batches = [
        order[start : start + batch_sentences] for start in range(0, len(order), batch_sentences)
    ]
    if rng is not None:
        batches = [batches[index] for index in rng.permutation(len(batches))]
    return batches


def word_batches(lengths: Sequence[int], batch_words: int) -> list[list[int]]:
    """Divide sentences, by length, into batches of at most so many words, padding included.

    A longer sentence is a batch of its own.
    """
    if batch_words < 1:
        raise ValueError(f"batch_words: expected at least 1, found {batch_words}")
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        # The longest of its batch so far, as they come by length.
        if batches and (len(batches[-1]) + 1) * lengths[index] <= batch_words:
            batches[-1].append(index)
        else:
            batches.append([index])
    return batches
