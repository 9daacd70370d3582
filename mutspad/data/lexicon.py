"""The lexicon of an experiment: every word and character its models know, and the word vectors."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from mutspad.data.sentence import Sentence
from mutspad.data.vectors import NO_VECTORS, Vector, VectorTable
from mutspad.errors import VectorsError
from mutspad.files import read_json, write_bytes, write_json

LEXICON_FILE = "lexicon.json"
VECTORS_FILE = "vectors.safetensors"

Coverage = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Hold the words and characters that all models of an experiment know."""

    words: tuple[str, ...]  # sorted keys, without padding and unknown
    chars: tuple[str, ...]  # of the training sets, sorted, case kept
    # `[words, dim]`, zero where a word has none; None when the source is `none`
    vectors: Vector | None
    has_vector: NDArray[np.bool_]  # `[words]`
    lowercase: bool
    source: str
    substitute_for: str | None  # the source that could not be had, or None
    dim: int
    # of `training` and `other`: words, tokens, and per cent of each with a vector
    coverage: Coverage

    def keys(self, word: str) -> tuple[str, ...]:
        """Return the forms under which `words` holds a word: as written and lower-cased."""
        return keys_of(word, lowercase=self.lowercase)


def key_of(word: str, *, lowercase: bool) -> str:
    """Turn a word into its key."""
    return word.lower() if lowercase else word


def keys_of(word: str, *, lowercase: bool) -> tuple[str, ...]:
    """Return the forms to know of a word: its key, and its lower-cased form where that differs."""
    return tuple(dict.fromkeys((key_of(word, lowercase=lowercase), word.lower())))


def collect_forms(*groups: Iterable[Sentence]) -> set[str]:
    """Collect the distinct words of sentences, case kept: what to ask a vector source for."""
    return {*_count_words(chain.from_iterable(groups))}


def build_lexicon(
    training: Sequence[Sentence],
    other: Sequence[Sentence],
    *,
    vectors: VectorTable,
    lowercase: bool,
    scale: float | None = None,
    substitute_for: str | None = None,
) -> Lexicon:
    """Collect the words of the training sets, and those of other sets that have a vector.

    Of `other` (dev and test sets) only the words are read. That equals keeping the whole pretrained
    vocabulary loaded, as a model in use would.

    Parameters
    ----------
    vectors
        The vectors of `collect_forms(training, other)`.
    scale
        The standard deviation of an element that all vectors are multiplied to by one constant;
        None keeps them as published. Sources differ by a factor of ten, and a network that is made
        for one is saturated by another.
    """
    trained = _count_words(training)
    seen = _count_words(other)
    found: dict[str, Vector] = {}
    # A lower-cased word may stand in the source only as a name: then the name's vector serves.
    for form in sorted({*trained, *seen}):
        for key in keys_of(form, lowercase=lowercase):
            vector = vectors.find(key)
            if vector is None:
                vector = vectors.find(form)
            if vector is not None:
                found.setdefault(key, vector)
    known = {key for form in trained for key in keys_of(form, lowercase=lowercase)}
    words = tuple(sorted(known | found.keys()))
    has_vector = np.array([word in found for word in words], dtype=np.bool_)
    matrix = None
    if vectors.source != NO_VECTORS:
        matrix = np.zeros((len(words), vectors.dim), dtype=np.float32)
        for row, word in enumerate(words):
            if word in found:
                matrix[row] = found[word]
        if scale is not None and found:
            matrix *= scale / matrix[has_vector].std()
    return Lexicon(
        words=words,
        chars=tuple(sorted({char for form in trained for char in form})),
        vectors=matrix,
        has_vector=has_vector,
        lowercase=lowercase,
        source=vectors.source,
        substitute_for=substitute_for,
        dim=vectors.dim,
        coverage={
            name: _cover(counts, found, lowercase=lowercase)
            for name, counts in (("training", trained), ("other", seen))
        },
    )


def write_lexicon(folder: str | Path, lexicon: Lexicon) -> None:
    """Write `lexicon.json` and `vectors.safetensors`, each atomically; equal input, equal bytes."""
    folder = Path(folder)
    tensors: dict[str, NDArray[Any]] = {"has_vector": lexicon.has_vector}
    if lexicon.vectors is not None:
        tensors["vectors"] = lexicon.vectors
    write_bytes(folder / VECTORS_FILE, save(tensors))
    plain = {field.name: getattr(lexicon, field.name) for field in fields(lexicon)}
    write_json(
        folder / LEXICON_FILE,
        {name: plain[name] for name in plain.keys() - {"vectors", "has_vector"}},
    )


def read_lexicon(folder: str | Path) -> Lexicon:
    """Read a lexicon."""
    folder = Path(folder)
    try:
        raw = read_json(folder / LEXICON_FILE)
        tensors = load_file(folder / VECTORS_FILE)
        raw |= {name: tuple(raw[name]) for name in ("words", "chars")}
        vectors, has_vector = tensors.get("vectors"), tensors["has_vector"]
        lexicon = Lexicon(vectors=vectors, has_vector=has_vector, **raw)
    except (OSError, KeyError, TypeError, ValueError, SafetensorError) as error:
        raise VectorsError(f"{folder}: expected a lexicon, found: {error!r}") from None
    expected = (len(lexicon.words), lexicon.dim)
    shape = expected if lexicon.vectors is None else lexicon.vectors.shape
    if shape != expected or lexicon.has_vector.shape != expected[:1]:
        raise VectorsError(
            f"{folder / VECTORS_FILE}: expected vectors of shape {expected}, found {shape} for "
            f"{len(lexicon.has_vector)} words"
        )
    return lexicon


def _count_words(sentences: Iterable[Sentence]) -> Counter[str]:
    """Count the words, case kept."""
    return Counter(word for sentence in sentences for word in sentence.words)


def _cover(
    counts: Counter[str], found: Mapping[str, Vector], *, lowercase: bool
) -> dict[str, float]:
    """Count words and tokens, and the percentages with a vector."""
    keys: Counter[str] = Counter()
    for form, count in counts.items():
        keys[key_of(form, lowercase=lowercase)] += count
    covered = [key for key in keys if key in found]
    return {
        "words": len(keys),
        "tokens": keys.total(),
        "words_with_vector": _per_cent(len(covered), len(keys)),
        "tokens_with_vector": _per_cent(sum(keys[key] for key in covered), keys.total()),
    }


def _per_cent(part: int, whole: int) -> float:
    """Compute a share in per cent with two decimals; nothing of nothing is 0."""
    return round(100 * part / whole, 2) if whole else 0.0
