import itertools
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutspad.models.mst import maximum_spanning_tree


def is_tree(heads):
    for node in range(1, len(heads) + 1):
        seen = set()
        while node != 0:
            if node in seen:
                return False
            seen.add(node)
            node = heads[node - 1]
    return True


def all_trees(n_words, *, multi_root):
    for heads in itertools.product(range(n_words + 1), repeat=n_words):
        if is_tree(heads) and (multi_root or heads.count(0) == 1):
            yield heads


def total(scores, heads):
    return sum(scores[word, head] for word, head in enumerate(heads, start=1))


TREES = {
    (n_words, multi_root): tuple(all_trees(n_words, multi_root=multi_root))
    for n_words in range(1, 6)
    for multi_root in (False, True)
}


def test_the_oracle_knows_every_tree():
    # Cayley: (n + 1)^(n - 1) trees with several roots, n^(n - 1) with one.
    assert [len(TREES[n, True]) for n in range(1, 6)] == [1, 3, 16, 125, 1296]
    assert [len(TREES[n, False]) for n in range(1, 6)] == [1, 2, 9, 64, 625]


@pytest.mark.parametrize("multi_root", [False, True])
@pytest.mark.parametrize("n_words", [1, 2, 3, 4, 5])
def test_the_best_of_all_trees_is_found(n_words, multi_root):
    rng = np.random.default_rng(n_words)
    for trial in range(60):
        scores = rng.normal(scale=10.0 ** (trial % 5 - 1), size=(n_words + 1, n_words + 1))
        heads = maximum_spanning_tree(scores, multi_root=multi_root).tolist()
        best = max(TREES[n_words, multi_root], key=lambda tree, s=scores: total(s, tree))
        assert tuple(heads) == best


@pytest.mark.parametrize("multi_root", [False, True])
def test_forbidden_arcs_are_never_taken_when_a_tree_can_do_without(multi_root):
    rng = np.random.default_rng(4)
    refused = 0
    for _ in range(300):
        scores = rng.normal(size=(5, 5))
        scores[rng.random((5, 5)) < 0.5] = -np.inf
        best = max(total(scores, tree) for tree in TREES[4, multi_root])
        if np.isneginf(best):
            refused += 1
            with pytest.raises(ValueError, match="expected a possible tree"):
                maximum_spanning_tree(scores, multi_root=multi_root)
        else:
            heads = maximum_spanning_tree(scores, multi_root=multi_root)
            assert total(scores, heads.tolist()) == pytest.approx(best)
    assert 0 < refused < 300


@given(
    scores=st.lists(st.integers(-2, 2), min_size=25, max_size=25),
    multi_root=st.booleans(),
)
def test_ties_give_a_best_tree_and_always_the_same(scores, multi_root):
    matrix = np.array(scores, dtype=np.float64).reshape(5, 5)
    heads = maximum_spanning_tree(matrix, multi_root=multi_root).tolist()
    assert tuple(heads) in TREES[4, multi_root]
    assert total(matrix, heads) == max(total(matrix, tree) for tree in TREES[4, multi_root])
    assert heads == maximum_spanning_tree(matrix.copy(), multi_root=multi_root).tolist()


def test_one_root_is_kept_however_much_several_would_pay():
    scores = np.full((4, 4), -50.0)
    scores[1:, 0] = [1e6, 1e6, 1e6 + 1]
    scores[1, 2] = 3.0
    scores[2, 3] = 4.0
    assert maximum_spanning_tree(scores, multi_root=True).tolist() == [0, 0, 0]
    assert maximum_spanning_tree(scores, multi_root=False).tolist() == [2, 3, 0]


def test_the_scores_are_left_as_they_were():
    scores = np.random.default_rng(0).normal(size=(6, 6)).astype(np.float32)
    before = scores.copy()
    maximum_spanning_tree(scores, multi_root=False)
    assert np.array_equal(scores, before)


def test_a_sentence_of_one_word_and_of_none():
    assert maximum_spanning_tree(np.zeros((2, 2)), multi_root=False).tolist() == [0]
    assert maximum_spanning_tree(np.zeros((1, 1)), multi_root=False).tolist() == []


@pytest.mark.parametrize(
    "bad", [np.zeros((2, 3)), np.full((3, 3), np.nan), np.full((3, 3), np.inf)]
)
def test_scores_that_are_none_are_refused(bad):
    with pytest.raises(ValueError, match="scores: expected"):
        maximum_spanning_tree(bad, multi_root=True)


def test_long_sentences_are_quick_even_when_all_is_cycles():
    scores = np.random.default_rng(1).normal(size=(81, 81))
    scores[1:, 0] -= 100.0
    maximum_spanning_tree(scores, multi_root=False)
    start = time.perf_counter()
    maximum_spanning_tree(scores, multi_root=False)
    # Milliseconds in truth; the limit only catches another order of growth.
    assert time.perf_counter() - start < 0.2
