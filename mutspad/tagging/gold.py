"""Read gold annotation to score a model on: CoNLL-U, or the processed format."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from mutspad.data.conllup import checked, read_conllup, read_header
from mutspad.data.corpora.own import CONLLU, read_rows
from mutspad.data.labels import find_misc, iob1_to_iob2
from mutspad.data.lines import Line, blocks, read_lines
from mutspad.data.sentence import Layer, Origin, Sentence
from mutspad.errors import CorpusError
from mutspad.tagging.document import ABSENT
from mutspad.tasks import Scheme, Task, misc_tasks

PosColumn = Literal["UPOS", "XPOS"]


def read_gold(path: str | Path, *, pos: PosColumn) -> list[Sentence]:
    """Read sentences with the gold layers that they carry.

    In CoNLL-U a sentence has a layer when each of its words has a value: tags in one of the two
    columns, trees, chunks and entities as `Chunk` and `NER` in MISC. Multi-word ranges and empty
    nodes are left out.

    Parameters
    ----------
    path
        A file of CoNLL-U, or of the processed format, of which silver layers are left out.
    pos
        The column of the POS tags.

    Raises
    ------
    CorpusError
        For an empty file or a malformed line, with file and line.
    """
    first = next(read_lines(path), (1, ""))[1]
    if read_header(first) is not None:
        return [_without_silver(sentence) for sentence in read_conllup(path)]
    sentences = [
        _read_sentence(path, str(number), block, pos)
        for number, block in enumerate(blocks(read_lines(path)), 1)
    ]
    if not sentences:
        raise CorpusError(path, None, expected="at least one sentence", found="an empty file")
    return sentences


def _without_silver(sentence: Sentence) -> Sentence:
    """Keep what people have annotated."""
    gold = {task: layer for task, layer in sentence.layers.items() if layer.origin is Origin.GOLD}
    return Sentence(sentence.id, sentence.words).with_layers(gold)


def _read_sentence(path: str | Path, sent_id: str, block: list[Line], pos: PosColumn) -> Sentence:
    """Read the block of one sentence."""
    words = [*read_rows(path, block, "conllu", len(CONLLU))]
    if not words:
        raise CorpusError(path, block[0][0], expected="at least one word", found="only comments")
    lines = [line for line, _ in words]
    rows = [dict(zip(CONLLU, fields, strict=True)) for _, fields in words]
    layers: dict[Task, Layer] = {}
    tags = _read_column(rows, lambda row: row[pos])
    if tags is not None:
        layers[Task.POS] = Layer(tags)
    heads = _read_column(rows, lambda row: row["HEAD"])
    rels = _read_column(rows, lambda row: row["DEPREL"])
    if heads is not None and rels is not None:
        if not all(head.isascii() and head.isdecimal() for head in heads):
            raise CorpusError(path, lines[0], expected="numbers in HEAD", found="other values")
        layers[Task.DEP] = Layer(rels, heads=tuple(map(int, heads)))
    for task in misc_tasks():
        labels = _read_column(rows, partial(_find, key=task.spec.conllu))
        if labels is not None:
            is_spans = task.spec.scheme is Scheme.IOB2
            layers[task] = Layer(tuple(iob1_to_iob2(labels)) if is_spans else labels)
    sentence = Sentence(sent_id, tuple(row["FORM"] for row in rows)).with_layers(layers)
    return checked(sentence, path, lines)


def _find(row: Mapping[str, str], *, key: str) -> str:
    """Find the value of a key in MISC."""
    label = find_misc(row["MISC"], key)
    return ABSENT if label is None else label


def _read_column(
    rows: Sequence[Mapping[str, str]], read: Callable[[Mapping[str, str]], str]
) -> tuple[str, ...] | None:
    """Return the values of a column, or None when a word has none."""
    values = tuple(map(read, rows))
    return None if ABSENT in values else values
