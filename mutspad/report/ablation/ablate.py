"""Ablate the units of the POS features one at a time and score every class (paper 5.5).

Whatever reads h_pos, T_pos and the POS classifier, is linear, so that zeroing the weights that read
a unit is zeroing the unit. What lies below h_pos is computed once; what lies above, for each unit.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch

from mutspad.data.batching import VectorSource, collate, encode
from mutspad.data.buckets import word_batches
from mutspad.data.labels import iob1_to_iob2
from mutspad.data.sentence import Layer, Sentence
from mutspad.data.vocab import Vocabulary
from mutspad.errors import CheckpointError
from mutspad.models.mutspad import MuTSPad
from mutspad.report.ablation.drops import Ablation
from mutspad.tasks import Scheme, Task
from mutspad.training.predict import BATCH_WORDS, to_layer

Words = list[tuple[str, int | None]]
"""The class of each word and its head, None where there are no heads."""


def ablate(
    model: MuTSPad,
    vocabulary: Vocabulary,
    sentences: Sequence[Sentence],
    task: Task,
    *,
    multi_root: bool,
    contextual: VectorSource | None = None,
) -> Ablation:
    """Compute the drop of each class's score without each unit of h_pos.

    Parameters
    ----------
    model, vocabulary
        A trained model in evaluation mode, with a POS branch that others read; its vocabulary.
    sentences
        Sentences with a layer of the task, usually its dev set.
    task
        Whose classes to score; a task of the model.
    multi_root
        Whether a tree may have several roots.
    contextual
        The cached vectors of the model's contextual encoder, if it reads any.

    Raises
    ------
    CheckpointError
        When the model lacks the task, or a POS branch that others read.
    """
    _require_branches(model, task)
    gold = _words(sentence.layers[task] for sentence in sentences)
    supports = Counter(label for label, _ in gold)
    labels = vocabulary.labels[task]
    others = set(supports)
    if task.spec.scheme is Scheme.IOB2:
        # An I- tag that continues nothing is predicted as its B- tag.
        others.update(iob1_to_iob2([label])[0] for label in labels)
    classes = (*labels, *sorted(others - set(labels)))
    variants = predict_ablated(
        model,
        vocabulary,
        sentences,
        task,
        multi_root=multi_root,
        units=(*range(model.feature_dim(Task.POS)), None),
        contextual=contextual,
    )
    scores = [class_f1(gold, _words(layers)) for layers in variants]
    f1 = np.array([[score.get(name, 0.0) for name in classes] for score in scores])
    return Ablation(
        task=task,
        classes=classes,
        supports=np.array([supports[name] for name in classes]),
        base=f1[-1],
        drops=f1[-1] - f1[:-1],
        sentences=len(sentences),
        words=len(gold),
    )


# The decorator, unlike a block, leaves the mode of the caller alone at every yield.
@torch.inference_mode()
def predict_ablated(
    model: MuTSPad,
    vocabulary: Vocabulary,
    sentences: Sequence[Sentence],
    task: Task,
    *,
    multi_root: bool,
    units: Iterable[int | None],
    contextual: VectorSource | None = None,
) -> Iterator[list[Layer]]:
    """Yield the layers of all sentences by the model without each unit, or as it is for None.

    Other arguments are those of `ablate`.
    """
    encoded = [encode(vocabulary, sentence, contextual=contextual) for sentence in sentences]
    parts = []
    for indices in word_batches([len(rows) for rows in encoded], BATCH_WORDS):
        batch = collate(vocabulary, [encoded[index] for index in indices])
        shared = model.represent(batch)
        h_pos = model.stack(shared, batch.lens, [Task.POS])[Task.POS]
        parts.append((indices, batch, shared, h_pos))
    for unit in units:
        layers: dict[int, Layer] = {}
        for indices, batch, shared, h_pos in parts:
            ablated = h_pos.clone()
            if unit is not None:
                ablated[..., unit] = 0.0
            features = model.stack(shared, batch.lens, [task], {Task.POS: ablated})[task]
            predictions = model.head(task).predict(features, batch, multi_root=multi_root)
            for index, prediction in zip(indices, predictions, strict=True):
                layers[index] = to_layer(task, prediction, vocabulary.labels[task])
        yield [layers[index] for index in range(len(sentences))]


def class_f1(gold: Words, predicted: Words) -> dict[str, float]:
    """Return the F1 in per cent of each class that occurs.

    The paper does not say what a class score is. Ours is the F1 of the class over words: a POS tag,
    an IOB2 tag, or a relation, which is right only where the head is right too.
    """
    hits = Counter(word[0] for word, given in zip(gold, predicted, strict=True) if word == given)
    total = Counter(label for label, _ in gold) + Counter(label for label, _ in predicted)
    return {label: 200.0 * hits[label] / count for label, count in total.items()}


def spread(sentences: Sequence[Sentence], limit: int | None) -> list[Sentence]:
    """Sample at most `limit` evenly spaced sentences."""
    if limit is None or len(sentences) <= limit:
        return list(sentences)
    return [sentences[place * len(sentences) // limit] for place in range(limit)]


def _require_branches(model: MuTSPad, task: Task) -> None:
    """Check that the model has what an ablation needs."""
    if Task.POS not in model.tasks or Task.POS not in model.reductions or task not in model.tasks:
        needed = "POS and a task that reads it" if task is Task.POS else f"POS and {task}"
        raise CheckpointError(
            f"expected a multi-task model with {needed}, to ablate what reads the POS features, "
            f"found one of {', '.join(model.tasks)}; name the method of such a model in "
            "ablation.method"
        )


def _words(layers: Iterable[Layer]) -> Words:
    """List the words of all layers."""
    return [
        word
        for layer in layers
        for word in zip(layer.labels, layer.heads or [None] * len(layer.labels), strict=True)
    ]
