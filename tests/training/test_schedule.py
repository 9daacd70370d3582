from collections import Counter
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutspad.tasks import TASKS, Task
from mutspad.training.schedule import (
    all_tasks_per_batch,
    count_rounds,
    loss_weights,
    one_task_per_batch,
)

PAPER = {Task.POS: 1.0, Task.CHUNK: 0.5, Task.NER: 0.25, Task.DEP: 0.25}
SIZES = st.dictionaries(st.sampled_from(TASKS), st.integers(1, 23), min_size=1)


def _lengths(sizes):
    return {task: [1 + index % 5 for index in range(size)] for task, size in sizes.items()}


@pytest.mark.parametrize(
    ("epoch", "expected"),
    [
        (0, [1, 0.5, 0.25, 0.25]),
        (1, [1, 1, 0.5, 0.5]),
        (2, [1, 1, 1, 1]),
        (5000, [1, 1, 1, 1]),
    ],
)
def test_weights_double_each_epoch_up_to_one(epoch, expected):
    assert list(loss_weights(epoch, PAPER).values()) == expected


def test_a_weight_beside_a_power_of_two_ends_at_one():
    weights = {Task.POS: 1.0, Task.DEP: 0.3}
    assert [loss_weights(epoch, weights)[Task.DEP] for epoch in range(3)] == [0.3, 0.6, 1.0]


def test_a_single_task_weighs_one():
    assert loss_weights(0, {Task.DEP: 0.25}) == {Task.DEP: 1.0}


def test_rounds_are_the_mean_number_of_batches_rounded_up():
    lengths = _lengths({Task.POS: 10, Task.NER: 3})
    # 5 and 2 batches of two sentences: 3.5 a task.
    assert count_rounds(lengths, 2) == 4


@given(SIZES, st.integers(1, 4), st.integers(0, 3))
def test_an_epoch_repeats_the_constant_round(sizes, batch_sentences, epoch):
    steps = list(
        one_task_per_batch(
            _lengths(sizes), batch_sentences=batch_sentences, pool_batches=2, seed=1, epoch=epoch
        )
    )
    round_ = [(task,) for task in TASKS if task in sizes]
    rounds = count_rounds(_lengths(sizes), batch_sentences)
    assert [step.tasks for step in steps] == round_ * rounds


@given(SIZES, st.integers(1, 4))
def test_every_corpus_is_sampled_without_replacement(sizes, batch_sentences):
    lengths = _lengths(sizes)
    sampled = {task: [] for task in sizes}
    for epoch in range(6):
        for step in one_task_per_batch(
            lengths, batch_sentences=batch_sentences, pool_batches=2, seed=1, epoch=epoch
        ):
            sampled[step.tasks[0]].append(step.sentences)
    for task, batches in sampled.items():
        a_pass = -(-sizes[task] // batch_sentences)
        for start in range(0, len(batches) - a_pass + 1, a_pass):
            seen = [index for batch in batches[start : start + a_pass] for index in batch]
            assert sorted(seen) == list(range(sizes[task]))
        counts = Counter(index for batch in batches for index in batch)
        often = [counts[index] for index in range(sizes[task])]
        assert max(often) - min(often) <= 1


def test_one_task_takes_one_pass_an_epoch_in_a_new_order():
    lengths = {Task.NER: [3] * 9}
    epochs = [
        [
            step.sentences
            for step in one_task_per_batch(
                lengths, batch_sentences=2, pool_batches=2, seed=4, epoch=epoch
            )
        ]
        for epoch in range(2)
    ]
    for batches in epochs:
        assert sorted(index for batch in batches for index in batch) == list(range(9))
    assert epochs[0] != epochs[1]


def test_tasks_that_share_a_corpus_see_it_in_different_orders():
    steps = list(
        one_task_per_batch(
            {Task.POS: [4] * 30, Task.DEP: [4] * 30},
            batch_sentences=3,
            pool_batches=2,
            seed=1,
            epoch=0,
        )
    )
    by_task = {
        task: [step.sentences for step in steps if step.tasks == (task,)]
        for task in (Task.POS, Task.DEP)
    }
    assert by_task[Task.POS] != by_task[Task.DEP]


def test_the_seed_decides_the_order():
    def sample(seed):
        lengths = {Task.POS: [4] * 30}
        return list(
            one_task_per_batch(lengths, batch_sentences=3, pool_batches=2, seed=seed, epoch=2)
        )

    assert sample(1) == sample(1)
    assert sample(1) != sample(2)


@given(st.integers(1, 20), st.integers(1, 4), st.integers(0, 3))
def test_unified_epochs_of_n_tasks_make_one_pass_of_all_tasks(size, batch_sentences, epoch):
    sample = partial(
        all_tasks_per_batch,
        [5] * size,
        TASKS,
        batch_sentences=batch_sentences,
        pool_batches=2,
        seed=1,
    )
    steps = list(sample(epoch=epoch))
    assert all(step.tasks == tuple(TASKS) for step in steps)
    a_pass = -(-size // batch_sentences)
    assert len(steps) == -(-a_pass // len(TASKS))
    steps = [step for epoch in range(len(TASKS)) for step in sample(epoch=epoch)][:a_pass]
    assert sorted(index for step in steps for index in step.sentences) == list(range(size))
