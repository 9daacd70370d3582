"""WNUT-17 emerging entities: word, tab, one IOB2 tag."""

from pathlib import Path

from mutspad.data.corpora.columns import read_rows, tagged_sentence
from mutspad.data.lines import excerpt, read_lines
from mutspad.data.sentence import Sentence
from mutspad.errors import CorpusError
from mutspad.tasks import Task


def read_wnut17(path: str | Path, name: str) -> list[Sentence]:
    """Read one split; in the training file a tab alone parts sentences.

    A word with several labels is refused: the shared task also published such a test file, and
    Table 1 counts the one with single labels.
    """
    sentences = []
    lines = read_lines(path)
    for number, rows in enumerate(read_rows(lines, path, columns=2, separator="\t"), 1):
        for row in rows:
            if "," in row.fields[1]:
                raise CorpusError(
                    path, row.line, expected="one label a word", found=excerpt(row.fields[1])
                )
        tags = [row.fields[1] for row in rows]
        sentences.append(tagged_sentence(f"{name}-{number}", path, rows, Task.NER, tags))
    return sentences
