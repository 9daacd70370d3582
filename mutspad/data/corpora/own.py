"""Corpora in files of the user's: CoNLL-U, CoNLL-U Plus, or columns in any order."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutspad.config.sections import OwnCorpus
from mutspad.data.conllup import find_fault
from mutspad.data.labels import OUTSIDE, find_misc, iob1_to_iob2, is_iob_tag
from mutspad.data.lines import Line, blocks, excerpt, read_lines
from mutspad.data.sentence import Layer, Sentence
from mutspad.errors import CorpusError
from mutspad.tasks import Scheme, Task

CONLLU = ("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")
WORD, HEAD = "word", "head"
MISC = "MISC:"
"""Begins the name of a column that stands in MISC as `<name>=<label>`."""
REMEDY = "Correct the line, or name the right column in the recipe"

Row = tuple[int, list[str]]
"""A line's number, and its columns."""

_HEADER = "# global.columns ="
_RANGE_OR_EMPTY = re.compile(r"[0-9]+[-.][0-9]+")
_NUMBER = re.compile(r"[0-9]{1,9}")
_DOCUMENT = "-DOCSTART-"
# Schemes that also mark the last word of a phrase and phrases of one word (BIOES, BILOU).
_ENDS = {"S-": "B-", "U-": "B-", "E-": "I-", "L-": "I-"}


@dataclass(frozen=True, slots=True)
class Found:
    """Hold a sentence and the line where it begins."""

    sentence: Sentence
    line: int


def read_own(
    path: str | Path, name: str, corpus: OwnCorpus, faults: list[CorpusError] | None = None
) -> list[Found]:
    """Read the layers of every sentence that the corpus names columns of.

    Parameters
    ----------
    path
        The file of one split.
    name
        What the ids of the sentences begin with.
    corpus
        Format and columns.
    faults
        Where mistakes are collected; without it, the first one is raised.
    """
    found: list[Found] = []
    mistakes: list[CorpusError] = []
    named: set[str] = set()
    try:
        lines = read_lines(path)
        places = _find_columns(path, lines, corpus)
        for block in blocks(lines):
            try:
                least = 1 + max(places.values())
                rows = [*read_rows(path, block, corpus.format, least, REMEDY)]
                named |= _list_named(rows, places, corpus)
                if rows:
                    sent_id = f"{name}-{len(found) + 1}"
                    found.append(Found(_build(path, sent_id, rows, places, corpus), rows[0][0]))
            except CorpusError as error:
                mistakes.append(error)
    except CorpusError as error:
        mistakes.append(error)
    if found and not mistakes:
        # Misspelt names: a word outside of all spans need not have one, but some word has.
        mistakes += [
            CorpusError(
                path,
                None,
                expected=f"a span of {task} in MISC, {key}=B-<type>",
                found="none",
                remedy=REMEDY,
            )
            for task, key in _misc_keys(corpus).items()
            if task not in named
        ]
    if not found and not mistakes:
        empty = "an empty split"
        mistakes.append(CorpusError(path, None, expected="at least one sentence", found=empty))
    if mistakes and faults is None:
        raise mistakes[0]
    if faults is not None:
        faults += mistakes
    return found


def _find_columns(path: str | Path, lines: Iterator[Line], corpus: OwnCorpus) -> dict[str, int]:
    """Find the index of each column; the names of CoNLL-U Plus stand in its first line."""
    names: Sequence[str] = CONLLU if corpus.format == "conllu" else ()
    if corpus.format == "conllup":
        line, text = next(lines, (1, ""))
        if not text.startswith(_HEADER):
            raise CorpusError(
                path,
                line,
                expected=f"'{_HEADER} ID FORM ...'",
                found=excerpt(text),
                remedy="Name the columns in the first line, or set `format: columns` in the recipe",
            )
        names = text.removeprefix(_HEADER).split()
    wanted: dict[str, int | str] = {}
    if names:
        wanted = {WORD: "FORM", HEAD: "HEAD"} if Task.DEP in corpus.columns else {WORD: "FORM"}
    wanted |= corpus.columns
    lacking = [key for key in (WORD, *[HEAD] * (Task.DEP in wanted)) if key not in wanted]
    if lacking:
        raise CorpusError(
            path,
            None,
            expected=f"a column '{lacking[0]}'",
            found="none",
            remedy=f"Add `{lacking[0]}: <number>` to `columns` in the recipe",
        )
    return {key: _find_column(path, key, column, names) for key, column in wanted.items()}


def _list_named(rows: Sequence[Row], places: Mapping[str, int], corpus: OwnCorpus) -> set[str]:
    """List the tasks whose name some word has in MISC."""
    return {
        task
        for task, key in _misc_keys(corpus).items()
        if any(find_misc(fields[places[task]], key) is not None for _, fields in rows)
    }


def _misc_keys(corpus: OwnCorpus) -> dict[str, str]:
    """List the names in MISC of the tasks that stand there."""
    return {
        task: column.removeprefix(MISC)
        for task, column in corpus.columns.items()
        if isinstance(column, str) and column.startswith(MISC)
    }


def _find_column(path: str | Path, key: str, column: int | str, names: Sequence[str]) -> int:
    """Find the index of a column, counted from 0."""
    if isinstance(column, int) and column > 0:
        return column - 1
    in_misc = str(column).startswith(MISC) and key not in (WORD, HEAD)
    name = MISC[:-1] if in_misc else str(column)
    if name in names:
        return names.index(name)
    known = ", ".join(names) or "a number from 1 on"
    raise CorpusError(
        path,
        None,
        expected=f"the column of {key} among {known}",
        found=f"'{column}'",
        remedy="Name another column in the recipe",
    )


def read_rows(
    path: str | Path, block: Iterable[Line], form: str, least: int, remedy: str = ""
) -> Iterator[Row]:
    """Stream the words of a block, without comments, ranges, empty nodes and document marks.

    Parameters
    ----------
    path
        The file, to name in an error.
    block
        Lines of one sentence.
    form
        The format, as `OwnCorpus` names it.
    least
        Fewer columns are a mistake.
    remedy
        What the user can do about a mistake.
    """
    plain = form == "columns"
    number = 0
    for line, text in block:
        # In files of columns a hashtag may be the first word, "#" too.
        if text.startswith("#") and (not plain or (text.startswith("# ") and " = " in text)):
            continue
        fields = text.split("\t") if not plain or "\t" in text else text.split()
        if (plain and fields[0] == _DOCUMENT) or (
            not plain and _RANGE_OR_EMPTY.fullmatch(fields[0])
        ):
            continue
        number += 1
        if len(fields) < least:
            raise CorpusError(
                path,
                line,
                expected=f"{least} columns or more" + ("" if plain else " separated by tabs"),
                found=excerpt(text),
                remedy=remedy,
            )
        # With a column more, every value behind it stands in the wrong place.
        if form == "conllu" and len(fields) > len(CONLLU):
            raise CorpusError(
                path,
                line,
                expected=f"{len(CONLLU)} columns separated by tabs",
                found=excerpt(text),
                remedy=remedy,
            )
        # Heads are IDs: if an ID is wrong, they point at other words.
        if form == "conllu" and fields[0] != str(number):
            found = excerpt(fields[0])
            raise CorpusError(path, line, expected=f"the ID {number}", found=found, remedy=remedy)
        yield line, fields


def _build(
    path: str | Path,
    sent_id: str,
    rows: Sequence[Row],
    places: Mapping[str, int],
    corpus: OwnCorpus,
) -> Sentence:
    """Build a sentence with the layers of all tasks that have a column."""
    columns = {key: [fields[place] for _, fields in rows] for key, place in places.items()}
    layers, misc = {}, _misc_keys(corpus)
    for task in corpus.tasks:
        labels, heads = columns[task], None
        if task in misc:
            labels = [
                _read_misc(path, task, row, misc[task]) for row in zip(rows, labels, strict=True)
            ]
        if task.spec.scheme is Scheme.IOB2:
            tags = [_ENDS.get(tag[:2], tag[:2]) + tag[2:] for tag in labels]
            wrong = next((index for index, tag in enumerate(tags) if not is_iob_tag(tag)), None)
            if wrong is not None:
                raise _error(path, rows[wrong][0], "O, B-<type> or I-<type>", labels[wrong])
            labels = iob1_to_iob2(tags)
        if task.spec.scheme is Scheme.TREE:
            for (line, _), head in zip(rows, columns[HEAD], strict=True):
                if not _NUMBER.fullmatch(head):
                    raise _error(path, line, "the number of a head", head)
            heads = tuple(map(int, columns[HEAD]))
        layers[task] = Layer(tuple(labels), heads=heads)
    sentence = Sentence(sent_id, tuple(columns[WORD])).with_layers(layers)
    fault = find_fault(sentence)
    if fault is not None:
        line = rows[fault.word or 0][0]
        raise CorpusError(path, line, expected=fault.expected, found=fault.found, remedy=REMEDY)
    return sentence


def _read_misc(path: str | Path, task: Task, row: tuple[Row, str], key: str) -> str:
    """Read the label of a word from MISC; a word outside of all spans need not have one."""
    (line, _), features = row
    label = find_misc(features, key)
    if label is None and task.spec.scheme is not Scheme.IOB2:
        raise _error(path, line, f"{key}=<label> in MISC", features)
    return OUTSIDE if label is None else label


def _error(path: str | Path, line: int, expected: str, found: str) -> CorpusError:
    """Build the error of one field."""
    return CorpusError(path, line, expected=expected, found=excerpt(found), remedy=REMEDY)
