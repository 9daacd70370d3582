"""The cache of frozen vectors: what is written is found, once a sentence, and damage is named."""

import json
import re
import resource
from pathlib import Path

import numpy as np
import pytest
import torch

from mutspad.data.batching import collate, encode
from mutspad.data.contextual import read_contextual, write_contextual
from mutspad.data.sentence import Sentence
from mutspad.data.vocab import PAD, UNK, Vocabulary
from mutspad.errors import EncoderError

QUAY = ("The", "quay", "closed")
SENTENCES = [QUAY, ("Oslo",), ("closed", "The", "quay"), QUAY, ("Oslo", "!")]


def number(word):
    """Give a word a number of its own."""
    return sum(map(ord, word))


def embed(sentences):
    """Give each word its number, its place and its layer."""
    return [
        torch.tensor(
            [[[number(word), i, layer] for i, word in enumerate(words)] for layer in range(2)],
            dtype=torch.float32,
        )
        for words in sentences
    ]


def write(stem, sentences=SENTENCES, embed=embed, batch=2, encoder="numbers"):
    return write_contextual(
        stem, encoder=encoder, sentences=sentences, embed=embed, n_layers=2, dim=3, batch=batch
    )


def test_every_sentence_is_found_with_its_layers(tmp_path):
    assert write(tmp_path / "new" / "tweets.v1") == 9
    cached = read_contextual(tmp_path / "new" / "tweets.v1")
    assert (cached.encoder, cached.n_layers, cached.dim, len(cached)) == ("numbers", 2, 3, 4)
    for words in SENTENCES:
        found = cached(words)()
        expected = [[[number(w), i, layer] for layer in range(2)] for i, w in enumerate(words)]
        assert found.dtype == np.float16
        np.testing.assert_array_equal(found, np.float16(expected))
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "tweets.v1.json",
        "tweets.v1.npy",
    ]


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_a_repeated_sentence_is_embedded_once_where_it_first_stands(tmp_path, batch):
    asked = []

    def spy(sentences):
        asked.append(list(sentences))
        return embed(sentences)

    write(tmp_path / "tweets", iter(SENTENCES), spy, batch)
    assert [words for part in asked for words in part] == [*SENTENCES[:3], SENTENCES[4]]
    assert max(map(len, asked)) == min(batch, 4)


def test_what_is_read_cannot_change_the_cache(tmp_path):
    write(tmp_path / "tweets")
    read = read_contextual(tmp_path / "tweets")(QUAY)
    before = read()
    read()[:] = -1
    np.testing.assert_array_equal(read(), before)


def resident():
    """Count this process's resident bytes, pages of mapped files among them."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the kernel does not say")
def test_a_large_cache_is_no_memory_of_the_process(tmp_path):
    dim, length = 256, 512
    sentences = [(f"{number}",) * length for number in range(64)]
    vocabulary = Vocabulary(words=(PAD, UNK), chars=(PAD, UNK), labels={}, lowercase=True)
    write_contextual(
        tmp_path / "tweets",
        encoder="ones",
        sentences=sentences,
        embed=lambda part: [torch.ones(4, length, dim) for _ in part],
        n_layers=4,
        dim=dim,
        batch=1,
    )
    size = (tmp_path / "tweets.npy").stat().st_size
    cached = read_contextual(tmp_path / "tweets")
    before = resident()
    kept = [encode(vocabulary, Sentence(words[0], words), contextual=cached) for words in sentences]
    assert all((collate(vocabulary, [encoded]).contextual == 1).all() for encoded in kept)
    assert size > 60e6
    assert resident() - before < size / 4


def test_equal_vectors_give_equal_bytes(tmp_path):
    write(tmp_path / "a", batch=1)
    write(tmp_path / "b", batch=4)
    for ending in ("npy", "json"):
        one, other = ((tmp_path / f"{name}.{ending}").read_bytes() for name in "ab")
        assert one == other


def test_half_precision_rounds_by_half_a_thousandth(tmp_path):
    values = torch.rand(2, 500, 3) * 20 - 10
    write(tmp_path / "tweets", [("word",) * 500], lambda _: [values])
    found = read_contextual(tmp_path / "tweets")(("word",) * 500)()
    np.testing.assert_allclose(found.transpose(1, 0, 2), values, rtol=5e-4, atol=1e-6)


@pytest.mark.parametrize("words", [("The", "quay"), ("Thequay", "closed"), ("the", "quay")])
def test_a_sentence_that_was_not_read_is_an_error(tmp_path, words):
    write(tmp_path / "tweets")
    with pytest.raises(EncoderError, match=re.escape(f"the sentence '{' '.join(words)}'")) as error:
        read_contextual(tmp_path / "tweets")(words)
    assert str(error.value).startswith(f"{tmp_path / 'tweets.json'}: ")


def test_a_long_sentence_is_named_by_its_first_words(tmp_path):
    write(tmp_path / "tweets")
    with pytest.raises(EncoderError, match=r"'The quay the quay .*\.\.\.', found none"):
        read_contextual(tmp_path / "tweets")(("The", "quay") + ("the", "quay") * 30)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (torch.zeros(3, 2, 3), r"'Oslo !': expected vectors of shape \[2, 2, 3\], found \[3, 2"),
        (torch.full((2, 2, 3), 7e4), "expected numbers up to 65504, found 70000"),
        (torch.full((2, 2, 3), torch.nan), "expected numbers up to 65504, found nan"),
    ],
)
def test_vectors_that_do_not_fit_are_an_error_and_nothing_is_left(tmp_path, values, said):
    with pytest.raises(EncoderError, match=said):
        write(tmp_path / "tweets", [("Oslo", "!")], lambda _: [values])
    assert not list(tmp_path.iterdir())


def test_no_sentence_is_an_error(tmp_path):
    with pytest.raises(EncoderError, match="at least one sentence"):
        write(tmp_path / "tweets", [])


def change(stem, **values):
    path = stem.with_suffix(".json")
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def cut(stem):
    path = stem.with_suffix(".npy")
    path.write_bytes(path.read_bytes()[:-20])


def replace(stem):
    write(stem.with_name("other"), [tuple(word.upper() for word in words) for words in SENTENCES])
    stem.with_name("other.npy").replace(stem.with_suffix(".npy"))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            lambda stem: stem.with_suffix(".json").unlink(),
            r"No such file or directory: '.*tweets\.json'",
        ),
        (lambda stem: stem.with_suffix(".json").write_text("{"), "expected JSON"),
        (lambda stem: stem.with_suffix(".json").write_text("[1]"), "list indices"),
        (lambda stem: change(stem, format=2), r"hold, \[1, .* found \[2, "),
        (lambda stem: change(stem, keys=None), "NoneType"),
        (lambda stem: change(stem, keys=["a"]), "zip"),
        (lambda stem: change(stem, lengths=[3, 1, 3, 1]), r"\[1, 8, 4, .* found \[1, 9, 4"),
        (lambda stem: change(stem, keys=list("aabb")), r"\[1, 9, 2, .* found \[1, 9, 4"),
        (lambda stem: change(stem, dim=4), r" 9, 2, 3, .* found .* 9, 2, 4,"),
        (
            lambda stem: stem.with_suffix(".npy").unlink(),
            r"No such file or directory: '.*tweets\.npy'",
        ),
        (lambda stem: stem.with_suffix(".npy").write_bytes(b""), "found: "),
        (cut, "mmap length is greater"),
        (replace, r"tweets\.npy hold, \[1, 9, 4, 9, 2, 3, .*, found \[1, 9, 4, 9, 2, 3, "),
    ],
)
def test_a_damaged_cache_is_one_error(tmp_path, damage, said):
    write(tmp_path / "tweets")
    damage(tmp_path / "tweets")
    with pytest.raises(EncoderError, match=rf"tweets\.json: expected .*{said}") as error:
        read_contextual(tmp_path / "tweets")
    assert "Run `mutspad step embed` again" in str(error.value)


@pytest.mark.parametrize("damage", [cut, lambda stem: stem.with_suffix(".npy").unlink()])
def test_a_cache_that_is_damaged_after_it_was_opened_is_an_error(tmp_path, damage):
    write(tmp_path / "tweets")
    read = read_contextual(tmp_path / "tweets")(SENTENCES[4])
    damage(tmp_path / "tweets")
    with pytest.raises(EncoderError, match=r"tweets\.npy: expected the matrix that was opened"):
        read()
