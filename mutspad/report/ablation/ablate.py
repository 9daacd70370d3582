"""Ablate the units of the POS features one at a time and score every class (paper 5.5).

Unit i of h_pos is ablated by zeroing the weights that read it: column i of T_pos and column i of
the POS classifier.
"""

import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

import numpy as np
import torch
from numpy.typing import NDArray

from mutspad.data.batching import VectorSource, collate, encode
from mutspad.data.labels import OUTSIDE, iob1_to_iob2
from mutspad.data.sentence import Layer, Sentence
from mutspad.data.vocab import Vocabulary
from mutspad.errors import CheckpointError, MutspadError
from mutspad.evaluation.class_scores import ClassCounts
from mutspad.models.fast.variants import Variants, parts, pos_readers, read_pos
from mutspad.models.mutspad import MuTSPad
from mutspad.report.ablation.drops import Ablation
from mutspad.tasks import Scheme, Task
from mutspad.training.predict import annotate

SENTENCES = 64
"""Sentences whose unchanging part is computed at once."""

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Predictions of some variants for some sentences of one length.

    Parameters
    ----------
    sentences
        Indices of the sentences.
    first
        The place of the first of these variants.
    labels
        Label rows, `[variants, sentences, words]`.
    heads
        For dependencies only: heads counted from 1, 0 for a root, of the same shape.
    """

    sentences: tuple[int, ...]
    first: int
    labels: Rows
    heads: Rows | None


def ablate(
    model: MuTSPad,
    vocabulary: Vocabulary,
    sentences: Sequence[Sentence],
    task: Task,
    *,
    multi_root: bool,
    units: Sequence[int] | None = None,
    contextual: VectorSource | None = None,
) -> Ablation:
    """Compute the drop of each class's score without each unit of h_pos.

    Parameters
    ----------
    model, vocabulary
        A trained model with a POS branch that others read, and its vocabulary.
    sentences
        Sentences with a layer of the task, usually its dev set.
    task
        Whose classes to score; a task of the model.
    multi_root
        Whether a tree may have several roots.
    units
        Which units to ablate; all when None.
    contextual
        The cached vectors of the model's contextual encoder, if it reads any.

    Raises
    ------
    CheckpointError
        When the model lacks the task, or a POS branch that others read.
    MutspadError
        When a sentence has no gold layer of the task.
    """
    chosen = _choose_units(model, task, units)
    gold = _Gold(task, vocabulary, sentences)
    counts = ClassCounts(gold.supports, len(chosen) + 1)
    for predicted in predict_ablated(
        model,
        vocabulary,
        sentences,
        task,
        multi_root=multi_root,
        units=chosen,
        contextual=contextual,
    ):
        gold.count(predicted, counts)
    return gold.summarise(counts, chosen)


def ablate_one_by_one(
    model: MuTSPad,
    vocabulary: Vocabulary,
    sentences: Sequence[Sentence],
    task: Task,
    *,
    multi_root: bool,
    units: Sequence[int] | None = None,
    contextual: VectorSource | None = None,
) -> Ablation:
    """Compute the same as `ablate` as the paper describes it: one model and pass for each unit.

    This is what `ablate` is tested and measured against; arguments are those of `annotate`.
    """
    chosen = _choose_units(model, task, units)
    gold = _Gold(task, vocabulary, sentences)
    counts = ClassCounts(gold.supports, len(chosen) + 1)
    variants = chain((without_unit(model, unit) for unit in chosen), [model])
    for place, variant in enumerate(variants):
        annotated = annotate(
            variant,
            vocabulary,
            sentences,
            [task],
            multi_root=multi_root,
            contextual=contextual,
        )
        gold.count_layers([sentence.layers[task] for sentence in annotated], counts, place)
    return gold.summarise(counts, chosen)


def without_unit(model: MuTSPad, unit: int) -> MuTSPad:
    """Return a copy of a model in which nothing reads a unit of h_pos."""
    variant = copy.deepcopy(model)
    with torch.no_grad():
        for linear in pos_readers(variant):
            linear.weight[:, unit] = 0.0
    return variant


def spread(sentences: Sequence[Sentence], limit: int | None) -> list[Sentence]:
    """Sample at most `limit` evenly spaced sentences."""
    if limit is None or len(sentences) <= limit:
        return list(sentences)
    return [sentences[place * len(sentences) // limit] for place in range(limit)]


@torch.inference_mode()
def predict_ablated(
    model: MuTSPad,
    vocabulary: Vocabulary,
    sentences: Sequence[Sentence],
    task: Task,
    *,
    multi_root: bool,
    units: Sequence[int],
    contextual: VectorSource | None = None,
) -> Iterator[Predictions]:
    """Yield the predictions of the models without each unit, and last of the model itself.

    Labels are those of the head, before impossible IOB2 tags are mended. Arguments are those of
    `ablate`.

    Raises
    ------
    CheckpointError
        When the model lacks the task, or a POS branch that others read.
    """
    # The decorator, unlike a block, leaves the mode of the caller alone at every yield.
    was_training = model.training
    model.eval()
    try:
        variants = Variants(model, task, _choose_units(model, task, units))
        encoded = [encode(vocabulary, sentence, contextual=contextual) for sentence in sentences]
        order = sorted(range(len(encoded)), key=lambda index: len(encoded[index]))
        for _, group in groupby(order, key=lambda index: len(encoded[index])):
            alike = list(group)
            for part in parts(len(alike), SENTENCES):
                indices = alike[part]
                batch = collate(vocabulary, [encoded[index] for index in indices])
                shared, h_pos = read_pos(model, batch)
                for found in variants.predict(shared, h_pos, multi_root=multi_root):
                    yield Predictions(
                        tuple(indices[found.sentences]), found.first, found.labels, found.heads
                    )
    finally:
        model.train(was_training)


def _choose_units(model: MuTSPad, task: Task, units: Sequence[int] | None) -> tuple[int, ...]:
    """Check that the model has what an ablation needs, and return the units to ablate."""
    if Task.POS not in model.tasks or Task.POS not in model.reductions or task not in model.tasks:
        needed = "POS and a task that reads it" if task is Task.POS else f"POS and {task}"
        raise CheckpointError(
            f"expected a multi-task model with {needed}, to ablate what reads the POS features, "
            f"found one of {', '.join(model.tasks)}; name the method of such a model in "
            "ablation.method"
        )
    n_units = pos_readers(model)[0].in_features
    chosen = tuple(range(n_units)) if units is None else tuple(units)
    if not chosen or not all(0 <= unit < n_units for unit in chosen):
        raise MutspadError(f"units: expected some from 0 to {n_units - 1}, found {chosen}")
    return chosen


class _Gold:
    """Count correct and wrong predictions of each gold class."""

    def __init__(self, task: Task, vocabulary: Vocabulary, sentences: Sequence[Sentence]) -> None:
        missing = [sentence.id for sentence in sentences if task not in sentence.layers]
        if missing or not sentences:
            found = f"none in sentence {missing[0]}" if missing else "no sentence"
            raise MutspadError(f"expected gold {task} labels to score against, found {found}")
        self.task = task
        labels = vocabulary.labels[task]
        layers = [sentence.layers[task] for sentence in sentences]
        # What follows the beginning and each label, once mended as `annotate` mends it.
        mended = [
            [
                iob1_to_iob2([before, label])[1] if task.spec.scheme is Scheme.IOB2 else label
                for label in labels
            ]
            for before in (*labels, OUTSIDE)
        ]
        others = {label for row in mended for label in row}.union(*(set(x.labels) for x in layers))
        self.classes = (*labels, *sorted(others - set(labels)))
        self._rows = {name: row for row, name in enumerate(self.classes)}
        self._mended = np.array([[self._rows[name] for name in row] for row in mended])
        self._labels = [self._to_rows(layer.labels) for layer in layers]
        self._heads = [np.array(layer.heads or (), dtype=np.int64) for layer in layers]
        self.supports = np.bincount(np.concatenate(self._labels), minlength=len(self.classes))

    def count(self, predicted: Predictions, counts: ClassCounts) -> None:
        """Count the predictions of some variants."""
        labels = predicted.labels
        if self.task.spec.scheme is Scheme.IOB2:
            before = np.full_like(labels, len(self._mended) - 1)
            before[:, :, 1:] = labels[:, :, :-1]
            labels = self._mended[before, labels]
        gold = np.concatenate([self._labels[index] for index in predicted.sentences])
        possible = None
        if predicted.heads is not None:
            heads = np.concatenate([self._heads[index] for index in predicted.sentences])
            possible = predicted.heads.reshape(len(labels), -1) == heads
        flat = labels.reshape(len(labels), -1)
        counts.add(gold, flat, first=predicted.first, possible=possible)

    def count_layers(self, layers: Sequence[Layer], counts: ClassCounts, place: int) -> None:
        """Count the predictions of one variant, as `annotate` gives them."""
        predicted = np.concatenate([self._to_rows(layer.labels) for layer in layers])
        possible = None
        if self.task is Task.DEP:
            heads = np.concatenate([np.array(layer.heads or ()) for layer in layers])
            possible = (heads == np.concatenate(self._heads))[None, :]
        gold = np.concatenate(self._labels)
        counts.add(gold, predicted[None, :], first=place, possible=possible)

    def summarise(self, counts: ClassCounts, units: tuple[int, ...]) -> Ablation:
        """Build the result from the counts of all variants, the whole model last."""
        f1 = counts.f1()
        return Ablation(
            task=self.task,
            units=units,
            classes=self.classes,
            supports=self.supports,
            base=f1[-1],
            drops=f1[-1] - f1[:-1],
            sentences=len(self._labels),
            words=int(self.supports.sum()),
        )

    def _to_rows(self, labels: Iterable[str]) -> Rows:
        return np.array([self._rows[label] for label in labels], dtype=np.int64)
