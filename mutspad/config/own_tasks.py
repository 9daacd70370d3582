"""Sequence-labelling tasks of one's own, beside the four of the paper."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from mutspad.config.base import Closed
from mutspad.tasks import Scheme, TaskSpec, add_tasks

Lower = Literal["pos", "chunk"]
LOWER: tuple[Lower, ...] = ("pos", "chunk")
"""The tasks whose features other branches read (paper 3.3)."""
Metric = Literal["accuracy", "f1", "precision", "recall"]
METRICS: dict[Literal["plain", "iob2"], tuple[Metric, ...]] = {
    "plain": ("accuracy",),
    "iob2": ("f1", "precision", "recall"),
}
"""What a scheme can be scored by, the default first."""
_SHOWN = {"accuracy": "acc", "f1": "F1", "precision": "P", "recall": "R"}
# What means something else in columns, names of models, JSON, CoNLL-U or training curves.
_TAKEN = {
    *("word", "head", "all", "each", "mean", "domain", "epoch", "id", "space_after", "token_range"),
    *("text", "tokens", "chunks", "entities", "entity", "deprel", "start_char", "end_char"),
}


class TaskParams(Closed):
    """Define a task of your own: one label a word, or spans of words."""

    scheme: Literal["plain", "iob2"]  # plain: a label a word; iob2: spans, as B-, I- and O
    # the tasks whose features its branch reads (paper 3.3)
    reads: list[Lower] = Field(default_factory=lambda: list(LOWER))
    # by which epochs and methods are compared; null: accuracy (plain), exact-match F1 (iob2)
    metric: Metric | None = None
    label: str | None = None  # in tables; null: the name in capitals

    @model_validator(mode="after")
    def _check_metric(self) -> "TaskParams":
        if self.metric is not None and self.metric not in METRICS[self.scheme]:
            known = ", ".join(METRICS[self.scheme])
            raise ValueError(
                f"metric: expected one of {known} for the scheme {self.scheme}, found {self.metric}"
            )
        return self

    def describe(self, name: str) -> TaskSpec:
        """Describe the task as those of the paper are."""
        metric = self.metric or METRICS[self.scheme][0]
        label = self.label or name.upper()
        return TaskSpec(
            column=f"mutspad:{name}",
            conllu=name.title().replace("_", ""),
            scheme=Scheme(self.scheme),
            reads=tuple(task for task in LOWER if task in self.reads),
            metric=metric,
            measure=metric if metric == "accuracy" else f"exact-match {metric.replace('f1', 'F1')}",
            head="tagger",
            label=label,
            heading=f"{label} ({_SHOWN[metric]})",
        )


def _add(tasks: dict[str, TaskParams]) -> dict[str, TaskParams]:
    """Make the tasks known: what is read after them may name them."""
    for name in tasks:
        if not re.fullmatch("[a-z][a-z0-9_]*", name):
            raise ValueError(f"'{name}': expected small letters, digits and _, a letter first")
        if name in _TAKEN:
            raise ValueError(f"'{name}' means something else in files: choose another name")
    add_tasks({name: task.describe(name) for name, task in tasks.items()})
    return tasks


OwnTasks = Annotated[dict[str, TaskParams], AfterValidator(_add)]
"""Name of a task -> its definition; reading it makes the tasks known."""
