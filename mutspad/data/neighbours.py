"""Words that a model has no row for and reads as the nearest word that it has one for.

A model to publish keeps the vectors of few words. The others of the pretrained vectors, most names
among them, cost six bytes each: a checksum of the word, and the row of its nearest neighbour. spaCy
prunes its vectors in the same way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from mutspad.files import write_bytes

Vector = NDArray[np.float32]

if TYPE_CHECKING:
    from mutspad.data.lexicon import Lexicon
    from mutspad.data.vectors import VectorTable

_BLOCK = 1024  # words that are compared with all rows at once


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Map words to the rows of other words.

    Parameters
    ----------
    checksums
        Of the words, sorted. Of 300,000 of them, one in 14,000 other words has one by chance.
    rows
        The row of each one's nearest neighbour.
    """

    checksums: NDArray[np.uint32]
    rows: NDArray[np.unsignedinteger]

    def __len__(self) -> int:
        """Count the words."""
        return len(self.checksums)

    def find(self, word: str) -> int | None:
        """Return the row that stands for a word, or None."""
        checksum = np.uint32(crc32(word.encode()))
        place = int(self.checksums.searchsorted(checksum))
        found = place < len(self) and self.checksums[place] == checksum
        return int(self.rows[place]) if found else None

    def renumber(self, rows: NDArray[np.int64]) -> "Neighbours":
        """Give each word the row that stands at its row in `rows`, `[rows]`."""
        return _build(self.checksums, rows[self.rows])

    def join(self, other: "Neighbours") -> "Neighbours":
        """Join two sets of words; what both have stays as it is here."""
        checksums = np.concatenate([self.checksums, other.checksums])
        return _build(checksums, np.concatenate([self.rows, other.rows]))


def find_neighbours(
    words: Sequence[str], table: "VectorTable", lexicon: "Lexicon", rows: dict[str, int]
) -> Neighbours:
    """Find the nearest neighbour, by cosine, of words that have no row.

    Parameters
    ----------
    words
        Words of a vector source.
    table
        Their vectors.
    lexicon
        The words and vectors that a model learned from, of the same source.
    rows
        Word -> row of the model; only words with a pretrained vector can be neighbours.
    """
    known = [
        place
        for place, word in enumerate(lexicon.words)
        if lexicon.has_vector[place] and word in rows
    ]
    if lexicon.vectors is None or not known:
        return map_words({})
    new = [
        word
        for word in dict.fromkeys(words)
        if word in table.vectors and word not in rows and word.lower() not in rows
    ]
    if not new:
        return map_words({})
    nearest = find_nearest(
        np.stack([table.vectors[word] for word in new]), lexicon.vectors[known]
    ).tolist()
    found = {w: rows[lexicon.words[known[place]]] for w, place in zip(new, nearest, strict=True)}
    # A word is looked up in lower case, too.
    return map_words(
        {w: row for w, row in found.items() if w == w.lower() or found.get(w.lower()) != row}
    )


def find_nearest(vectors: Vector, known: Vector) -> NDArray[np.int64]:
    """Return which known vector is nearest to each vector, by cosine, `[words]`."""
    units = (known / np.maximum(np.linalg.norm(known, axis=1, keepdims=True), 1e-9)).T
    nearest = np.empty(len(vectors), dtype=np.int64)
    for start in range(0, len(vectors), _BLOCK):
        nearest[start : start + _BLOCK] = (vectors[start : start + _BLOCK] @ units).argmax(axis=1)
    return nearest


def map_words(rows: Mapping[str, int]) -> Neighbours:
    """Map words to rows."""
    return _build([crc32(word.encode()) for word in rows], [*rows.values()])


def write_neighbours(path: str | Path, neighbours: Neighbours) -> None:
    """Write a file, atomically; equal input, equal bytes."""
    write_bytes(path, save({"checksums": neighbours.checksums, "rows": neighbours.rows}))


def read_neighbours(path: str | Path) -> Neighbours:
    """Read a file that `write_neighbours` has written.

    Raises
    ------
    ValueError
        When it is missing or damaged.
    """
    try:
        tensors = load_file(path)
        return Neighbours(tensors["checksums"], tensors["rows"])
    except (OSError, KeyError, SafetensorError) as error:
        raise ValueError(f"{path}: expected words and their neighbours, found {error!r}") from None


def _build(checksums: ArrayLike, rows: ArrayLike) -> Neighbours:
    """Sort words by their checksums; of two with the same one, the first stays."""
    distinct, first = np.unique(np.array(checksums, dtype=np.uint32), return_index=True)
    kept = np.array(rows, dtype=np.uint32)[first]
    return Neighbours(distinct, kept.astype(np.min_scalar_type(int(kept.max(initial=0)))))
