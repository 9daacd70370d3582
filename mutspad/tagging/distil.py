"""Distil trained models into a small one: their labels on raw text are what the small one learns.

It is dataset unification once more (paper 4.2.2), for text that no corpus has labels of.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mutspad.data.anonymise import USER
from mutspad.data.lexicon import Lexicon
from mutspad.data.sentence import Layer, Sentence
from mutspad.data.text import Words
from mutspad.data.unify import unify
from mutspad.data.vectors import Vector
from mutspad.errors import CheckpointError
from mutspad.models.precision import computing_in
from mutspad.tagging.pipeline import Pipeline
from mutspad.tasks import Task

logger = logging.getLogger(__name__)

_REPORTED = 2000  # sentences between two lines of the log
# Beside letters, too, unlike in a text: "RT@somebody". The placeholder and its lower case are none.
_HANDLE = re.compile(rf"@(?!{USER[1:]}\b)\w", re.IGNORECASE)


def label_text(
    corpora: Mapping[Task, Sequence[Sentence]],
    text: Iterable[Words],
    teachers: Mapping[Task, Pipeline],
) -> list[Sentence]:
    """Give every sentence a layer of each task: gold where a corpus has it, else the teacher's.

    Parameters
    ----------
    corpora
        Training sets of the tasks.
    text
        Raw sentences; those of the training sets are left out.
    teachers
        The model that labels each of these tasks, with the products of its training's precision.

    Raises
    ------
    CheckpointError
        When a teacher lacks the task.
    """
    training = {sentence.words for corpus in corpora.values() for sentence in corpus}
    spaced = {tuple(" ".join(words).split()) for words in training}
    raw = [words for words in text if words not in spaced]
    sentences = [*sorted(training), *raw]
    layers: list[dict[Task, Layer]] = [{} for _ in sentences]
    for teacher in dict.fromkeys(teachers.values()):
        tasks = [task for task in corpora if teachers[task] is teacher]
        for task in tasks:
            if task not in teacher.tasks:
                raise CheckpointError(
                    f"the teacher {teacher.model.run.name}: expected a model with the task {task}, "
                    f"found one with {', '.join(teacher.tasks)}"
                )
        with computing_in(teacher.model.run.training.precision):
            for number, document in enumerate(teacher.pipe(sentences)):
                layers[number] |= {task: document.layers[task] for task in tasks}
                if (number + 1) % _REPORTED == 0 or number + 1 == len(sentences):
                    logger.info(
                        "%s: %d of %d sentences labelled",
                        ", ".join(tasks),
                        number + 1,
                        len(sentences),
                    )
    labelled = dict(zip(sentences, layers, strict=True))

    def annotate_missing(task: Task, sentences: list[Sentence]) -> list[Layer]:
        return [labelled[sentence.words][task] for sentence in sentences]

    return [
        *unify(corpora, annotate_missing),
        *(
            Sentence(f"text-{number}", words).with_layers(labelled[words])
            for number, words in enumerate(raw, 1)
        ),
    ]


def reduce_lexicon(
    lexicon: Lexicon, sentences: Iterable[Sentence], *, words: int, dim: int, min_count: int = 0
) -> Lexicon:
    """Keep the most frequent words of some sentences, and few dimensions of their vectors.

    A word with a handle that anonymisation has missed is left out, and so is a rare one that has no
    pretrained vector: what a single tweet says is not to be published.

    Parameters
    ----------
    lexicon
        Words and vectors.
    sentences
        Where words are counted, each under its form as written and its lower-cased one.
    words
        How many to keep.
    dim
        The vectors become so many of their principal components, with their standard deviation.
    min_count
        How often a word without a pretrained vector must stand there.
    """
    counts = Counter(key for each in sentences for word in each.words for key in lexicon.keys(word))
    known = [
        row
        for row, word in enumerate(lexicon.words)
        if not _HANDLE.search(word) and (lexicon.has_vector[row] or counts[word] >= min_count)
    ]
    ranked = sorted(known, key=lambda row: -counts[lexicon.words[row]])
    rows = sorted(ranked[:words])
    vectors, has_vector = lexicon.vectors, lexicon.has_vector[rows]
    if vectors is not None:
        vectors = vectors[rows]
        if dim < lexicon.dim and has_vector.any():
            vectors = _project(vectors, has_vector, dim)
    return replace(
        lexicon,
        words=tuple(lexicon.words[row] for row in rows),
        vectors=vectors,
        has_vector=has_vector,
        dim=dim if vectors is None else vectors.shape[1],
    )


def _project(vectors: Vector, has_vector: NDArray[np.bool_], dim: int) -> Vector:
    """Return the first principal components of vectors, `[words, dim]`; other rows are zero."""
    found = vectors[has_vector].astype(np.float64)
    centred = found - found.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    # Largest first; which way an axis points is chance, so its largest element is made positive.
    axes = axes[:, : -dim - 1 : -1]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(dim)])
    components = centred @ axes
    projected = np.zeros((len(vectors), dim), dtype=np.float32)
    projected[has_vector] = components * (found.std() / components.std())
    return projected
