"""Words with their syntax, and their conversion into the four layers of a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mutspad.data.sentence import Layer
from mutspad.tasks import Task


class Domain(StrEnum):
    """Name a domain of the demo."""

    NEWS = "news"
    TWEETS = "tweets"


class Entity(StrEnum):
    """Kind of referent; each domain maps it to its own entity types."""

    PERSON = "person"
    PLACE = "place"
    COMPANY = "company"
    PRODUCT = "product"
    PEOPLE = "people"


ENTITY_TYPES: Mapping[Domain, Mapping[Entity, str]] = {
    # CoNLL-2003 files products and peoples under MISC; WNUT-17 does not annotate peoples.
    Domain.NEWS: {
        Entity.PERSON: "PER",
        Entity.PLACE: "LOC",
        Entity.COMPANY: "ORG",
        Entity.PRODUCT: "MISC",
        Entity.PEOPLE: "MISC",
    },
    Domain.TWEETS: {
        Entity.PERSON: "person",
        Entity.PLACE: "location",
        Entity.COMPANY: "corporation",
        Entity.PRODUCT: "product",
    },
}

TO_UNIVERSAL: Mapping[str, str] = {
    "CC": "CCONJ",
    "CD": "NUM",
    "DT": "DET",
    "IN": "ADP",
    "JJ": "ADJ",
    "MD": "AUX",
    "NN": "NOUN",
    "NNS": "NOUN",
    "NNP": "PROPN",
    "POS": "PART",
    "PRP": "PRON",
    "PRP$": "PRON",
    "RB": "ADV",
    "RP": "ADP",
    "SYM": "SYM",
    "TO": "ADP",
    "UH": "INTJ",
    "VB": "VERB",
    "VBD": "VERB",
    "VBG": "VERB",
    "VBN": "VERB",
    "VBP": "VERB",
    "VBZ": "VERB",
    "WDT": "PRON",
    "WP": "PRON",
    "X": "X",
    ",": "PUNCT",
    ".": "PUNCT",
    ":": "PUNCT",
}


@dataclass(eq=False, slots=True)
class Span:
    """One chunk or mention; its words share the object."""

    kind: str


@dataclass(eq=False, slots=True)
class Node:
    """A word, its tag of the Penn Treebank, its place in the tree and its spans."""

    word: str
    tag: str
    relation: str = "root"
    head: "Node | None" = None
    chunk: Span | None = None
    mention: Span | None = None


@dataclass(eq=False, slots=True)
class Phrase:
    """Adjacent nodes with their head."""

    nodes: list[Node]
    head: Node
    plural: bool = False

    def under(self, head: Node, relation: str) -> list[Node]:
        """Attach the phrase to a node outside it and return its nodes."""
        self.head.head = head
        self.head.relation = relation
        return self.nodes


def capitalise(node: Node) -> None:
    """Write a word with a capital."""
    node.word = node.word[0].upper() + node.word[1:]


def chunked(nodes: Sequence[Node], kind: str) -> None:
    """Make the nodes one chunk."""
    span = Span(kind)
    for node in nodes:
        node.chunk = span


def mentioned(nodes: Sequence[Node], kind: Entity) -> None:
    """Make the nodes one mention."""
    span = Span(kind)
    for node in nodes:
        node.mention = span


def layer_of(nodes: Sequence[Node], task: Task, domain: Domain) -> Layer:
    """Build one task's gold layer from the nodes of a sentence, in the domain's label set."""
    if task is Task.DEP:
        places = {node: place for place, node in enumerate(nodes, start=1)}
        heads = tuple(0 if node.head is None else places[node.head] for node in nodes)
        return Layer(tuple(node.relation for node in nodes), heads=heads)
    if task is Task.POS:
        universal = domain is Domain.TWEETS
        return Layer(tuple(_universal_tag(node) if universal else node.tag for node in nodes))
    if task is Task.CHUNK:
        return Layer(_iob2([node.chunk for node in nodes], {}))
    types = ENTITY_TYPES[domain]
    mentions = [
        node.mention if node.mention is not None and node.mention.kind in types else None
        for node in nodes
    ]
    return Layer(_iob2(mentions, types))


def _universal_tag(node: Node) -> str:
    """Map a tag of the Penn Treebank to a universal one; some need the word's role."""
    if node.relation in ("aux", "aux:pass", "cop"):
        return "AUX"
    if node.relation == "mark":
        return "PART" if node.tag == "TO" else "SCONJ"
    if node.tag == "DT" and node.relation != "det":
        return "PRON"
    return TO_UNIVERSAL[node.tag]


def _iob2(spans: Sequence[Span | None], names: Mapping[Entity, str]) -> tuple[str, ...]:
    """Write spans as IOB2 tags; a kind without a name of its own keeps its kind."""
    tags = []
    previous: Span | None = None
    for span in spans:
        if span is None:
            tags.append("O")
        else:
            kind = names.get(Entity(span.kind), span.kind) if names else span.kind
            tags.append(f"{'I' if span is previous else 'B'}-{kind}")
        previous = span
    return tuple(tags)
