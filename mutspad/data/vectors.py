"""Read pretrained word vectors: GloVe text or zip files, the vectors of a spaCy model, or none."""

import importlib.util
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from mutspad.data.lines import ZIP_ERRORS, is_visible, without_mark
from mutspad.errors import VectorsError
from mutspad.files import read_json

Vector = NDArray[np.float32]

NO_VECTORS = "none"
SPACY_PREFIX = "spacy:"
_LONGEST_LINE = 1 << 20  # bytes; a line of 300 numbers has about 3,000


class _LineError(ValueError):
    """Signal a malformed line."""


@dataclass(frozen=True, eq=False)
class VectorTable:
    """Hold the vectors of the requested words that the source has."""

    source: str  # as the parameters name it; a spaCy model with its own name and version too
    dim: int
    vectors: Mapping[str, Vector]  # word -> `[dim]`

    def find(self, word: str) -> Vector | None:
        """Look a word up: its exact form, else its lower-cased form."""
        exact = self.vectors.get(word)
        return self.vectors.get(word.lower()) if exact is None else exact


def open_vectors(
    source: str, needed: Set[str], *, dim: int, path: Path | None = None
) -> VectorTable:
    """Read the vectors of the needed words, and of their lower-cased forms, from a source.

    Parameters
    ----------
    source
        `none`; `spacy:<model>` with an installed package or the path of a model; a registry entry
        such as `glove-42b`; or the path of a GloVe file, `.txt` or `.zip`.
    needed
        The words.
    dim
        The dimension of the vectors.
    path
        The file of the registry entry.
    """
    wanted = set(needed) | {word.lower() for word in needed}
    if source == NO_VECTORS:
        return VectorTable(source, dim, {})
    if source.startswith(SPACY_PREFIX):
        vocab = _find_spacy_vocab(source.removeprefix(SPACY_PREFIX))
        return VectorTable(_name_spacy(source, vocab), dim, _read_spacy(vocab, wanted, dim))
    if path is None and Path(source).suffix not in (".txt", ".zip"):
        raise VectorsError(
            f"vectors.source: expected {NO_VECTORS}, {SPACY_PREFIX}<model>, an entry of the "
            f"registry or the path of a .txt or .zip file, found '{source}'"
        )
    return VectorTable(source, dim, _read_glove(path or Path(source), wanted, dim))


def list_words(source: str, count: int, *, dim: int, path: Path | None = None) -> list[str]:
    """List the first words of a source; GloVe and spaCy have the frequent ones first."""
    if source == NO_VECTORS:
        return []
    if source.startswith(SPACY_PREFIX):
        from spacy.strings import StringStore
        from spacy.vectors import Vectors

        vocab = _find_spacy_vocab(source.removeprefix(SPACY_PREFIX))
        keys = islice(Vectors().from_disk(vocab).key2row, count)
        strings = StringStore().from_disk(vocab / "strings.json")
        return [strings[key] for key in keys]
    with _open_glove(path or Path(source)) as lines:
        some = islice(without_mark(iter(partial(lines.readline, _LONGEST_LINE), b"")), count)
        return [_split_line(line, dim)[0] for line in some]


def _read_glove(path: Path, wanted: Set[str], dim: int) -> dict[str, Vector]:
    """Stream a GloVe file and keep the wanted words; of a repeated word the first line counts."""
    found: dict[str, Vector] = {}
    number = wider = 0
    try:
        with _open_glove(path) as lines:
            # An endless line, as a zip bomb may hold, must not fill the memory.
            for line in without_mark(iter(partial(lines.readline, _LONGEST_LINE), b"")):
                number += 1
                if number == 1:
                    _refuse_header(line, dim)
                word, values = _split_line(line, dim)
                wider += " " in word and _is_number(word.rpartition(" ")[2].encode())
                if word in wanted and word not in found:
                    found[word] = _parse_values(values, dim)
    except _LineError as error:
        raise VectorsError(f"{path}:{number}: {error}") from None
    except ZIP_ERRORS as error:
        raise VectorsError(f"{path}: expected a readable GloVe file, found: {error}") from None
    if number == 0:
        raise VectorsError(f"{path}: expected word vectors, found an empty file")
    if wider == number:
        # Counted from the right, the first numbers of a wider file would pass for words.
        raise VectorsError(
            f"{path}:1: expected a word and {dim} numbers, found more numbers, as in every line"
        )
    return found


@contextmanager
def _open_glove(path: Path) -> Iterator[IO[bytes]]:
    """Open a GloVe text file, or the only text file of a zip, as lines of bytes."""
    if path.suffix != ".zip":
        with path.open("rb") as lines:
            yield lines
        return
    with zipfile.ZipFile(path) as archive:
        members = [
            name for name in archive.namelist() if name.endswith(".txt") and is_visible(name)
        ]
        if len(members) != 1:
            raise VectorsError(f"{path}: expected one .txt file in the zip, found {members}")
        # Reading lines from the bare zip member is several times slower.
        with archive.open(members[0]) as member:
            yield io.BufferedReader(cast(io.RawIOBase, member), 1 << 20)


def _refuse_header(line: bytes, dim: int) -> None:
    """Refuse the first line of fastText and word2vec: how many words, how many numbers each."""
    fields = line.split()
    if len(fields) == 2 and all(map(bytes.isdigit, fields)) and dim > 1:
        words, width = map(int, fields)
        raise _LineError(
            f"expected a word and {dim} numbers, found the header line of a fastText or word2vec "
            f"file ({words} words of {width} numbers). Remove the line: tail -n +2"
            + ("" if width == dim else f", and set vectors.dim to {width}")
        )


def _split_line(line: bytes, dim: int) -> tuple[str, bytes]:
    """Split a line into its word and its numbers.

    Some words of the 840B file hold spaces, so the numbers are counted from the right.
    """
    if len(line) == _LONGEST_LINE:
        raise _LineError(f"expected a word and {dim} numbers, found over {_LONGEST_LINE} bytes")
    line = line.rstrip(b" \r\n")
    spaces = line.count(b" ")
    if spaces < dim:
        raise _LineError(f"expected a word and {dim} numbers, found {spaces + 1} fields")
    # Splitting off every number costs ten times more; hardly any line needs it.
    word = line.partition(b" ")[0] if spaces == dim else line.rsplit(b" ", dim)[0]
    if not word:
        raise _LineError(f"expected a word and {dim} numbers, found an empty word")
    try:
        return word.decode("utf-8"), line[len(word) + 1 :]
    except UnicodeDecodeError:
        raise _LineError(f"expected UTF-8, found the word {word!r}") from None


def _parse_values(values: bytes, dim: int) -> Vector:
    """Turn the numbers of a line into `[dim]`; raise _LineError for anything but finite numbers."""
    fields = values.split(b" ")
    if not all(map(_is_number, fields)):
        raise _LineError(f"expected {dim} numbers, found {values[:40]!r}...")
    with np.errstate(over="ignore"):  # what is too large becomes inf
        vector = np.array([float(field) for field in fields], dtype=np.float32)
    if not np.isfinite(vector).all():
        raise _LineError("expected finite numbers, found nan or inf")
    return vector


def _is_number(field: bytes) -> bool:
    """Return whether a field is a number, as `float` takes it but for `1_0`."""
    try:
        float(field)
    except ValueError:
        return False
    return b"_" not in field


def _name_spacy(source: str, vocab: Path) -> str:
    """Name a spaCy model as its makers do: a package may carry a model of another name."""
    try:
        meta = read_json(vocab.parent / "meta.json")
        return f"{source} ({meta['lang']}_{meta['name']} {meta['version']})"
    except (OSError, KeyError, ValueError):
        return source


def _read_spacy(vocab: Path, wanted: Set[str], dim: int) -> dict[str, Vector]:
    """Read the vectors of a spaCy model without loading its pipeline."""
    # Imported here because spaCy takes seconds to import and is seldom needed.
    from spacy.vectors import Vectors

    try:
        table = Vectors().from_disk(vocab)
    except (OSError, ValueError) as error:
        raise VectorsError(f"{vocab}: expected spaCy vectors, found: {error}") from None
    if table.mode != "default":
        raise VectorsError(
            f"{vocab}: expected one vector a word, found spaCy's '{table.mode}' vectors"
        )
    if table.shape[1] != dim:
        raise VectorsError(
            f"{vocab}: expected vectors of {dim} dimensions, found {table.shape[1]}; "
            "set vectors.dim to that number or choose another source"
        )
    find: Callable[..., int] = table.find
    rows = {word: row for word in wanted if (row := find(key=word)) >= 0}
    return {word: np.asarray(table.data[row], dtype=np.float32) for word, row in rows.items()}


def _find_spacy_vocab(model: str) -> Path:
    """Find the folder that holds the vectors of a spaCy model, given by its path or its package.

    A package is located, not imported: a model package may carry its data one folder deeper, and
    importing one loads spaCy and warns about versions.
    """
    if Path(model).is_dir():
        root = Path(model)
    else:
        spec = importlib.util.find_spec(model) if model.isidentifier() else None
        if spec is None or not spec.submodule_search_locations:
            raise VectorsError(
                f"{SPACY_PREFIX}{model}: expected an installed package or a folder, found neither; "
                f"install it: pip install {model.replace('_', '-')}"
            )
        root = Path(next(iter(spec.submodule_search_locations)))
    vocabs = sorted(
        keys.parent for keys in root.rglob("vocab/key2row") if (keys.parent / "vectors").is_file()
    )
    if len(vocabs) != 1:
        found = "none" if not vocabs else ", ".join(map(str, vocabs))
        raise VectorsError(f"{root}: expected one spaCy model with vectors, found {found}")
    return vocabs[0]
