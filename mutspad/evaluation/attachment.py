"""Attachment scores of dependency trees, CLAS, and the single-root form of multi-root trees."""

from collections.abc import Sequence
from typing import NamedTuple

from mutspad.data.labels import ROOT_RELATION
from mutspad.errors import MutspadError

EXTRA_ROOT_RELATION = "parataxis"
FUNCTIONAL = frozenset(["aux", "case", "cc", "clf", "cop", "det", "mark", "punct"])
"""Universal relations of function words and punctuation."""


class Attachment(NamedTuple):
    """Attachment scores, each in per cent of all words, punctuation included.

    Parameters
    ----------
    uas
        Words with the right head.
    las
        Words with the right head and universal relation (`nsubj:pass` counts as `nsubj`).
    las_full
        Words with the right head and the right relation, subtype included.
    """

    uas: float
    las: float
    las_full: float


def attachment(
    gold_heads: Sequence[Sequence[int]],
    gold_rels: Sequence[Sequence[str]],
    heads: Sequence[Sequence[int]],
    rels: Sequence[Sequence[str]],
) -> Attachment:
    """Score dependency trees word by word.

    `uas` and `las` are those of the CoNLL 2018 shared task's `conll18_ud_eval.py` on gold words,
    which drops relation subtypes and counts punctuation; unlike it, trees with several roots are
    scored as they are.

    Parameters
    ----------
    gold_heads, heads
        The head of each word of each sentence, counted from 1, 0 for a root.
    gold_rels, rels
        The relation of each word to its head.
    """
    words = uas = las = las_full = 0
    for sentence in zip(gold_heads, gold_rels, heads, rels, strict=True):
        for gold_head, gold_rel, head, rel in zip(*sentence, strict=True):
            words += 1
            if head == gold_head:
                uas += 1
                las += universal(rel) == universal(gold_rel)
                las_full += rel == gold_rel
    return Attachment(100 * uas / words, 100 * las / words, 100 * las_full / words)


def clas(
    gold_heads: Sequence[Sequence[int]],
    gold_rels: Sequence[Sequence[str]],
    heads: Sequence[Sequence[int]],
    rels: Sequence[Sequence[str]],
) -> float:
    """Return CLAS of the CoNLL 2018 shared task, the attachment of content words only.

    It is the F1, in per cent, of content words with the right head and universal relation. Gold
    content words are those whose gold relation is none of a function word or punctuation; predicted
    ones go by the predicted relation. F1 of nothing is 0.
    """
    content = found = right = 0
    for sentence in zip(gold_heads, gold_rels, heads, rels, strict=True):
        for gold_head, gold_rel, head, rel in zip(*sentence, strict=True):
            is_content = universal(gold_rel) not in FUNCTIONAL
            content += is_content
            found += universal(rel) not in FUNCTIONAL
            right += is_content and head == gold_head and universal(rel) == universal(gold_rel)
    return 200 * right / (content + found) if content + found else 0.0


def universal(rel: str) -> str:
    """Drop the subtype of a relation: `acl:relcl` -> `acl`."""
    return rel.split(":", 1)[0]


def to_single_root(
    heads: Sequence[int], rels: Sequence[str]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Turn one tree into the form of TweeBank's published single-root files (`*.fixed.conllu`).

    Their README says only that extra roots hang on the first root by `parataxis`. Of the files
    themselves, all 3,550 trees come out exactly by three rules: the extra roots hang on the first
    root; every word but the first root that is an extra root or is related by `root` has the
    relation `parataxis`; subtypes are dropped everywhere. There is therefore no single-root score
    with subtypes.

    Parameters
    ----------
    heads
        The head of each word, counted from 1, 0 for a root.
    rels
        The relation of each word to its head.

    Raises
    ------
    MutspadError
        When the tree has no root.
    """
    if 0 not in heads:
        raise MutspadError("expected a tree with a root (head 0), found none")
    first = heads.index(0)
    fixed_heads, fixed_rels = [], []
    for position, (head, rel) in enumerate(zip(heads, rels, strict=True)):
        extra = head == 0 and position != first
        fixed_heads.append(first + 1 if extra else head)
        misplaced = rel == ROOT_RELATION and position != first
        fixed_rels.append(EXTRA_ROOT_RELATION if extra or misplaced else universal(rel))
    return tuple(fixed_heads), tuple(fixed_rels)
