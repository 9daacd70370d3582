"""Accuracy, the measure of POS tagging (paper 5.1)."""

from collections.abc import Sequence

from mutspad.evaluation.alignment import require_aligned


def accuracy(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> float:
    """Compute the percentage of words with the right label.

    Parameters
    ----------
    gold, predicted
        The labels of each sentence.

    Raises
    ------
    MutspadError
        When the two do not belong together, or there is no word.
    """
    require_aligned(gold, predicted)
    hits = [
        wanted == given
        for gold_labels, labels in zip(gold, predicted, strict=True)
        for wanted, given in zip(gold_labels, labels, strict=True)
    ]
    return 100 * sum(hits) / len(hits)
