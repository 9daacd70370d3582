"""Pair gold and predicted layers, the only place that checks that they belong together."""

from collections.abc import Sequence

from mutspad.data.sentence import Layer, Origin, Sentence
from mutspad.errors import MutspadError
from mutspad.tasks import Task


def pair_layers(
    task: Task, gold: Sequence[Sentence], predicted: Sequence[Sentence]
) -> tuple[list[Layer], list[Layer]]:
    """Pair a task's layers of the same sentences, in the same order.

    Raises
    ------
    MutspadError
        When there are no sentences or not the same, or a layer is missing, too short or too long
        or, on the gold side, silver.
    """
    if not gold or len(gold) != len(predicted):
        raise MutspadError(
            f"{task}: expected sentences with predictions for all, found {len(gold)} and "
            f"predictions for {len(predicted)}"
        )
    for wanted, given in zip(gold, predicted, strict=True):
        if (wanted.id, wanted.words) != (given.id, given.words):
            raise MutspadError(
                f"{task}: expected id and words of the gold sentence '{wanted.id}', found others"
            )
        for side, sentence in (("gold", wanted), ("predicted", given)):
            if task not in sentence.layers:
                raise MutspadError(
                    f"{task}: sentence '{sentence.id}': expected a {side} layer, found none"
                )
            n_labels = len(sentence.layers[task].labels)
            if n_labels != len(sentence.words):
                raise MutspadError(
                    f"{task}: sentence '{sentence.id}': expected {len(sentence.words)} {side} "
                    f"labels, found {n_labels}"
                )
        if wanted.layers[task].origin is not Origin.GOLD:
            raise MutspadError(
                f"{task}: sentence '{wanted.id}': expected a gold layer, found a silver one"
            )
    return [each.layers[task] for each in gold], [each.layers[task] for each in predicted]
