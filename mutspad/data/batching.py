"""Encode sentences and collate them to batches of tensors."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mutspad.data.sentence import Sentence
from mutspad.data.vocab import PAD_ID, Vocabulary
from mutspad.tasks import Task

IGNORED = -1
"""Marks a label or head that no loss sees: padding, an absent layer, an unknown label."""


Rows = Callable[[], NDArray[np.float16]]
"""Reads the cached vectors of a sentence, `[words, layers, dim]`, when a batch needs them."""

VectorSource = Callable[[tuple[str, ...]], Rows]
"""Looks up the cached vectors of a sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Hold one sentence as rows of a vocabulary."""

    forms: tuple[str, ...]  # as written; a batch looks the characters up once per distinct form
    words: NDArray[np.int64]  # `[words]`
    labels: Mapping[Task, NDArray[np.int64]]  # `[words]` for each layer; -1 for an unknown label
    heads: NDArray[np.int64] | None  # `[words]`, from 1, 0 for a root; None without a tree
    contextual: Rows | None = None

    def __len__(self) -> int:
        """Count the words."""
        return len(self.forms)


@dataclass(frozen=True, slots=True, eq=False)
class FormStates:
    """Hold the character states of many forms, for all batches."""

    rows: Mapping[str, int]
    states: Tensor  # `[forms, dim]`


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Hold sentences padded to the longest."""

    words: Tensor  # `[batch, words]`; 0 is padding
    lens: Tensor  # words of each sentence, `[batch]`
    forms: Tensor  # rows of the batch's distinct forms, `[batch, words]`; 0 at padding
    chars: Tensor  # `[distinct, chars]`, short forms first, so that neighbours need little padding
    char_lens: Tensor  # `[distinct]`
    # `[batch, words]` for every task of the vocabulary; -1 where there is none
    labels: dict[Task, Tensor]
    # `[batch, words]`, from 1, 0 for a root, -1 for none; None without any tree
    heads: Tensor | None
    texts: tuple[tuple[str, ...], ...]  # the words as written
    contextual: Tensor | None = None  # `[batch, words, layers, dim]`, zero at padding
    # `[distinct, dim]`, where known; for predictions only, as they carry no gradient
    form_states: Tensor | None = None

    def __len__(self) -> int:
        """Count the sentences."""
        return len(self.lens)

    @property
    def mask(self) -> Tensor:
        """Return where words stand, `[batch, words]` booleans."""
        return torch.arange(self.words.shape[1], device=self.lens.device) < self.lens[:, None]

    def to(self, device: torch.device | str) -> "Batch":
        """Return the batch on a device."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        moved: dict[str, Any] = {
            name: value.to(device) for name, value in values.items() if isinstance(value, Tensor)
        }
        moved["labels"] = {task: labels.to(device) for task, labels in self.labels.items()}
        return replace(self, **moved)


def encode(
    vocabulary: Vocabulary,
    sentence: Sentence,
    tasks: Sequence[Task] = (),
    contextual: VectorSource | None = None,
) -> Encoded:
    """Encode a sentence, with its layers for these tasks and its cached contextual vectors."""
    if not sentence.words:
        raise ValueError(f"sentence {sentence.id}: expected at least one word, found none")
    labels: dict[Task, NDArray[np.int64]] = {}
    heads = None
    for task in tasks:
        layer = sentence.layers.get(task)
        if layer is None:
            continue
        rows = [vocabulary.label_id(task, label) for label in layer.labels]
        labels[task] = np.array([IGNORED if row is None else row for row in rows], dtype=np.int64)
        if layer.heads is not None:
            heads = np.array(layer.heads, dtype=np.int64)
    words = np.array([vocabulary.word_id(word) for word in sentence.words], dtype=np.int64)
    vectors = None if contextual is None else contextual(sentence.words)
    return Encoded(sentence.words, words, labels, heads, vectors)


def collate(
    vocabulary: Vocabulary, encoded: Sequence[Encoded], known: FormStates | None = None
) -> Batch:
    """Pad sentences to one batch.

    `known` has character states computed beforehand, for prediction only.
    """
    if not encoded:
        raise ValueError("a batch: expected at least one sentence, found none")
    distinct = dict.fromkeys(form for sentence in encoded for form in sentence.forms)
    table = {form: row for row, form in enumerate(sorted(distinct, key=len))}
    states = None
    if known is not None:
        places = torch.tensor([known.rows[form] for form in table])
        states = known.states.index_select(0, places.to(known.states.device))
    forms = [
        np.array([table[form] for form in sentence.forms], dtype=np.int64) for sentence in encoded
    ]
    chars, char_lens = collate_forms(vocabulary, table)
    nothing = np.empty(0, dtype=np.int64)
    width = max(map(len, encoded))
    heads = [nothing if sentence.heads is None else sentence.heads for sentence in encoded]
    return Batch(
        words=_pad([sentence.words for sentence in encoded], width, PAD_ID),
        lens=torch.tensor([len(sentence) for sentence in encoded]),
        forms=_pad(forms, width, 0),
        chars=chars,
        char_lens=char_lens,
        labels={
            task: _pad([sentence.labels.get(task, nothing) for sentence in encoded], width, IGNORED)
            for task in vocabulary.labels
        },
        heads=_pad(heads, width, IGNORED) if any(map(len, heads)) else None,
        texts=tuple(sentence.forms for sentence in encoded),
        contextual=_pad_vectors([sentence.contextual for sentence in encoded], width),
        form_states=states,
    )


def collate_forms(vocabulary: Vocabulary, forms: Iterable[str]) -> tuple[Tensor, Tensor]:
    """Return the characters of forms, at least one, `[forms, chars]`, and how many, `[forms]`."""
    chars = [np.array(vocabulary.char_ids(form), dtype=np.int64) for form in forms]
    lens = torch.tensor([len(row) for row in chars])
    return _pad(chars, int(lens.max()), PAD_ID), lens


def _pad_vectors(stored: Sequence[Rows | None], width: int) -> Tensor | None:
    """Stack cached vectors to `[rows, width, layers, dim]` float32, or None without any."""
    rows = [None if each is None else each() for each in stored]
    if rows[0] is None:
        return None
    padded = np.zeros((len(rows), width, *rows[0].shape[1:]), dtype=np.float32)
    for line, row in zip(padded, rows, strict=True):
        if row is not None:
            line[: len(row)] = row
    return torch.from_numpy(padded)


def _pad(rows: Sequence[NDArray[np.int64]], width: int, value: int) -> Tensor:
    """Stack rows of different lengths to `[rows, width]`, filled up with `value`."""
    padded = np.full((len(rows), width), value, dtype=np.int64)
    for line, row in zip(padded, rows, strict=True):
        line[: len(row)] = row
    return torch.from_numpy(padded)
