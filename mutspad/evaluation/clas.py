"""CLAS: attachment of content words only (CoNLL 2018 shared task)."""

from collections.abc import Sequence

from mutspad.evaluation.alignment import require_aligned
from mutspad.evaluation.attachment import universal

FUNCTIONAL = frozenset(["aux", "case", "cc", "clf", "cop", "det", "mark", "punct"])
"""Universal relations of function words and punctuation."""


def clas(
    gold_heads: Sequence[Sequence[int]],
    gold_rels: Sequence[Sequence[str]],
    heads: Sequence[Sequence[int]],
    rels: Sequence[Sequence[str]],
) -> float:
    """Return the F1, in per cent, of content words with the right head and universal relation.

    Gold content words are those whose gold relation is none of a function word or punctuation;
    predicted ones go by the predicted relation. F1 of nothing is 0.

    Raises
    ------
    MutspadError
        When the four do not belong together, or there is no word.
    """
    for others in (gold_rels, heads, rels):
        require_aligned(gold_heads, others)
    content = found = right = 0
    for sentence in zip(gold_heads, gold_rels, heads, rels, strict=True):
        for gold_head, gold_rel, head, rel in zip(*sentence, strict=True):
            is_content = universal(gold_rel) not in FUNCTIONAL
            content += is_content
            found += universal(rel) not in FUNCTIONAL
            right += is_content and head == gold_head and universal(rel) == universal(gold_rel)
    return 200 * right / (content + found) if content + found else 0.0
