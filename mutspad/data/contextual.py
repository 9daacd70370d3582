"""Cache the vectors of a frozen encoder: one matrix of all words, and an index of sentences.

A sentence is found by its words, so a corpus may be split, unified or shuffled after the encoder
has read it. Half precision is ours: seven layers of 384 single floats are 10 GB a million words,
and rounding moves a number by at most 0.05 %.
"""

import hashlib
import logging
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mutspad.data.lines import excerpt
from mutspad.errors import EncoderError
from mutspad.files import DamagedFileError, atomic_path, read_json, write_json

logger = logging.getLogger(__name__)

Words = tuple[str, ...]
Half = NDArray[np.float16]
Embed = Callable[[Sequence[Words]], Sequence[Tensor]]
"""Sentences -> one tensor `[layers, words, dim]` each."""

FORMAT = 1
_SAMPLED_ROWS = 256
_REMEDY = "Run the verb embed again"


@dataclass(frozen=True, slots=True, eq=False)
class StoredRows:
    """Locate rows of the matrix: those of one sentence, or all.

    They are read, not mapped: the pages of a map would count as memory of the process, after an
    epoch all of the file.
    """

    path: Path
    offset: int  # bytes before the first of them
    shape: tuple[int, int, int]  # `[words, layers, dim]`

    def read(self) -> Half:
        """Read the vectors, `[words, layers, dim]`."""
        size = math.prod(self.shape)
        try:
            vectors = np.fromfile(self.path, dtype=np.float16, count=size, offset=self.offset)
        except OSError as error:
            found = f"'{error.strerror or error}'"
            raise _damaged(self.path, "the matrix that was opened", found) from None
        if len(vectors) < size:
            raise _damaged(self.path, f"{size} numbers at byte {self.offset}", f"{len(vectors)}")
        return vectors.reshape(self.shape)


@dataclass(frozen=True, slots=True, eq=False)
class ContextualVectors:
    """Hold the vectors of many sentences, on disk until they are read."""

    source: Path  # the index file, to name in an error
    encoder: str
    matrix: StoredRows  # `[rows, layers, dim]`, a row for each word
    places: Mapping[str, tuple[int, int]]  # key of a sentence -> its first row and its words

    def __len__(self) -> int:
        """Count the sentences."""
        return len(self.places)

    @property
    def n_layers(self) -> int:
        """Return the number of vectors per word."""
        return self.matrix.shape[1]

    @property
    def dim(self) -> int:
        """Return the dimension of a vector."""
        return self.matrix.shape[2]

    def find(self, words: Sequence[str]) -> StoredRows:
        """Look a sentence up."""
        place = self.places.get(_key(words))
        if place is None:
            raise EncoderError(
                f"{self.source}: expected the vectors of the sentence {excerpt(' '.join(words))}, "
                f"found none. {_REMEDY} on corpora that hold it"
            )
        start, length = place
        width = self.n_layers * self.dim * np.dtype(np.float16).itemsize
        offset = self.matrix.offset + start * width
        return StoredRows(self.matrix.path, offset, (length, self.n_layers, self.dim))


def write_contextual(
    stem: str | Path,
    *,
    encoder: str,
    sentences: Iterable[Words],
    embed: Embed,
    n_layers: int,
    dim: int,
    batch: int = 512,
) -> int:
    """Embed each distinct sentence once and write `<stem>.npy` and `<stem>.json`, atomically.

    Equal vectors give equal bytes. The encoder gets `batch` sentences a call. Returns the rows
    written: the words of the distinct sentences.
    """
    distinct: dict[str, Words] = {}
    for words in sentences:
        distinct.setdefault(_key(words), words)
    if not distinct:
        raise EncoderError(f"{stem}: expected at least one sentence to embed, found none")
    index, matrix = _paths(stem)
    lengths = [len(words) for words in distinct.values()]
    rows = sum(lengths)
    with atomic_path(matrix) as temporary:
        with temporary.open("wb") as file:
            header = {
                "descr": np.lib.format.dtype_to_descr(np.dtype(np.float16)),
                "fortran_order": False,
                "shape": (rows, n_layers, dim),
            }
            np.lib.format.write_array_header_1_0(file, header)
            for part in _parts([*distinct.values()], batch):
                for words, layers in zip(part, embed(part), strict=True):
                    file.write(_to_rows(words, layers, n_layers, dim).tobytes())
        check = _check(np.lib.format.open_memmap(temporary, mode="r"))
    write_json(
        index,
        {
            "format": FORMAT,
            "encoder": encoder,
            "rows": rows,
            "n_layers": n_layers,
            "dim": dim,
            "check": check,
            "keys": [*distinct],
            "lengths": lengths,
        },
    )
    return rows


def read_contextual(stem: str | Path) -> ContextualVectors:
    """Read what `write_contextual` wrote; the vectors stay on disk."""
    index, matrix = _paths(stem)
    description = _read_index(index)
    try:
        shape = tuple(int(description[name]) for name in ("rows", "n_layers", "dim"))
        encoder, check = str(description["encoder"]), description["check"]
        keys, lengths = description["keys"], description["lengths"]
        starts = [*accumulate(lengths, initial=0)]
        places = {
            key: (start, length)
            for key, start, length in zip(keys, starts[:-1], lengths, strict=True)
        }
    except (KeyError, TypeError, ValueError) as error:
        found = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise _damaged(index, "an index of contextual vectors", found) from None
    if starts[-1] != shape[0] or len(places) != len(keys):
        found = f"{starts[-1]} words of {len(places)} distinct sentences"
        raise _damaged(index, f"{shape[0]} words of {len(keys)} sentences", found)
    try:
        mapped = np.lib.format.open_memmap(matrix, mode="r")
    except (OSError, EOFError, ValueError) as error:
        raise _damaged(matrix, f"a matrix of shape {list(shape)}", f"'{error}'") from None
    if mapped.shape != shape or mapped.dtype != np.float16:
        found = f"{list(mapped.shape)}, {mapped.dtype}"
        raise _damaged(matrix, f"a matrix of shape {list(shape)}, float16", found)
    if _check(mapped) != check:
        raise _damaged(matrix, f"the vectors that {index.name} describes", "others")
    return ContextualVectors(
        index, encoder, StoredRows(matrix, mapped.offset, mapped.shape), places
    )


def _paths(stem: str | Path) -> tuple[Path, Path]:
    """Name the index and the matrix."""
    stem = Path(stem)
    return stem.with_name(f"{stem.name}.json"), stem.with_name(f"{stem.name}.npy")


def _key(words: Sequence[str]) -> str:
    """Hash a sentence; no word contains the separator, which is white space."""
    return hashlib.blake2b("\x1f".join(words).encode(), digest_size=16).hexdigest()


def _parts(sentences: Sequence[Words], size: int) -> Iterable[Sequence[Words]]:
    """Yield batches of `size` sentences and log every tenth of the way."""
    reported = 0
    for start in range(0, len(sentences), size):
        yield sentences[start : start + size]
        done = min(start + size, len(sentences))
        if 10 * done // len(sentences) > reported:
            reported = 10 * done // len(sentences)
            logger.info("%d of %d sentences embedded", done, len(sentences))


def _to_rows(words: Words, layers: Tensor, n_layers: int, dim: int) -> Half:
    """Turn the layers of a sentence into its rows, `[words, layers, dim]`."""
    expected = [n_layers, len(words), dim]
    if list(layers.shape) != expected:
        raise EncoderError(
            f"the sentence {excerpt(' '.join(words))}: expected vectors of shape {expected}, "
            f"found {list(layers.shape)}"
        )
    # The cast warns of what the check below refuses.
    with np.errstate(over="ignore"):
        rows: Half = layers.detach().cpu().numpy().transpose(1, 0, 2).astype(np.float16)
    if not np.isfinite(rows).all():
        raise EncoderError(
            f"the sentence {excerpt(' '.join(words))}: expected numbers up to "
            f"{np.finfo(np.float16).max:.0f}, found {float(layers.abs().max()):g}"
        )
    return rows


def _check(vectors: Half) -> str:
    """Hash a sample of rows: hashing the whole matrix takes seconds per gigabyte."""
    sample = np.linspace(0, len(vectors) - 1, num=min(_SAMPLED_ROWS, len(vectors)), dtype=np.int64)
    return hashlib.blake2b(vectors[sample].tobytes(), digest_size=16).hexdigest()


def _read_index(path: Path) -> dict[str, Any]:
    """Read the index and check that it is of this format."""
    expected = f"an index of contextual vectors, format {FORMAT}"
    try:
        description = read_json(path)
    except DamagedFileError as error:
        raise EncoderError(f"{error}. {_REMEDY}") from None
    except OSError as error:
        raise _damaged(path, expected, f"'{error.strerror or error}'") from None
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        found = description.get("format") if isinstance(description, dict) else description
        raise _damaged(path, expected, repr(found))
    return description


def _damaged(path: Path, expected: str, found: str) -> EncoderError:
    """Build the error for a damaged file."""
    return EncoderError(f"{path}: expected {expected}, found {found}. {_REMEDY}")
