"""Draw documents by spaCy's displaCy on one page that needs nothing from the network."""

from collections.abc import Iterable, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mutspad.tagging.document import Document, Span

# Of Paul Tol's light scheme, which people with other colour vision can tell apart.
_COLOURS = ("#77AADD", "#EE8866", "#EEDD88", "#FFAABB", "#99DDFF", "#44BB99", "#BBCC33", "#AAAA00")


def draw_page(documents: Iterable[Document], *, title: str) -> str:
    """Draw the trees, entities and chunks of documents as one page of HTML.

    Texts are escaped, and the page forbids its browser to load anything.
    """
    # Imported here: spaCy takes seconds, and only pages need it.
    from spacy import displacy

    def render(value: dict[str, Any], style: str, options: dict[str, Any]) -> Markup:
        html = displacy.render(
            value, style=style, manual=True, page=False, jupyter=False, options=options
        )
        return Markup(html)  # noqa: S704 - displaCy escapes texts and labels

    parts = []
    for document in documents:
        drawings = {}
        for name, spans in sorted(document.spans.items(), key=lambda each: each[0] == "chunks"):
            if spans:
                options = {"colors": _choose_colours(spans)}
                drawings[name] = render(describe_spans(document.text, spans), "ent", options)
        if document.heads:
            drawings["tree"] = render(describe_tree(document), "dep", {"compact": True})
        parts.append({"text": document.text, "drawings": drawings})
    environment = Environment(
        loader=PackageLoader("mutspad.tagging", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(title=title, parts=parts)


def describe_tree(document: Document) -> dict[str, Any]:
    """Describe a tree as displaCy reads it; roots have no arc."""
    tags = document.pos or ("",) * len(document)
    words = [{"text": token, "tag": tag} for token, tag in zip(document.tokens, tags, strict=True)]
    arcs = [
        {
            "start": min(place, head - 1),
            "end": max(place, head - 1),
            "label": rel,
            "dir": "left" if place < head - 1 else "right",
        }
        for place, (head, rel) in enumerate(zip(document.heads, document.deprels, strict=True))
        if head
    ]
    return {"words": words, "arcs": arcs}


def describe_spans(text: str, spans: Sequence[Span]) -> dict[str, Any]:
    """Describe chunks or entities as displaCy reads them."""
    ends = [{"start": span.start_char, "end": span.end_char, "label": span.label} for span in spans]
    return {"text": text, "ents": ends, "title": None}


def _choose_colours(spans: Sequence[Span]) -> dict[str, str]:
    """Choose a colour for each label, which displaCy looks up in capitals."""
    labels = sorted({span.label.upper() for span in spans})
    return {label: _COLOURS[place % len(_COLOURS)] for place, label in enumerate(labels)}
