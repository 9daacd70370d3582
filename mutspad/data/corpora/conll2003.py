"""CoNLL-2003 entities (the user's own files) and WikiGold, which uses the same tags."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from mutspad.config import Split
from mutspad.data.corpora.columns import Row, read_iob1, read_rows, tagged_sentence
from mutspad.data.lines import read_lines
from mutspad.data.sampling import cut_splits
from mutspad.data.sentence import Sentence
from mutspad.errors import CorpusError
from mutspad.tasks import Task

DOCUMENT = "-DOCSTART-"


def read_conll2003(path: str | Path, name: str) -> list[Sentence]:
    """Read one split: IOB1 becomes IOB2, document marks are left out."""
    return _build(path, name, _read_sentences(path, columns=4))


def read_wikigold(path: str | Path, name: str) -> dict[Split, list[Sentence]]:
    """Read WikiGold, which has no splits; ours: 80 % train, 10 % dev, the rest test."""
    splits = cut_splits(list(_read_sentences(path, columns=2)))
    return {split: _build(path, f"{name}-{split}", splits[split]) for split in splits}


def _build(path: str | Path, name: str, sentences: Iterable[list[Row]]) -> list[Sentence]:
    """Take the entities from the last column."""
    return [
        tagged_sentence(f"{name}-{number}", path, rows, Task.NER, read_iob1(path, rows))
        for number, rows in enumerate(sentences, 1)
    ]


def _read_sentences(path: str | Path, *, columns: int) -> Iterator[list[Row]]:
    """Stream sentences without the document marks, wherever those stand."""
    empty = True
    for rows in read_rows(read_lines(path), path, columns=columns, separator=" "):
        sentence = [row for row in rows if row.fields[0] != DOCUMENT]
        if sentence:
            empty = False
            yield sentence
    if empty:
        raise CorpusError(path, None, expected="at least one sentence", found="an empty split")
