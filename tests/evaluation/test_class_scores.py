"""Counting by class agrees with counting word by word."""

import numpy as np
import pytest

from mutspad.evaluation.class_scores import ClassCounts


def f1_of(name, gold, predicted, possible):
    """Compute precision and recall of one class by looking at every word."""
    hits = sum(
        wanted == given == name and right
        for wanted, given, right in zip(gold, predicted, possible, strict=True)
    )
    n_gold, n_given = gold.count(name), predicted.count(name)
    if hits == 0:
        return 0.0
    precision, recall = hits / n_given, hits / n_gold
    return 100 * 2 * precision * recall / (precision + recall)


@pytest.mark.parametrize("with_heads", [False, True])
def test_f1_is_that_of_a_look_at_every_word(with_heads):
    rng = np.random.default_rng(8)
    gold = rng.integers(0, 5, 60)
    predicted = np.where(rng.random((7, 60)) < 0.6, gold, rng.integers(0, 6, (7, 60)))
    possible = rng.random((7, 60)) < 0.7 if with_heads else np.ones((7, 60), dtype=bool)
    counts = ClassCounts(np.bincount(gold, minlength=6), 7)
    # Word by word of two sentences, and the variants in two parts.
    for words in (slice(0, 23), slice(23, 60)):
        for rows in (slice(0, 3), slice(3, 7)):
            counts.add(
                gold[words],
                predicted[rows, words],
                first=rows.start,
                possible=possible[rows, words] if with_heads else None,
            )
    found = counts.f1()
    for variant in range(7):
        row, right = predicted[variant].tolist(), possible[variant].tolist()
        wanted = [f1_of(name, gold.tolist(), row, right) for name in range(6)]
        assert found[variant] == pytest.approx(wanted)
    assert (found[:, 5] == 0).all()
    assert (found[:, :5] > 0).all()
