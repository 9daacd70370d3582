import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mutspad.data.batching import FormStates, collate, encode
from mutspad.data.buckets import bucket_batches, word_batches
from mutspad.data.sentence import Layer, Sentence
from mutspad.data.vocab import PAD, UNK, Vocabulary
from mutspad.tasks import Task

VOCABULARY = Vocabulary(
    words=(PAD, UNK, "owls", "see", "mice"),
    chars=(PAD, UNK, *"owlsemic"),
    labels={Task.POS: ("NN", "VB"), Task.DEP: ("root", "nsubj", "obj")},
    lowercase=True,
)
OWLS = Sentence(
    "1",
    ("Owls", "see", "owls"),
    {
        Task.POS: Layer(("NN", "VB", "XX")),
        Task.DEP: Layer(("nsubj", "root", "obj"), heads=(2, 0, 2)),
    },
)
SEE = Sentence("2", ("see",), {Task.POS: Layer(("VB",))})


def collated(*sentences, tasks=(Task.POS, Task.DEP)):
    return collate(VOCABULARY, [encode(VOCABULARY, sentence, tasks) for sentence in sentences])


def test_a_batch_pads_and_ignores():
    batch = collated(OWLS, SEE)
    assert batch.words.tolist() == [[2, 3, 2], [3, 0, 0]]
    assert batch.lens.tolist() == [3, 1]
    assert batch.mask.tolist() == [[True, True, True], [True, False, False]]
    assert batch.labels[Task.POS].tolist() == [[0, 1, -1], [1, -1, -1]]
    assert batch.labels[Task.DEP].tolist() == [[1, 0, 2], [-1, -1, -1]]
    assert batch.heads.tolist() == [[2, 0, 2], [-1, -1, -1]]
    assert len(batch) == 2


def test_forms_index_the_distinct_words_short_ones_first():
    batch = collated(OWLS, SEE)
    spelled = [
        "".join(VOCABULARY.chars[char] for char in row[:length])
        for row, length in zip(batch.chars.tolist(), batch.char_lens.tolist(), strict=True)
    ]
    assert spelled == ["see", f"{UNK}wls", "owls"]
    assert batch.forms.tolist() == [[1, 0, 2], [0, 0, 0]]


def test_known_character_states_follow_the_forms_of_the_batch():
    form_states = FormStates(
        {"mice": 0, "owls": 1, "Owls": 2, "see": 3}, torch.arange(4.0)[:, None]
    )
    rows = [encode(VOCABULARY, sentence) for sentence in (OWLS, SEE)]
    batch = collate(VOCABULARY, rows, form_states)
    assert batch.form_states.flatten().tolist() == [3, 2, 1]
    assert batch.to("meta").form_states.device == torch.device("meta")
    assert collated(OWLS).form_states is None


def test_layers_not_asked_are_absent():
    batch = collated(OWLS, SEE, tasks=(Task.POS,))
    assert batch.heads is None
    assert (batch.labels[Task.DEP] == -1).all()
    assert collated(SEE).heads is None


def test_a_batch_moves_to_a_device_whole():
    moved = collated(OWLS, SEE).to("meta")
    tensors = [moved.words, moved.lens, moved.forms, moved.chars, moved.char_lens, moved.heads]
    assert {tensor.device for tensor in [*tensors, *moved.labels.values()]} == {
        torch.device("meta")
    }


def test_nothing_to_encode_or_collate_is_refused():
    with pytest.raises(ValueError, match="sentence 7: expected at least one word"):
        encode(VOCABULARY, Sentence("7", ()))
    with pytest.raises(ValueError, match="expected at least one sentence"):
        collate(VOCABULARY, [])


@given(
    lengths=st.lists(st.integers(1, 60), max_size=80),
    batch_sentences=st.integers(1, 20),
    seed=st.none() | st.integers(0, 2**32),
)
def test_buckets_hold_every_sentence_once_and_neighbours_in_length(lengths, batch_sentences, seed):
    rng = None if seed is None else np.random.default_rng(seed)
    batches = bucket_batches(lengths, batch_sentences, rng)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    assert all(1 <= len(batch) <= batch_sentences for batch in batches)
    assert sum(len(batch) < batch_sentences for batch in batches) <= 1
    spans = sorted((min(lengths[i] for i in b), max(lengths[i] for i in b)) for b in batches)
    assert all(low[1] <= high[0] for low, high in itertools.pairwise(spans))


def test_buckets_follow_the_generator():
    lengths = [5, 3, 5, 5, 2, 5, 3, 5]
    first, again, other = (
        bucket_batches(lengths, 2, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert first == again != other
    assert bucket_batches(lengths, 3, None) == [[4, 1, 6], [0, 2, 3], [5, 7]]


@given(
    lengths=st.lists(st.integers(1, 60), max_size=80),
    batch_sentences=st.integers(1, 8),
    pool_batches=st.integers(1, 5),
)
def test_only_the_sentences_of_a_pool_are_sorted_by_length(lengths, batch_sentences, pool_batches):
    batches = bucket_batches(lengths, batch_sentences, np.random.default_rng(1), pool_batches)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    assert sum(len(batch) < batch_sentences for batch in batches) <= 1
    ties = np.random.default_rng(1).permutation(len(lengths))
    pools = {index: ties[index] // (batch_sentences * pool_batches) for index in range(len(ties))}
    for batch in batches:
        assert len({pools[index] for index in batch}) == 1


def test_the_loss_of_pooled_batches_is_not_tied_to_one_length():
    lengths = [1] * 50 + [60] * 50
    batches = bucket_batches(lengths, 4, np.random.default_rng(1), 1)
    assert sum(len({lengths[index] for index in batch}) == 2 for batch in batches) > 10


def test_a_batch_of_no_sentence_is_refused():
    with pytest.raises(ValueError, match="batch_sentences: expected at least 1, found 0"):
        bucket_batches([3], 0, None)
    with pytest.raises(ValueError, match="pool_batches: expected at least 1, found 0"):
        bucket_batches([3], 1, None, 0)


@given(st.lists(st.integers(1, 30), max_size=40), st.integers(1, 90))
def test_word_batches_hold_every_sentence_once_and_as_many_as_fit(lengths, batch_words):
    batches = word_batches(lengths, batch_words)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    longest = [max(lengths[index] for index in batch) for batch in batches]
    for batch, width in zip(batches, longest, strict=True):
        assert len(batch) == 1 or len(batch) * width <= batch_words
    for batch, after in itertools.pairwise(batches):
        shortest = min(lengths[index] for index in after)
        assert max(lengths[index] for index in batch) <= shortest
        assert (len(batch) + 1) * shortest > batch_words


def test_word_batches_keep_the_order_of_sentences_of_one_length():
    assert word_batches([2, 3, 2, 9, 2], 4) == [[0, 2], [4], [1], [3]]


def test_a_batch_of_no_word_is_refused():
    with pytest.raises(ValueError, match="batch_words: expected at least 1, found 0"):
        word_batches([3], 0)
