"""CoNLL-2000 chunks from NLTK's archive; the POS column is a tagger's output and is left out."""

from pathlib import Path

from mutspad.config import Split
from mutspad.data.corpora.columns import read_rows, tagged_sentence
from mutspad.data.lines import member_path, read_zip_lines
from mutspad.data.sentence import Sentence
from mutspad.tasks import Task

MEMBERS: dict[Split, str] = {"train": "conll2000/train.txt", "test": "conll2000/test.txt"}


def read_conll2000(archive: str | Path, name: str) -> dict[Split, list[Sentence]]:
    """Read both splits; the shared task has no dev split."""
    splits: dict[Split, list[Sentence]] = {}
    for split, member in MEMBERS.items():
        path = member_path(archive, member)
        lines = read_zip_lines(archive, member)
        splits[split] = [
            tagged_sentence(
                f"{name}-{split}-{number}", path, rows, Task.CHUNK, [row.fields[2] for row in rows]
            )
            for number, rows in enumerate(read_rows(lines, path, columns=3, separator=" "), 1)
        ]
    return splits
