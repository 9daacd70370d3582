"""Write documents: CoNLL-U, CoNLL-U Plus, JSON Lines and the columns of CoNLL-2003."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from mutspad.data.conllup import header, serialise
from mutspad.data.labels import OUTSIDE
from mutspad.errors import MutspadError
from mutspad.tagging.document import Document
from mutspad.tasks import Task

# Two line ends that JSON allows in a string and that readers of lines may stop at.
_ESCAPED = {"\u2028": "\\u2028", "\u2029": "\\u2029", "\x85": "\\u0085"}


@dataclass(frozen=True, slots=True)
class Format:
    """A format of documents.

    Parameters
    ----------
    ending
        Of its files.
    header
        Returns what stands before the first document.
    write
        A document and its number, counted from 1 -> what the file holds of it.
    """

    ending: str
    header: Callable[[], str]
    write: Callable[[Document, str], str]


def _to_json(document: Document, sent_id: str) -> str:
    """Write a line of JSON."""
    value = {"id": sent_id, **document.to_dict()}
    line = json.dumps(value, ensure_ascii=False)
    for char, escaped in _ESCAPED.items():
        line = line.replace(char, escaped)
    return line + "\n"


def _to_conllup(document: Document, sent_id: str) -> str:
    """Write a block of the project's processed format; all layers are silver."""
    return serialise(document.to_sentence(sent_id)) if len(document) else ""


def _to_conll2003(document: Document, _: str) -> str:
    """Write a block of four columns separated by blanks: token, POS, chunk, entity, in IOB2."""
    columns: list[Iterable[str]] = [document.tokens]
    for task, absent in ((Task.POS, "-X-"), (Task.CHUNK, OUTSIDE), (Task.NER, OUTSIDE)):
        layer = document.layers.get(task)
        columns.append([absent] * len(document) if layer is None else layer.labels)
    lines = []
    for row in zip(*columns, strict=True):
        if " " in row[0]:
            raise MutspadError(
                f"conll2003: expected tokens without blanks, found {row[0]!r}. Use another format"
            )
        lines.append(" ".join(row) + "\n")
    return "".join(lines) + "\n" if lines else ""


FORMATS = {
    "conllu": Format(".conllu", str, Document.to_conllu),
    "conllup": Format(".conllup", lambda: f"{header()}\n", _to_conllup),
    "jsonl": Format(".jsonl", str, _to_json),
    "conll2003": Format(".conll", lambda: "-DOCSTART- -X- -X- O\n\n", _to_conll2003),
}


def write_documents(documents: Iterable[Document], format_name: str) -> Iterator[str]:
    """Yield the pieces of a file, the header first; a document's id is its number.

    A text without tokens leaves a gap in the numbers, except in JSON Lines, which can hold it.
    """
    form = FORMATS[format_name]
    yield form.header()
    for number, document in enumerate(documents, 1):
        yield form.write(document, str(number))
