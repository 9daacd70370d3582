"""Dataset unification: every training sentence annotated for every task (paper 4.2.2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mutspad.data.sentence import Layer, Origin, Sentence
from mutspad.errors import MutspadError
from mutspad.tasks import TASKS, Task


class UnificationError(MutspadError):
    """Signal training sets that contradict each other."""


def unify(
    corpora: Mapping[Task, Sequence[Sentence]],
    annotate_missing: Callable[[Task, list[Sentence]], list[Layer]],
) -> list[Sentence]:
    """Merge training sets by sentence and fill every missing layer with a silver one (paper 4.2.2).

    The same id in two corpora is the same sentence and keeps the gold layers of both, as EWT's
    sentences can carry gold tags and gold trees. The order is that of the tasks, each sentence
    where it first appears. `annotate_missing` returns a layer for each of the sentences that lack
    a task, and is called at most once a task.
    """
    tasks = [task for task in TASKS if task in corpora]
    merged: dict[str, Sentence] = {}
    for task in tasks:
        _check_corpus(task, corpora[task])
        for sentence in corpora[task]:
            known = merged.get(sentence.id)
            merged[sentence.id] = sentence if known is None else _merge(known, sentence)
    # Missing layers are listed before any is added: the annotator sees no silver layer.
    lacking = {
        task: [sentence for sentence in merged.values() if task not in sentence.layers]
        for task in tasks
    }
    for task, sentences in lacking.items():
        if not sentences:
            continue
        for sentence, layer in zip(sentences, annotate_missing(task, sentences), strict=True):
            if len(layer.labels) != len(sentence):
                raise UnificationError(
                    f"sentence {sentence.id}: expected {len(sentence)} labels of {task}, "
                    f"found {len(layer.labels)}"
                )
            silver = replace(layer, origin=Origin.SILVER)
            merged[sentence.id] = merged[sentence.id].with_layers({task: silver})
    return list(merged.values())


def _check_corpus(task: Task, sentences: Sequence[Sentence]) -> None:
    """Raise an UnificationError when an id stands twice or a sentence lacks the corpus's layer."""
    seen: set[str] = set()
    for sentence in sentences:
        if sentence.id in seen:
            raise UnificationError(
                f"training set of {task}: expected distinct sentence ids, found '{sentence.id}' "
                f"twice"
            )
        if task not in sentence.layers:
            raise UnificationError(
                f"training set of {task}, sentence {sentence.id}: expected a layer of {task}, "
                f"found none"
            )
        seen.add(sentence.id)


def _merge(known: Sentence, other: Sentence) -> Sentence:
    """Add the layers of another copy of the sentence; gold has precedence over silver."""
    if known.words != other.words:
        raise UnificationError(
            f"sentence {known.id}: expected the same words in every training set, found "
            f"'{' '.join(known.words)}' and '{' '.join(other.words)}'"
        )
    layers = dict(known.layers)
    for task, layer in other.layers.items():
        ours = layers.get(task)
        if ours is None or (ours.origin, layer.origin) == (Origin.SILVER, Origin.GOLD):
            layers[task] = layer
        elif ours.origin is layer.origin is Origin.GOLD and ours != layer:
            raise UnificationError(
                f"sentence {known.id}: expected one gold layer of {task}, found two that differ"
            )
    return known.with_layers(layers)
