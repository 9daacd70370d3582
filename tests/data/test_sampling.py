import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutspad.data.sampling import cut_splits, hold_out, sample_tokens
from mutspad.data.sentence import Sentence

CORPUS = [Sentence(str(number), ("w",) * (number % 7 + 1)) for number in range(100)]
BUDGETS = st.integers(0, 500)
SEEDS = st.integers(0, 20)


@given(st.lists(st.integers(), max_size=60))
def test_own_splits_cover_the_corpus_in_order(items):
    splits = cut_splits(items)
    assert splits["train"] + splits["dev"] + splits["test"] == items


def test_own_splits_are_80_10_10():
    assert [len(part) for part in cut_splits(range(1000)).values()] == [800, 100, 100]


@given(SEEDS, st.floats(0, 0.99))
def test_held_out_sentences_part_the_corpus(seed, share):
    left, taken = hold_out(CORPUS, share, seed)
    assert len(taken) == round(share * len(CORPUS))
    assert sorted([*left, *taken], key=CORPUS.index) == CORPUS
    for part in (left, taken):
        assert part == sorted(part, key=CORPUS.index)


def test_held_out_sentences_depend_on_the_seed_alone():
    assert hold_out(CORPUS, 0.1, 13) == hold_out(CORPUS, 0.1, 13)
    assert hold_out(CORPUS, 0.1, 13) != hold_out(CORPUS, 0.1, 14)


@given(BUDGETS, SEEDS)
def test_a_sample_fills_its_budget_with_whole_sentences_in_order(budget, seed):
    sample = sample_tokens(CORPUS, budget, seed)
    tokens = sum(map(len, sample))
    assert tokens <= budget
    assert tokens > budget - 7 or len(sample) == len(CORPUS)
    assert sample == sorted(sample, key=CORPUS.index)
    assert sample == sample_tokens(CORPUS, budget, seed)


@given(BUDGETS, BUDGETS, SEEDS)
def test_a_smaller_budget_draws_a_subset(budget, more, seed):
    small, large = sample_tokens(CORPUS, budget, seed), sample_tokens(CORPUS, budget + more, seed)
    assert set(map(id, small)) <= set(map(id, large))


def test_a_large_budget_keeps_everything():
    assert sample_tokens(CORPUS, 10_000, 1) == CORPUS


@pytest.mark.parametrize(
    ("seed", "ids"),
    [(13, ["1", "15", "17", "29", "36", "51"]), (14, ["22", "62", "73", "91", "92"])],
)
def test_the_draw_is_fixed_for_ever(seed, ids):
    assert [sentence.id for sentence in sample_tokens(CORPUS, 20, seed)] == ids
