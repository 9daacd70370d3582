"""The annotated text that tagging yields: tokens, layers and places in the original text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from mutspad.data.labels import escape_misc
from mutspad.data.sentence import Layer, Sentence
from mutspad.tagging.tokenise import Offsets
from mutspad.tasks import PAPER_TASKS, TASKS, Scheme, Task, misc_tasks

ABSENT = "_"
NAMES = {Task.NER: "entity", Task.DEP: "deprel"}
"""What users read, in JSON and in a table, where it is not the task's name."""
# What some reader takes for a line end becomes one blank, so that places stay right.
_ONE_LINE = str.maketrans(dict.fromkeys("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", " "))


@dataclass(frozen=True, slots=True)
class Span:
    """A chunk or an entity.

    Parameters
    ----------
    text
        What stands there in the original text.
    label
        Its type.
    start, end
        Its first token, and the one behind its last.
    start_char, end_char
        The same in characters of the text.
    """

    text: str
    label: str
    start: int
    end: int
    start_char: int
    end_char: int


@dataclass(frozen=True, slots=True)
class Document:
    """A text with what a model predicts of it; what the model does not predict is empty.

    Parameters
    ----------
    text
        The original text.
    offsets
        Where each token begins and ends in it, in characters.
    layers
        The layer of each task that the model has.
    universal_pos
        Whether POS tags are those of Universal Dependencies.
    """

    text: str
    offsets: tuple[Offsets, ...]
    layers: Mapping[Task, Layer] = field(default_factory=lambda: MappingProxyType({}))
    universal_pos: bool = True

    def __len__(self) -> int:
        """Count the tokens."""
        return len(self.offsets)

    @property
    def tokens(self) -> tuple[str, ...]:
        """Return the tokens as they stand in the text."""
        return tuple(self.text[start:end] for start, end in self.offsets)

    @property
    def pos(self) -> tuple[str, ...]:
        """Return the POS tag of each token."""
        return self._labels(Task.POS)

    @property
    def deprels(self) -> tuple[str, ...]:
        """Return the relation of each token to its head."""
        return self._labels(Task.DEP)

    @property
    def heads(self) -> tuple[int, ...]:
        """Return the head of each token, counted from 1, 0 for a root."""
        return (self.layers[Task.DEP].heads or ()) if Task.DEP in self.layers else ()

    @property
    def chunks(self) -> tuple[Span, ...]:
        """Return the chunks."""
        return self._spans(Task.CHUNK)

    @property
    def entities(self) -> tuple[Span, ...]:
        """Return the named entities."""
        return self._spans(Task.NER)

    @property
    def spans(self) -> dict[str, tuple[Span, ...]]:
        """Return chunks, entities and the spans of tasks of one's own, by name."""
        own = {
            str(task): self._spans(task)
            for task in self.layers
            if task not in PAPER_TASKS and task.spec.scheme is Scheme.IOB2
        }
        return {"chunks": self.chunks, "entities": self.entities, **own}

    def to_sentence(self, sent_id: str) -> Sentence:
        """Return the tokens and layers as a sentence of the processed format."""
        return Sentence(sent_id, self.tokens, self.layers)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as a JSON value; a token has the keys of the model's tasks."""
        columns = {
            "text": self.tokens,
            "start_char": [start for start, _ in self.offsets],
            "end_char": [end for _, end in self.offsets],
            **{NAMES.get(task, str(task)): self._labels(task) for task in TASKS},
            "head": self.heads,
        }
        tokens = [
            {name: column[index] for name, column in columns.items() if column}
            for index in range(len(self))
        ]
        return {
            "text": self.text,
            "tokens": tokens,
            **{
                name: [{key: getattr(span, key) for key in Span.__slots__} for span in found]
                for name, found in self.spans.items()
            },
        }

    def to_conllu(self, sent_id: str = "1") -> str:
        """Return the block of CoNLL-U, an empty line at its end; nothing for a text without tokens.

        Chunks and entities stand in MISC as `Chunk` and `NER`, places in the text as `TokenRange`,
        as UDPipe has it. A tree may have several roots, as in Tweebank.
        """
        if not self.offsets:
            return ""
        lines = [f"# sent_id = {sent_id}", f"# text = {self.text.translate(_ONE_LINE)}"]
        for index, token in enumerate(self.tokens):
            pos = self.pos[index] if self.pos else ABSENT
            tags = (pos, ABSENT) if self.universal_pos else (ABSENT, pos)
            head = str(self.heads[index]) if self.heads else ABSENT
            deprel = self.deprels[index] if self.deprels else ABSENT
            misc = "|".join(self._misc(index))
            row = (str(index + 1), token, ABSENT, *tags, ABSENT, head, deprel, ABSENT, misc)
            lines.append("\t".join(row))
        return "\n".join(lines) + "\n\n"

    def _labels(self, task: Task) -> tuple[str, ...]:
        return self.layers[task].labels if task in self.layers else ()

    def _misc(self, index: int) -> list[str]:
        """List the features of a token in MISC, in the order of their names."""
        start, end = self.offsets[index]
        features = [
            f"{task.spec.conllu}={escape_misc(self.layers[task].labels[index])}"
            for task in misc_tasks()
            if task in self.layers
        ]
        if index + 1 < len(self) and self.offsets[index + 1][0] == end:
            features.append("SpaceAfter=No")
        return [*features, f"TokenRange={start}:{end}"]

    def _spans(self, task: Task) -> tuple[Span, ...]:
        """Read the spans of an IOB2 layer."""
        labels = self._labels(task)
        starts = [index for index, label in enumerate(labels) if label.startswith("B-")]
        spans = []
        for start in starts:
            end = start + 1
            while end < len(labels) and labels[end].startswith("I-"):
                end += 1
            first, last = self.offsets[start][0], self.offsets[end - 1][1]
            text, label = self.text[first:last], labels[start][2:]
            spans.append(Span(text, label, start, end, first, last))
        return tuple(spans)
