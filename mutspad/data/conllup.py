"""The one processed format, CoNLL-U Plus: every layer of every sentence says whether it is gold.

The first line names the columns; each sentence has a `# sent_id` and one comment
`# mutspad.<task> = gold|silver` for every layer that it carries. An absent layer has `_`
everywhere.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from conllu import Metadata, Token, TokenList

from mutspad.data.labels import first_invalid_iob2
from mutspad.data.lines import Line, blocks, excerpt, read_lines
from mutspad.data.sentence import Layer, Origin, Sentence, is_word
from mutspad.errors import CorpusError
from mutspad.files import atomic_path
from mutspad.tasks import PAPER_TASKS, TASKS, Scheme, Task

ABSENT = "_"

_GLOBAL = "# global.columns ="
_WORD_FIELDS = ("id", "form", "head")
_OWN = "mutspad:"
_COMMENT = "mutspad."
_SENT_ID = "sent_id"
_HEAD = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Fault:
    """Describe what is wrong with a sentence: the word's index (None: all of it) and why."""

    word: int | None
    expected: str
    found: str


def header() -> str:
    """Return the first line of a file with a column of every task, the tree beside its heads."""
    return f"{_GLOBAL} {' '.join(_WORD_FIELDS + _label_fields()).upper()}"


def read_header(line: str) -> list[str] | None:
    """Return the columns that the first line of a processed file names, or None if it is no such.

    The columns of the paper's tasks come first. Files may lack tasks of one's own, and have some
    that are not known here, whose columns are skipped.
    """
    words = line.split()
    columns = [name.lower() for name in words[3:]]
    least = [*_WORD_FIELDS, *(task.spec.column for task in _by_column(PAPER_TASKS))]
    is_one = (
        words[:3] == _GLOBAL.split()
        and [name.upper() for name in columns] == words[3:]
        and columns[: len(least)] == least
        and len({*columns}) == len(columns)
        and all(column.startswith(_OWN) for column in columns[len(least) :])
    )
    return columns if is_one else None


def _by_column(tasks: Iterable[Task]) -> list[Task]:
    """Sort tasks as their columns stand, the tree first."""
    return sorted(tasks, key=lambda task: task.spec.scheme is not Scheme.TREE)


def _label_fields() -> tuple[str, ...]:
    """Name the columns of labels."""
    return tuple(task.spec.column for task in _by_column(TASKS))


def read_conllup(path: str | Path) -> list[Sentence]:
    """Read the sentences of a processed file."""
    lines = read_lines(path)
    first = next(lines, None)
    columns = read_header(first[1]) if first is not None else []
    if first is not None and columns is None:
        raise CorpusError(path, 1, expected=f"'{header()}'", found=excerpt(first[1]))
    sentences: list[Sentence] = []
    seen: dict[str, int] = {}
    for block in blocks(lines):
        sentence = _parse(path, block, columns or [])
        line = block[0][0]
        if sentence.id in seen:
            raise CorpusError(
                path,
                line,
                expected="a sent_id that occurs once",
                found=f"'{sentence.id}', also at line {seen[sentence.id]}",
            )
        seen[sentence.id] = line
        sentences.append(sentence)
    if not sentences:
        raise CorpusError(path, None, expected="at least one sentence", found="an empty split")
    return sentences


def write_conllup(path: str | Path, sentences: Sequence[Sentence]) -> None:
    """Write sentences atomically; what `read_conllup` would refuse is refused here."""
    if not sentences:
        raise CorpusError(path, None, expected="at least one sentence", found="an empty split")
    seen: set[str] = set()
    for sentence in sentences:
        fault = find_fault(sentence)
        if fault is None and sentence.id in seen:
            fault = Fault(None, "a sent_id that occurs once", "it twice")
        if fault is not None:
            place = "" if fault.word is None else f", word {fault.word + 1}"
            raise CorpusError(
                path,
                None,
                expected=f"{fault.expected} in sentence '{sentence.id}'{place}",
                found=fault.found,
            )
        seen.add(sentence.id)
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as out:
        out.write(f"{header()}\n")
        out.writelines(serialise(sentence) for sentence in sentences)


def find_fault(sentence: Sentence) -> Fault | None:
    """Find the first thing that the processed format cannot hold, or None."""
    if sentence.id.split() != [sentence.id]:
        return Fault(None, "a sent_id without spaces", excerpt(sentence.id))
    if not sentence.words:
        return Fault(None, "at least one word", "none")
    for index, word in enumerate(sentence.words):
        if not is_word(word):
            return Fault(index, "a word, with single spaces at most inside", excerpt(word))
    for task, layer in sentence.layers.items():
        fault = _layer_fault(task, layer, len(sentence))
        if fault is not None:
            return fault
    return None


def checked(sentence: Sentence, path: str | Path, lines: Sequence[int]) -> Sentence:
    """Return a sentence that the processed format can hold; `lines` are those of its words."""
    fault = find_fault(sentence)
    if fault is not None:
        line = None if not lines else lines[fault.word or 0]
        raise CorpusError(path, line, expected=fault.expected, found=fault.found)
    return sentence


def tree_fault(heads: Sequence[int]) -> Fault | None:
    """Find what keeps heads, counted from 1, from being one or more trees below the root 0."""
    for index, head in enumerate(heads):
        if not 0 <= head <= len(heads):
            return Fault(index, f"a head from 0 to {len(heads)}", str(head))
    if 0 not in heads:
        return Fault(0, "a tree with a root (head 0)", "no root")
    visited = [False] * len(heads)
    for start in range(len(heads)):
        walked = []
        word = start
        while word >= 0 and not visited[word]:
            visited[word] = True
            walked.append(word)
            word = heads[word] - 1
        if word in walked:
            return Fault(word, "a tree", f"a cycle through word {word + 1}")
    return None


def _layer_fault(task: Task, layer: Layer, length: int) -> Fault | None:
    if len(layer.labels) != length:
        return Fault(None, f"{length} {task} labels", str(len(layer.labels)))
    for index, label in enumerate(layer.labels):
        if label == ABSENT or label.split() != [label]:
            return Fault(index, f"a {task} label", excerpt(label))
    if task.spec.scheme is Scheme.IOB2:
        invalid = first_invalid_iob2(layer.labels)
        if invalid is not None:
            return Fault(
                invalid,
                f"an IOB2 tag ({task}) that can follow "
                f"'{layer.labels[invalid - 1] if invalid else 'the beginning'}'",
                excerpt(layer.labels[invalid]),
            )
    if (layer.heads is not None) != (task.spec.scheme is Scheme.TREE):
        return Fault(None, "heads for dependencies, and only for them", f"task {task}")
    if layer.heads is not None:
        if len(layer.heads) != length:
            return Fault(None, f"{length} heads", str(len(layer.heads)))
        return tree_fault(layer.heads)
    return None


def _parse(path: str | Path, block: list[Line], columns: Sequence[str]) -> Sentence:
    """Build one sentence and check it; `conllu` would forgive what the format does not."""
    comments: dict[str, tuple[int, str]] = {}
    rows: dict[int, dict[str, str]] = {}
    for line, text in block:
        if text.startswith("#"):
            key, _, value = map(str.strip, text[1:].partition("="))
            if key != _SENT_ID and not key.startswith(_COMMENT):
                continue
            if key in comments:  # where a sentence lost its words, two become one
                raise CorpusError(
                    path,
                    line,
                    expected=f"one comment '# {key}' a sentence",
                    found=f"another one, after line {comments[key][0]}",
                )
            comments[key] = line, value
            continue
        fields = text.split("\t")
        if len(fields) != len(columns) or not all(map(is_word, fields)):
            expected = f"{len(columns)} columns separated by tabs, none empty or padded"
            raise CorpusError(path, line, expected=expected, found=excerpt(text))
        if fields[0] != str(len(rows) + 1):
            expected = f"the ID {len(rows) + 1}"
            raise CorpusError(path, line, expected=expected, found=excerpt(fields[0]))
        rows[line] = dict(zip(columns, fields, strict=True))
    first = block[0][0]
    if not rows:
        raise CorpusError(path, first, expected="at least one word", found="only comments")
    _, sent_id = comments.pop(_SENT_ID, (first, ""))
    if not sent_id:
        raise CorpusError(path, first, expected="a comment '# sent_id = ...'", found="none")
    origins = {}
    for key, (line, value) in comments.items():
        task = key.removeprefix(_COMMENT)
        if task not in TASKS and f"{_OWN}{task}" in columns:
            continue
        if task not in TASKS or value not in list(Origin):
            expected = f"'# {_COMMENT}<{'|'.join(TASKS)}> = <{'|'.join(Origin)}>'"
            raise CorpusError(path, line, expected=expected, found=f"'# {key} = {value}'")
        if Task(task).spec.column not in columns:
            expected = f"a column {Task(task).spec.column.upper()} in the first line"
            raise CorpusError(path, line, expected=expected, found="none")
        origins[Task(task)] = Origin(value)
    layers = {
        task: _layer(path, task, origins.get(task), rows)
        for task in TASKS
        if task.spec.column in columns
    }
    sentence = Sentence(
        sent_id,
        tuple(row["form"] for row in rows.values()),
        MappingProxyType({task: layer for task, layer in layers.items() if layer is not None}),
    )
    return checked(sentence, path, [*rows])


def _layer(
    path: str | Path, task: Task, origin: Origin | None, rows: Mapping[int, Mapping[str, str]]
) -> Layer | None:
    """Read one layer; it is there for every word, with its comment, or for none."""
    is_tree = task.spec.scheme is Scheme.TREE
    for line, row in rows.items():
        for column in (task.spec.column, "head") if is_tree else (task.spec.column,):
            if (row[column] == ABSENT) != (origin is None):
                expected = (
                    f"'{ABSENT}' in {column.upper()}, as no '# {_COMMENT}{task}' is there"
                    if origin is None
                    else f"a value in {column.upper()}, as '# {_COMMENT}{task}' says"
                )
                raise CorpusError(path, line, expected=expected, found=excerpt(row[column]))
        # int() alone would take '+1', '1_0' and other scripts' digits, and give up on endless ones.
        if is_tree and origin is not None and not _HEAD.fullmatch(row["head"]):
            raise CorpusError(path, line, expected="a number in HEAD", found=excerpt(row["head"]))
    if origin is None:
        return None
    labels = tuple(row[task.spec.column] for row in rows.values())
    return Layer(
        labels, origin, tuple(int(row["head"]) for row in rows.values()) if is_tree else None
    )


def serialise(sentence: Sentence) -> str:
    """Write one sentence by `conllu`."""
    metadata = {_SENT_ID: sentence.id} | {
        f"{_COMMENT}{task}": layer.origin.value
        for task in TASKS
        if (layer := sentence.layers.get(task)) is not None
    }
    columns: list[Sequence[object]] = [
        range(1, len(sentence) + 1),
        sentence.words,
        _column(sentence, Task.DEP, heads=True),
        *(_column(sentence, task) for task in _by_column(TASKS)),
    ]
    fields = _WORD_FIELDS + _label_fields()
    tokens = [Token(zip(fields, row, strict=True)) for row in zip(*columns, strict=True)]
    return TokenList(tokens, Metadata(metadata)).serialize()


def _column(sentence: Sentence, task: Task, *, heads: bool = False) -> Sequence[object]:
    layer = sentence.layers.get(task)
    if layer is None:
        return [ABSENT] * len(sentence)
    return layer.heads or () if heads else layer.labels
