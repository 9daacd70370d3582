"""Dataset unification: every training sentence annotated for every task (paper 4.2.2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mutspad.data.sentence import Layer, Origin, Sentence, merge
from mutspad.tasks import TASKS, Task


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
    merged = merge(corpora[task] for task in tasks)
    # Missing layers are listed before any is added: the annotator sees no silver layer.
    lacking = {
        task: [sentence for sentence in merged.values() if task not in sentence.layers]
        for task in tasks
    }
    for task, sentences in lacking.items():
        if not sentences:
            continue
        for sentence, layer in zip(sentences, annotate_missing(task, sentences), strict=True):
            silver = replace(layer, origin=Origin.SILVER)
            merged[sentence.id] = merged[sentence.id].with_layers({task: silver})
    return list(merged.values())
