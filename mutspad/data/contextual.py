"""Cache the vectors of a frozen encoder: one matrix of all words, and an index of sentences.

A sentence is found by its words, so a corpus may be split, unified or shuffled after the encoder
has read it. Half precision is ours: seven layers of 384 single floats are 10 GB a million words,
and rounding moves a number by at most 0.05 %.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mutspad.data.lines import excerpt
from mutspad.errors import EncoderError
from mutspad.files import atomic_path, read_json, write_json

logger = logging.getLogger(__name__)

Words = tuple[str, ...]
Half = NDArray[np.float16]
Embed = Callable[[Sequence[Words]], Sequence[Tensor]]
"""Sentences -> one tensor `[layers, words, dim]` each."""

FORMAT = 1
_SAMPLED_ROWS = 256
_REMEDY = "Run `mutspad step embed` again"


@dataclass(frozen=True, slots=True, eq=False)
class ContextualVectors:
    """Hold the vectors of many sentences, on disk until they are read.

    They are read, not mapped: the pages of a map would count as memory of the process, after an
    epoch all of the file.
    """

    index: Path  # to name in an error
    encoder: str
    matrix: Path  # `[rows, layers, dim]`, a row for each word
    offset: int  # bytes before the first row
    n_layers: int
    dim: int
    places: Mapping[str, tuple[int, int]]  # key of a sentence -> its first row and its words

    def __len__(self) -> int:
        """Count the sentences."""
        return len(self.places)

    def __call__(self, words: Sequence[str]) -> Callable[[], Half]:
        """Look a sentence up and return what reads its vectors, `[words, layers, dim]`."""
        place = self.places.get(_key(words))
        if place is None:
            raise EncoderError(
                f"{self.index}: expected the vectors of the sentence {excerpt(' '.join(words))}, "
                f"found none. {_REMEDY} on corpora that hold it"
            )
        return partial(self._read, *place)

    def _read(self, start: int, length: int) -> Half:
        """Read the vectors of a sentence."""
        width = self.n_layers * self.dim
        offset = self.offset + start * width * np.dtype(np.float16).itemsize
        try:
            vectors = np.fromfile(
                self.matrix, dtype=np.float16, count=length * width, offset=offset
            )
            return vectors.reshape(length, self.n_layers, self.dim)
        except (OSError, ValueError) as error:
            raise EncoderError(
                f"{self.matrix}: expected the matrix that was opened, found: {error}. {_REMEDY}"
            ) from None


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
    try:
        raw = read_json(index)
        keys, lengths = raw["keys"], raw["lengths"]
        *starts, words = accumulate(lengths, initial=0)
        places = dict(zip(keys, zip(starts, lengths, strict=True), strict=True))
        mapped = np.lib.format.open_memmap(matrix, mode="r")
        rows, n_layers, dim = (raw[name] for name in ("rows", "n_layers", "dim"))
        described = (raw["format"], rows, len(keys), rows, n_layers, dim, "float16", raw["check"])
        held = (FORMAT, words, len(places), *mapped.shape, mapped.dtype.name, _check(mapped))
        encoder = raw["encoder"]
    except (OSError, EOFError, KeyError, TypeError, ValueError) as error:
        found = f"no {error}" if isinstance(error, KeyError) else error
        raise EncoderError(
            f"{index}: expected an index of contextual vectors, and {matrix.name} beside it, "
            f"found: {found}. {_REMEDY}"
        ) from None
    if described != held:
        raise EncoderError(
            f"{index}: expected what its words and {matrix.name} hold, {list(held)}, found "
            f"{list(described)}. {_REMEDY}"
        )
    return ContextualVectors(index, encoder, matrix, mapped.offset, n_layers, dim, places)


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
