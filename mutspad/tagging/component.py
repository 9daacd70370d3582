"""A model as a component of a spaCy pipeline: `nlp.add_pipe("mutspad")`.

It sets `pos_`, `tag_`, `dep_` and `head` of tokens, `doc.ents`, and chunks as the span group
`doc.spans["chunks"]`, as far as the model predicts them, and spans of tasks of one's own by their
names; each root of a tree begins a sentence.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
from spacy.attrs import DEP, HEAD
from spacy.language import Language
from spacy.tokens import Doc, Span

from mutspad.data.labels import UNIVERSAL_TAGS
from mutspad.tagging import document as tagged
from mutspad.tagging.pipeline import Pipeline, load

ENTITIES = "entities"


class Component:
    """Annotate the tokens that spaCy has found.

    Parameters
    ----------
    pipeline
        The model.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline

    def __call__(self, doc: Doc) -> Doc:
        """Annotate a document in place."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
        """Annotate a stream of documents in place, in its order."""
        waiting = iter(stream)
        while docs := list(islice(waiting, batch_size)):
            # White space is a token to spaCy and nothing to a model.
            kept = [[token.i for token in doc if not token.is_space] for doc in docs]
            words = [
                [doc[place].text for place in places]
                for doc, places in zip(docs, kept, strict=True)
            ]
            found = self.pipeline.pipe(words)
            for doc, places, document in zip(docs, kept, found, strict=True):
                annotate(doc, places, document)
                yield doc


@Language.factory(
    "mutspad",
    assigns=["token.pos", "token.tag", "token.dep", "token.head", "doc.ents", "doc.spans"],
    default_config={"model": None, "encoder_folder": None},
)
def create(
    nlp: Language,  # noqa: ARG001 - spaCy passes it by name
    name: str,  # noqa: ARG001
    model: str | None,
    encoder_folder: str | None,
) -> Component:
    """Open a model folder as a component, by default the model that ships with the package."""
    return Component(load(model, encoder_folder=encoder_folder))


def annotate(doc: Doc, places: list[int], document: tagged.Document) -> None:
    """Write what a model has found to a spaCy document.

    Parameters
    ----------
    doc
        The document.
    places
        The index of each token that the model has read; the others are white space.
    document
        What the model has found.
    """
    if document.pos:
        set_tags(doc, places, document)
    if document.heads:
        set_tree(doc, places, document)
    if document.entities:
        doc.ents = find_spans(doc, places, document.entities)
    for name, spans in document.spans.items():
        if spans and name != ENTITIES:
            doc.spans[name] = find_spans(doc, places, spans)


def set_tags(doc: Doc, places: list[int], document: tagged.Document) -> None:
    """Set tags, and parts of speech where the tags are universal ones."""
    for place, tag in zip(places, document.pos, strict=True):
        doc[place].tag_ = tag
        if tag in UNIVERSAL_TAGS and document.universal_pos:
            doc[place].pos_ = tag


def set_tree(doc: Doc, places: list[int], document: tagged.Document) -> None:
    """Set heads and relations; white space hangs on the word before it, as spaCy has it."""
    heads = np.zeros(len(doc), dtype=np.int64)
    rels = np.zeros(len(doc), dtype=np.uint64)
    for place, head, rel in zip(places, document.heads, document.deprels, strict=True):
        heads[place] = places[head - 1] - place if head else 0
        # The name by which displaCy and matchers know a root.
        rels[place] = doc.vocab.strings.add(rel if head else "ROOT")
    for place in set(range(len(doc))) - set(places):
        before = [other for other in places if other < place]
        heads[place] = (before[-1] if before else places[0]) - place
        rels[place] = doc.vocab.strings.add("dep")
    columns = np.stack([heads.astype(np.uint64), rels], axis=1)
    doc.from_array([HEAD, DEP], columns)  # type: ignore[arg-type] # thinc has its own name for it


def find_spans(doc: Doc, places: list[int], spans: Iterable[tagged.Span]) -> list[Span]:
    """Return spans of the tokens of a spaCy document."""
    return [
        Span(doc, places[span.start], places[span.end - 1] + 1, label=span.label) for span in spans
    ]
