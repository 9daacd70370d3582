"""The one value type for annotated text: a sentence and its layers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from types import MappingProxyType

from mutspad.errors import MutspadError
from mutspad.tasks import Task


class Origin(StrEnum):
    """The origin of a layer: human annotation (gold) or a model (silver) (paper 4.2.2)."""

    GOLD = "gold"
    SILVER = "silver"


_INNER_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f", " "))


def is_word(form: str) -> bool:
    """Return whether a form is a word: not empty, with single spaces inside at most ("100 000").

    Universal Dependencies allow such words in many languages.
    """
    spaced = form.translate(_INNER_SPACES)
    return form != "" and " ".join(spaced.split()) == spaced


@dataclass(frozen=True, slots=True)
class Layer:
    """Hold one task's annotation of a sentence, a label a word."""

    labels: tuple[str, ...]
    origin: Origin = Origin.GOLD
    heads: tuple[int, ...] | None = None  # of a tree: counted from 1, 0 for a root


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its words, its id in its corpus, and its layers."""

    id: str
    words: tuple[str, ...]
    layers: Mapping[Task, Layer] = field(default_factory=lambda: MappingProxyType({}))

    def with_layers(self, layers: Mapping[Task, Layer]) -> "Sentence":
        """Return the sentence with these layers added, replacing layers of the same task."""
        return Sentence(self.id, self.words, MappingProxyType({**self.layers, **layers}))

    def __len__(self) -> int:
        """Count the words."""
        return len(self.words)


def merge(corpora: Iterable[Sequence[Sentence]]) -> dict[str, Sentence]:
    """Join the layers of sentences with the same id, which are the same sentence."""
    merged: dict[str, Sentence] = {}
    for sentence in chain.from_iterable(corpora):
        known = merged.setdefault(sentence.id, sentence)
        if known.words != sentence.words:
            raise MutspadError(
                f"sentence {known.id}: expected the same words in every corpus, found "
                f"'{' '.join(known.words)}' and '{' '.join(sentence.words)}'"
            )
        merged[sentence.id] = known.with_layers(sentence.layers)
    return merged
