"""Split and subsample sentences: own splits, held-out dev sets, token budgets."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from mutspad.config.base import Split
from mutspad.data.sentence import Sentence

T = TypeVar("T")


def cut_splits(items: Sequence[T]) -> dict[Split, list[T]]:
    """Cut a corpus without splits into 80 % train, 10 % dev and the rest test (ours).

    The order is kept, so that hardly a document lies in two splits.
    """
    train, dev = round(0.8 * len(items)), round(0.9 * len(items))
    return {"train": list(items[:train]), "dev": list(items[train:dev]), "test": list(items[dev:])}


def hold_out(
    sentences: Sequence[Sentence], share: float, seed: int
) -> tuple[list[Sentence], list[Sentence]]:
    """Hold out a random share of the sentences; the rest comes first, both keep their order."""
    order = _permutation(len(sentences), seed)
    taken = set(order[: round(share * len(sentences))])
    left = [sentence for index, sentence in enumerate(sentences) if index not in taken]
    return left, [sentences[index] for index in sorted(taken)]


def sample_tokens(sentences: Sequence[Sentence], budget: int, seed: int) -> list[Sentence]:
    """Sample whole sentences while they fit into a budget of tokens.

    The original order is kept, and a smaller budget gives a subset of a larger one.
    """
    chosen = []
    left = budget
    for index in _permutation(len(sentences), seed):
        if len(sentences[index]) > left:
            break
        left -= len(sentences[index])
        chosen.append(index)
    return [sentences[index] for index in sorted(chosen)]


def sample_sentences(sentences: Sequence[Sentence], count: int, seed: int) -> list[Sentence]:
    """Sample sentences in their order; a smaller number gives a subset of a larger one."""
    return [sentences[index] for index in sorted(_permutation(len(sentences), seed)[:count])]


def _permutation(count: int, seed: int) -> list[int]:
    """Shuffle the numbers below `count`; the generator is named, as NumPy's default may change."""
    order: list[int] = np.random.Generator(np.random.PCG64(seed)).permutation(count).tolist()
    return order
