"""F1 of a class counts a word once as predicted and once as gold, and right only with its head."""

import pytest

from mutspad.evaluation.class_scores import class_f1


def words(labels, heads=None):
    return list(zip(labels, heads or [None] * len(labels), strict=True))


def test_f1_of_each_class_that_occurs():
    found = class_f1(words("aaabbc"), words("aabbad"))
    # Two hits of a of three gold and three predicted, one of b of two and two.
    assert found == pytest.approx({"a": 200 / 3, "b": 50.0, "c": 0.0, "d": 0.0})


def test_a_label_with_a_wrong_head_is_no_hit():
    found = class_f1(words("aab", [0, 1, 1]), words("aab", [0, 3, 1]))
    assert found == pytest.approx({"a": 50.0, "b": 100.0})
