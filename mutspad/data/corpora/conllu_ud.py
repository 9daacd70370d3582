"""Universal Dependencies treebanks: UD English EWT and Tweebank."""

import re
from pathlib import Path
from typing import Literal

from mutspad.data.conllup import checked
from mutspad.data.lines import Line, blocks, excerpt, read_lines
from mutspad.data.sentence import Layer, Sentence
from mutspad.errors import CorpusError
from mutspad.tasks import Task

PosColumn = Literal["UPOS", "XPOS"]

_COLUMNS = ("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")
_RANGE_OR_EMPTY = re.compile(r"[0-9]+[-.][0-9]+")
_NUMBER = re.compile(r"[0-9]{1,9}")


def read_ud(path: str | Path, name: str, *, pos: PosColumn) -> list[Sentence]:
    """Read words, POS tags and trees, several roots included.

    Multi-word ranges and empty nodes are left out, and of the other columns nothing is asked:
    Tweebank keeps notes such as `NormType=...` in DEPS, which strict readers refuse.
    """
    sentences = [
        _sentence(path, f"{name}-{number}", block, _COLUMNS.index(pos))
        for number, block in enumerate(blocks(read_lines(path)), 1)
    ]
    if not sentences:
        raise CorpusError(path, None, expected="at least one sentence", found="an empty split")
    return sentences


def _sentence(path: str | Path, sent_id: str, block: list[Line], pos_column: int) -> Sentence:
    lines: list[int] = []
    words: list[str] = []
    pos: list[str] = []
    heads: list[int] = []
    relations: list[str] = []
    for line, text in block:
        if text.startswith("#"):
            continue
        fields = text.split("\t")
        if len(fields) != len(_COLUMNS):
            raise CorpusError(
                path, line, expected=f"{len(_COLUMNS)} columns parted by tabs", found=excerpt(text)
            )
        if _RANGE_OR_EMPTY.fullmatch(fields[0]):
            continue
        if fields[0] != str(len(words) + 1):
            raise CorpusError(
                path, line, expected=f"the ID {len(words) + 1}", found=excerpt(fields[0])
            )
        if not _NUMBER.fullmatch(fields[6]):
            raise CorpusError(path, line, expected="a number in HEAD", found=excerpt(fields[6]))
        lines.append(line)
        words.append(fields[1])
        pos.append(fields[pos_column])
        heads.append(int(fields[6]))
        relations.append(fields[7])
    if not words:
        raise CorpusError(path, block[0][0], expected="at least one word", found="only comments")
    sentence = Sentence(sent_id, tuple(words)).with_layers(
        {Task.POS: Layer(tuple(pos)), Task.DEP: Layer(tuple(relations), heads=tuple(heads))}
    )
    return checked(sentence, path, lines)
