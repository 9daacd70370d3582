"""Label schemes: IOB1 to IOB2, their validity, and the labels that two tag sets share."""

from collections.abc import Mapping, Sequence

OUTSIDE = "O"
UNIVERSAL_TAGS = frozenset(
    [
        "ADJ",
        "ADP",
        "ADV",
        "AUX",
        "CCONJ",
        "DET",
        "INTJ",
        "NOUN",
        "NUM",
        "PART",
        "PRON",
        "PROPN",
        "PUNCT",
        "SCONJ",
        "SYM",
        "VERB",
        "X",
    ]
)
"""The POS tags of Universal Dependencies."""
ROOT_RELATION = "root"
"""The relation of every root and of nothing else (Universal Dependencies)."""


def split_label(label: str) -> tuple[str, str]:
    """Split an IOB label into prefix and type: `B-NP` into `B-` and `NP`; others have no prefix."""
    if label[:2] in ("B-", "I-", "b-", "i-") and len(label) > 2:
        return label[:2].upper(), label[2:]
    return "", label


def is_iob_tag(tag: str) -> bool:
    """Return whether a tag is `O`, `B-<type>` or `I-<type>`; `O` is no type, but a mistake."""
    return tag == OUTSIDE or (tag[:2] in ("B-", "I-") and tag[2:] not in ("", "o", OUTSIDE))


def iob1_to_iob2(tags: Sequence[str]) -> list[str]:
    """Open every phrase with `B-`.

    In IOB1 (CoNLL-2003) `I-` opens a phrase unless one of the same type ends just before. Tags that
    are IOB2 already stay as they are; an `I-` that continues nothing becomes `B-`, which is how the
    CoNLL scorers read it.
    """
    converted = []
    previous = OUTSIDE
    for tag in tags:
        opens = tag.startswith("I-") and previous[2:] != tag[2:]
        converted.append(f"B-{tag[2:]}" if opens else tag)
        previous = tag
    return converted


def first_invalid_iob2(tags: Sequence[str]) -> int | None:
    """Find the first tag that IOB2 forbids: no IOB tag, or an `I-` that continues nothing."""
    previous = OUTSIDE
    for index, tag in enumerate(tags):
        if not is_iob_tag(tag) or (tag.startswith("I-") and previous[2:] != tag[2:]):
            return index
        previous = tag
    return None


def escape_misc(label: str) -> str:
    """Write a label so that it can stand in MISC of CoNLL-U, where `|` separates features."""
    return label.replace("%", "%25").replace("|", "%7C")


def find_misc(features: str, key: str) -> str | None:
    """Find the label of a key in MISC, as `escape_misc` has written it."""
    for feature in features.split("|"):
        name, found, label = feature.partition("=")
        if found and name == key:
            return label.replace("%7C", "|").replace("%25", "%")
    return None


def shared_label_pairs(
    source_labels: Sequence[str], target_labels: Sequence[str], equivalents: Mapping[str, str]
) -> list[tuple[int, int]]:
    """Pair the labels that mean the same in two tag sets, by their indices (paper 4.1).

    A target label is shared when a source label equals it once case is folded, or when
    `equivalents` (target type -> source type) maps its type to a source label with the same prefix.
    """
    source_index: dict[str, int] = {}
    for index, label in enumerate(source_labels):
        source_index.setdefault(label.casefold(), index)
    types = {target.casefold(): source for target, source in equivalents.items()}
    pairs = []
    for target, label in enumerate(target_labels):
        prefix, kind = split_label(label)
        mapped = prefix + types.get(kind.casefold(), kind)
        source = source_index.get(label.casefold(), source_index.get(mapped.casefold()))
        if source is not None:
            pairs.append((source, target))
    return pairs
