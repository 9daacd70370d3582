"""What the column formats share: one word a line, sentences parted by blank lines."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutspad.data.conllup import checked
from mutspad.data.labels import iob1_to_iob2, is_iob_tag
from mutspad.data.lines import Line, blocks, excerpt
from mutspad.data.sentence import Layer, Sentence
from mutspad.errors import CorpusError
from mutspad.tasks import Task


@dataclass(frozen=True, slots=True)
class Row:
    """Hold the columns of one word and the line where they stand."""

    line: int
    fields: list[str]


def read_rows(
    lines: Iterable[Line], path: str | Path, *, columns: int, separator: str
) -> Iterator[list[Row]]:
    """Stream sentences as rows of exactly `columns` columns, none of them empty."""
    name = "tabs" if separator == "\t" else "single spaces"
    empty = True
    for block in blocks(lines):
        rows = []
        for line, text in block:
            fields = text.split(separator)
            if len(fields) != columns or fields != text.split():
                raise CorpusError(
                    path, line, expected=f"{columns} columns parted by {name}", found=excerpt(text)
                )
            rows.append(Row(line, fields))
        empty = False
        yield rows
    if empty:
        raise CorpusError(path, None, expected="at least one sentence", found="an empty split")


def read_iob1(
    path: str | Path, rows: Sequence[Row], normalise: Callable[[str], str] = str
) -> list[str]:
    """Read the IOB1 tags of the last column, normalised, as IOB2."""
    tags = [normalise(row.fields[-1]) for row in rows]
    for row, tag in zip(rows, tags, strict=True):
        if not is_iob_tag(tag):
            raise CorpusError(
                path, row.line, expected="O, B-<type> or I-<type>", found=excerpt(row.fields[-1])
            )
    return iob1_to_iob2(tags)


def tagged_sentence(
    sent_id: str, path: str | Path, rows: Sequence[Row], task: Task, tags: Sequence[str]
) -> Sentence:
    """Build a sentence with one gold layer, words from the first column."""
    words = tuple(row.fields[0] for row in rows)
    sentence = Sentence(sent_id, words).with_layers({task: Layer(tuple(tags))})
    return checked(sentence, path, [row.line for row in rows])
