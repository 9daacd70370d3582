"""Words that a model has no row for and reads as the nearest word that it has one for.

A model to publish keeps the vectors of few words. The others of the pretrained vectors, most names
among them, cost six bytes each: a checksum of the word, and the row of its nearest neighbour. spaCy
prunes its vectors in the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from mutspad.files import write_bytes

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

    def keep(self, rows: Sequence[int]) -> "Neighbours":
        """Keep the words of these rows, which are numbered anew in their order."""
        new = {row: place for place, row in enumerate(rows)}
        kept = [place for place, row in enumerate(self.rows.tolist()) if row in new]
        return _build(self.checksums[kept], [new[row] for row in self.rows[kept].tolist()])


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
        return _build([], [])
    vectors = lexicon.vectors[known]
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    targets = np.array([rows[lexicon.words[place]] for place in known])
    new = [
        word
        for word in dict.fromkeys(words)
        if word in table.vectors and word not in rows and word.lower() not in rows
    ]
    found: dict[str, int] = {}
    for start in range(0, len(new), _BLOCK):
        block = new[start : start + _BLOCK]
        nearest = (vectors @ np.stack([table.vectors[word] for word in block]).T).argmax(axis=0)
        found |= dict(zip(block, targets[nearest].tolist(), strict=True))
    # A word is looked up in lower case, too.
    kept = [w for w, row in found.items() if w == w.lower() or found.get(w.lower()) != row]
    return _build([crc32(word.encode()) for word in kept], [found[word] for word in kept])


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


def _build(checksums: Sequence[int] | NDArray[np.uint32], rows: Sequence[int]) -> Neighbours:
    """Sort words by their checksums; of two with the same one, the first stays."""
    distinct, first = np.unique(np.array(checksums, dtype=np.uint32), return_index=True)
    kept = np.array(rows, dtype=np.uint32)[first]
    return Neighbours(distinct, kept.astype(np.min_scalar_type(int(kept.max(initial=0)))))
