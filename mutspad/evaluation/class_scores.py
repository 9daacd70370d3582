"""F1 of each class over words (paper 5.5)."""

from collections import Counter
from collections.abc import Hashable, Sequence

Words = Sequence[tuple[str, Hashable]]


def class_f1(gold: Words, predicted: Words) -> dict[str, float]:
    """Return the F1 in per cent of each class that occurs.

    The paper does not say what a class score is. Ours is the F1 of the class over words: a POS tag,
    an IOB2 tag, or a relation, which is right only where the head is right too.

    Parameters
    ----------
    gold, predicted
        The class of each word, and what else must be right: its head, or None.
    """
    hits = Counter(word[0] for word, given in zip(gold, predicted, strict=True) if word == given)
    total = Counter(label for label, _ in gold) + Counter(label for label, _ in predicted)
    return {label: 200.0 * hits[label] / count for label, count in total.items()}
