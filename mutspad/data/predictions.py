"""Predictions of one model and split: every sentence of its tasks' corpora once, in one file."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mutspad.data.conllup import read_conllup, write_conllup
from mutspad.data.sentence import Sentence, merge
from mutspad.errors import MutspadError
from mutspad.tasks import Task


def write_predictions(path: str | Path, predicted: Mapping[Task, Sequence[Sentence]]) -> None:
    """Write the predicted layers of each task, those of the same sentence together."""
    write_conllup(path, [*merge(predicted.values()).values()])


def read_predictions(path: str | Path) -> dict[str, Sentence]:
    """Read predictions by the ids of their sentences."""
    return {sentence.id: sentence for sentence in read_conllup(path)}


def select_predictions(
    predicted: Mapping[str, Sentence], task: Task, gold: Iterable[Sentence], path: str | Path
) -> list[Sentence]:
    """Return the predictions of a task's sentences, each with this task's layer alone."""
    selected = []
    for wanted in gold:
        sentence = predicted.get(wanted.id)
        if sentence is None or task not in sentence.layers:
            raise MutspadError(
                f"{path}: expected a prediction of {task} for '{wanted.id}', found none"
            )
        only = Sentence(sentence.id, sentence.words)
        selected.append(only.with_layers({task: sentence.layers[task]}))
    return selected
