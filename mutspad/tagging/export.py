"""Make a model ready to publish: only the word vectors it needs, half precision, a model card."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jinja2 import Environment, PackageLoader, StrictUndefined
from torch import nn

from mutspad.config.params import Run
from mutspad.data.lexicon import keys_of
from mutspad.data.neighbours import Neighbours, Vector, find_nearest, map_words
from mutspad.data.registry import load_registry
from mutspad.data.vocab import PAD_ID, Vocabulary
from mutspad.files import write_text
from mutspad.models.checkpoint import LoadedModel, save_model
from mutspad.tasks import TASKS

CARD = "README.md"
_SPECIAL = 2  # padding and unknown


def prune(loaded: LoadedModel, words: Iterable[str]) -> LoadedModel:
    """Keep the vectors of some words only; the others are read as the nearest of these.

    Parameters
    ----------
    loaded
        The model; it is changed in place where it has word vectors.
    words
        Words as written; each keeps its lower-cased form, too. What the model does not know counts
        for nothing.
    """
    encoder, old = loaded.model.encoder, loaded.vocabulary
    if encoder is None:
        return loaded
    wanted = {key for word in words for key in keys_of(word, lowercase=old.lowercase)}
    rows = [row for row, word in enumerate(old.words) if row < _SPECIAL or word in wanted]
    vocabulary = Vocabulary(
        words=tuple(old.words[row] for row in rows),
        chars=old.chars,
        labels=old.labels,
        lowercase=old.lowercase,
        neighbours=_find_neighbours(old, encoder.words.weight.detach().numpy(), rows),
    )
    weight = encoder.words.weight.detach()[rows]
    encoder.words = nn.Embedding(
        len(rows), loaded.model.word_dim, padding_idx=PAD_ID, sparse=True, _weight=weight
    )
    if encoder.lower_rows is not None:
        encoder.lower_rows = torch.tensor(vocabulary.lower_rows)
    return replace(loaded, vocabulary=vocabulary)


def _find_neighbours(old: Vocabulary, vectors: Vector, rows: Sequence[int]) -> Neighbours | None:
    """Find the nearest word that stays, by the trained vectors, of each that goes."""
    gone = sorted({*range(_SPECIAL, len(old.words))}.difference(rows))
    if not gone or len(rows) == _SPECIAL:
        return None
    nearest = _SPECIAL + find_nearest(vectors[gone], vectors[rows[_SPECIAL:]])
    new = np.zeros(len(old.words), dtype=np.int64)
    new[rows], new[gone] = np.arange(len(rows)), nearest
    found = map_words(dict(zip((old.words[row] for row in gone), nearest.tolist(), strict=True)))
    return found if old.neighbours is None else found.join(old.neighbours.renumber(new))


def export_model(
    loaded: LoadedModel,
    folder: str | Path,
    *,
    words: Collection[str] | None = None,
    scores: Mapping[str, Any] | None = None,
    ancestors: Collection[Run] = (),
) -> LoadedModel:
    """Write a model in half precision with its card; it is read as any other model.

    Parameters
    ----------
    loaded
        The model; it is changed in place.
    folder
        Where `model.json`, `weights.safetensors` and `README.md` go.
    words
        The words whose vectors to keep; None keeps all.
    scores
        What the workflow has scored, for the card.
    ancestors
        The models that it was adapted or distilled from, for the card.
    """
    exported = loaded if words is None else prune(loaded, words)
    save_model(
        folder, exported.model, exported.vocabulary, exported.run, seed=exported.seed, half=True
    )
    write_text(Path(folder) / CARD, write_card(exported, scores=scores, ancestors=ancestors))
    return exported


def write_card(
    loaded: LoadedModel,
    *,
    scores: Mapping[str, Any] | None = None,
    ancestors: Collection[Run] = (),
) -> str:
    """Write the model card as Markdown: data, licences, scores, and what it is not for."""
    runs = [*ancestors, loaded.run]
    names = dict.fromkeys(name for run in runs for name in run.corpora.values())
    known = load_registry().corpora
    corpora = [
        {
            "title": known[name].title if name in known else name,
            "licence": known[name].licence if name in known else "not in the registry",
            "citation": known[name].citation.text if name in known else "",
            "uses": ", ".join(
                task for task in TASKS if any(run.corpora.get(task) == name for run in runs)
            ),
        }
        for name in names
    ]
    scores = scores or {}
    teacher_scores = scores.get("teacher_scores", {})
    teachers = scores.get("teachers", {})
    rows = []
    scored = scores.get("scores", {})
    for task in (each for each in TASKS if each in scored):
        splits = scored[task]
        metric = task.spec.metric
        for split, metrics in splits.items():
            if metric in metrics:
                sides = [metrics, *([teacher_scores[task][split]] if teachers else [])]
                rows.append((task, split, metric, *(f"{side[metric]:.2f}" for side in sides)))
    environment = Environment(
        loader=PackageLoader("mutspad.tagging", "templates"),
        autoescape=False,  # noqa: S701 - Markdown
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("card.md.j2").render(
        run=loaded.run,
        tasks=[task for task in TASKS if task in loaded.run.tasks],
        seed=loaded.seed,
        runs=runs,
        corpora=corpora,
        scores=rows,
        teachers=list(dict.fromkeys(teachers.values())),
        method=scores.get("method"),
        labels={task: len(loaded.vocabulary.labels[task]) for task in loaded.model.tasks},
        n_words=len(loaded.vocabulary.words) - _SPECIAL,
        n_neighbours=len(loaded.vocabulary.neighbours or ()),
        n_parameters=loaded.model.n_parameters(),
    )
