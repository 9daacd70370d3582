"""The paper's printed numbers, typed, and the rows beside them that the paper does not have."""

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from mutspad.config import Closed
from mutspad.tasks import Task

TaskScores = dict[Task, float | None]
CountField = Literal["classes", "train", "dev", "test"]


class PaperCorpus(Closed):
    """One line of Table 1: classes, and tokens of each split (None: the paper prints n/a)."""

    corpus: str
    classes: int
    train: int
    dev: int | None
    test: int


class KnownDifference(Closed):
    """Counts of a public corpus that differ from the paper's, with the reason."""

    corpus: str
    tasks: list[Task]
    ours: dict[CountField, int]
    reason: str


class LiteratureRow(Closed):
    """A row of Table 2 that the paper took from the literature."""

    label: str
    citation: str
    scores: TaskScores


class SotaRow(Closed):
    """The paper's best literature score of each task."""

    label: str
    scores: TaskScores


class MethodRow(Closed):
    """A row of Table 2 that the paper's authors trained."""

    label: str
    pretraining: str
    scores: TaskScores
    mnrg: float | None


class PublishedRow(Closed):
    """Scores published since the paper, by column of the frame."""

    label: str
    pretraining: str
    note: str
    scores: dict[str, float]


class UnificationRow(Closed):
    """A row of Table 3."""

    label: str
    scores: dict[Task, float]


class PaperTable2(Closed):
    """Table 2, rows in the printed order, then the rows that are not in it."""

    literature: dict[str, LiteratureRow]
    best_sota: SotaRow
    rows: dict[str, MethodRow]
    mutspad_best: MethodRow
    since_2020: dict[str, PublishedRow]


class Paper(Closed):
    """The paper's tables."""

    source: str
    hyper_parameters: dict[str, int | float]
    table1: dict[str, dict[Task, PaperCorpus]]
    known_differences: list[KnownDifference]
    table2: PaperTable2
    table3: dict[str, UnificationRow]


@cache
def read_paper() -> Paper:
    """Read the paper's numbers, which are part of the package."""
    text = files("mutspad.report").joinpath("paper.yaml").read_text(encoding="utf-8")
    return Paper.model_validate(yaml.safe_load(text))
