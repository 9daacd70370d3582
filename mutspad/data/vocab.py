"""The vocabulary of a model: words, characters and the labels of each task, as rows of tensors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from mutspad.data.neighbours import Neighbours
from mutspad.tasks import TASKS, Task

PAD = "<pad>"
UNK = "<unk>"
PAD_ID = 0
UNK_ID = 1


@dataclass(frozen=True)
class Vocabulary:
    """Map words, characters and labels to rows.

    Row 0 of words and characters is the padding and row 1 the unknown; a corpus word equal to one
    of them is just another word.
    """

    words: tuple[str, ...]
    chars: tuple[str, ...]
    labels: Mapping[Task, tuple[str, ...]]  # without a padding row
    lowercase: bool  # look words up in lower case; characters keep their case
    neighbours: Neighbours | None = field(default=None, compare=False)  # for words without a row

    def __post_init__(self) -> None:
        for name, rows in (("words", self.words), ("chars", self.chars)):
            if rows[:2] != (PAD, UNK):
                raise ValueError(
                    f"{name}: expected the rows {PAD} and {UNK} first, found {rows[:2]}"
                )
            _check_distinct(name, rows[2:])
        for task, labels in self.labels.items():
            if not labels:
                raise ValueError(f"labels of {task}: expected at least one, found none")
            _check_distinct(f"labels of {task}", labels)

    def word_id(self, word: str) -> int:
        """Return the row of a word, else of its neighbour, else of the unknown word.

        Both are looked for as written first, then in lower case.
        """
        ids = self.word_rows
        forms = (word.lower(),) if self.lowercase else (word, word.lower())
        for form in forms:
            if form in ids:
                return ids[form]
        if self.neighbours is not None:
            for row in map(self.neighbours.find, forms):
                if row is not None:
                    return row
        return UNK_ID

    @cached_property
    def lower_rows(self) -> tuple[int, ...]:
        """Return the row of each row's lower-cased form; the row itself where there is none."""
        ids = self.word_rows
        return tuple(
            ids.get(word.lower(), row) if row > UNK_ID else row
            for row, word in enumerate(self.words)
        )

    def char_ids(self, word: str) -> list[int]:
        """Return the rows of the characters of a word."""
        ids = self._char_ids
        return [ids.get(char, UNK_ID) for char in word]

    def label_id(self, task: Task, label: str) -> int | None:
        """Return the row of a label, or None when the task does not know it."""
        return self._label_ids[task].get(label)

    def to_json(self) -> dict[str, Any]:
        """Return the vocabulary as a JSON value."""
        return {
            "words": list(self.words),
            "chars": list(self.chars),
            "labels": {str(task): list(self.labels[task]) for task in TASKS if task in self.labels},
            "lowercase": self.lowercase,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], neighbours: Neighbours | None = None) -> Self:
        """Build the vocabulary that `to_json` described; neighbours have a file of their own."""
        return cls(
            words=_strings("words", value["words"]),
            chars=_strings("chars", value["chars"]),
            labels={
                Task(task): _strings(f"labels of {task}", labels)
                for task, labels in dict(value["labels"]).items()
            },
            lowercase=bool(value["lowercase"]),
            neighbours=neighbours,
        )

    @cached_property
    def word_rows(self) -> dict[str, int]:
        """Return the row of each word."""
        return {word: row for row, word in enumerate(self.words) if row > UNK_ID}

    @cached_property
    def _char_ids(self) -> dict[str, int]:
        return {char: row for row, char in enumerate(self.chars) if row > UNK_ID}

    @cached_property
    def _label_ids(self) -> dict[Task, dict[str, int]]:
        return {
            task: {label: row for row, label in enumerate(labels)}
            for task, labels in self.labels.items()
        }


def _strings(name: str, value: object) -> tuple[str, ...]:
    """Check that a JSON value is a list of strings."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError(f"{name}: expected a list of strings, found {type(value).__name__}")
    return tuple(value)


def _check_distinct(name: str, rows: Sequence[str]) -> None:
    """Raise a ValueError naming the first row that stands twice."""
    seen: set[str] = set()
    for row in rows:
        if row in seen:
            raise ValueError(f"{name}: expected distinct rows, found '{row}' twice")
        seen.add(row)
