"""The paper's printed numbers, typed, and the rows beside them that the paper does not have."""

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from mutspad.config.base import Closed
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


class PaperRow(Closed):
    """A row of Table 2 or 3; a score that the paper does not print is None."""

    label: str
    scores: TaskScores
    citation: str = ""  # of a row that the paper took from the literature
    pretraining: str = ""
    mnrg: float | None = None


class PublishedRow(Closed):
    """Scores published since the paper, by column of the frame."""

    label: str
    pretraining: str
    note: str
    scores: dict[str, float]


class PaperTable2(Closed):
    """Table 2, rows in the printed order, then the rows that are not in it."""

    literature: dict[str, PaperRow]
    best_sota: PaperRow
    rows: dict[str, PaperRow]
    mutspad_best: PaperRow
    since_2020: dict[str, PublishedRow]


class Paper(Closed):
    """The paper's tables."""

    source: str
    hyper_parameters: dict[str, int | float]
    table1: dict[str, dict[Task, PaperCorpus]]
    known_differences: list[KnownDifference]
    table2: PaperTable2
    table3: dict[str, PaperRow]

    def row(self, name: str) -> PaperRow | None:
        """Return a row of Table 2 or 3 that the authors trained; None where the paper has none."""
        return (self.table2.rows | self.table3).get(name)


@cache
def read_paper() -> Paper:
    """Read the paper's numbers, which are part of the package."""
    text = files("mutspad.report").joinpath("paper.yaml").read_text(encoding="utf-8")
    return Paper.model_validate(yaml.safe_load(text))
