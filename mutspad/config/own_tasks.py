"""Sequence-labelling tasks of one's own, beside the four of the paper."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from mutspad.config.base import Closed
from mutspad.tasks import Scheme, TaskSpec, add_task

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
# Columns and names of models that mean something else.
_TAKEN = ("word", "head", "all", "each")


class TaskParams(Closed):
    """Define a task of your own: one label a word, or spans of words."""

    scheme: Literal["plain", "iob2"]  # plain: a label a word; iob2: spans, as B-, I- and O
    # the tasks whose features its branch reads (paper 3.3)
    reads: list[Lower] = Field(default_factory=lambda: list(LOWER))
    # by which methods are compared; null: accuracy (plain), exact-match F1 (iob2)
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
            measure=metric if metric == "accuracy" else f"exact-match {_SHOWN[metric]}",
            head="tagger",
            label=label,
            heading=f"{label} ({_SHOWN[metric]})",
        )


def _add(tasks: dict[str, TaskParams]) -> dict[str, TaskParams]:
    """Make the tasks known: what is read after them may name them."""
    for name, task in tasks.items():
        if name in _TAKEN:
            raise ValueError(f"expected a name other than {', '.join(_TAKEN)}, found {name}")
        add_task(name, task.describe(name))
    return tasks


OwnTasks = Annotated[
    dict[Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")], TaskParams], AfterValidator(_add)
]
"""Name of a task -> its definition; reading it makes the tasks known."""
