"""Words without a row are read as the nearest word that has one."""

from dataclasses import replace

import numpy as np
import pytest

from mutspad.data.lexicon import build_lexicon
from mutspad.data.neighbours import (
    Neighbours,
    find_neighbours,
    map_words,
    read_neighbours,
    write_neighbours,
)
from mutspad.data.sentence import Sentence
from mutspad.data.vectors import VectorTable
from mutspad.data.vocab import PAD, UNK, Vocabulary

KNOWN = ("boat", "city", "none")
ROWS = {word: row for row, word in enumerate(KNOWN, 2)}


@pytest.fixture
def table():
    """Draw words around two that are known, those of one beginning with its letter."""
    rng = np.random.default_rng(3)
    centres = {"b": rng.standard_normal(8), "c": rng.standard_normal(8)}
    words = ["boat", "city", *(f"{letter}{n}" for n in range(1500) for letter in "bc"), "B7", "C7"]
    vectors = {
        word: (rng.uniform(0.1, 9) * (centres[word[0].lower()] + rng.normal(0, 0.05, 8))).astype(
            np.float32
        )
        for word in words
    }
    return VectorTable(source="tests", dim=8, vectors=vectors)


@pytest.fixture
def neighbours(table):
    lexicon = build_lexicon([Sentence("s", KNOWN)], [], vectors=table, lowercase=False, scale=0.35)
    return find_neighbours([*table.vectors, "unheard"], table, lexicon, ROWS)


def test_each_word_has_the_neighbour_that_a_search_finds(neighbours, table):
    unit = {word: v / np.linalg.norm(v) for word, v in table.vectors.items()}
    for word in ("b0", "c0", "b1499", "c1499"):
        nearest = max(("boat", "city"), key=lambda known: unit[known] @ unit[word])
        assert neighbours.find(word) == ROWS[nearest]
    assert neighbours.find("unheard") is None
    # What has a row needs none, and upper case is found by its lower case.
    assert neighbours.find("boat") is neighbours.find("B7") is None
    assert len(neighbours) == 3000


def test_a_vocabulary_asks_for_the_neighbour_last(neighbours):
    plain = Vocabulary(words=(PAD, UNK, *KNOWN), chars=(PAD, UNK), labels={}, lowercase=False)
    vocabulary = replace(plain, neighbours=neighbours)
    assert vocabulary == plain
    assert [plain.word_id(word) for word in ("Boat", "b0")] == [ROWS["boat"], 1]
    found = [vocabulary.word_id(word) for word in ("Boat", "b0", "B7", "unheard")]
    assert found == [ROWS["boat"], ROWS["boat"], ROWS["boat"], 1]


def test_a_file_holds_them(neighbours, tmp_path):
    path = tmp_path / "neighbours.safetensors"
    write_neighbours(path, neighbours)
    read = read_neighbours(path)
    assert read.checksums.tolist() == neighbours.checksums.tolist()
    assert read.rows.tolist() == neighbours.rows.tolist()
    assert path.stat().st_size < 6 * len(neighbours) + 500
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(ValueError, match="neighbours"):
        read_neighbours(path)


def test_rows_are_numbered_anew_and_words_added(neighbours):
    moved = neighbours.renumber(np.array([0, 1, 7, 300, 9]))
    assert [moved.find(word) for word in ("b5", "c5")] == [7, 300]
    joined = moved.join(map_words({"b5": 8, "quay": 8}))
    assert [joined.find(word) for word in ("b5", "c5", "quay")] == [7, 300, 8]


def test_without_vectors_there_are_none():
    table = VectorTable(source="none", dim=8, vectors={})
    lexicon = build_lexicon([Sentence("s", KNOWN)], [], vectors=table, lowercase=False)
    assert len(find_neighbours([], table, lexicon, ROWS)) == 0
    assert isinstance(find_neighbours([], table, lexicon, ROWS), Neighbours)
