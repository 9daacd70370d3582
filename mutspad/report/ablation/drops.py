"""Results of an ablation: the drop of each class's score without each unit (paper 5.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from mutspad.errors import MutspadError
from mutspad.plan.layout import Layout
from mutspad.plan.plan import Plan
from mutspad.tasks import PAPER_TASKS, Task

DECIMALS = 4
UNIT = "unit"


class ClassRecord(BaseModel):
    """The support of a class and its score without ablation, in per cent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    support: int
    score: float


class AblationRecord(BaseModel):
    """Represent `ablation/<model>/seed<k>/<task>.json`: an ablation without its matrix."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    experiment: str
    run: str
    seed: int
    task: Task
    sentences: int
    words: int
    classes: dict[str, ClassRecord] = Field(min_length=1)


@dataclass(frozen=True, slots=True, eq=False)
class Ablation:
    """The drops of one task, `A_task` of the paper.

    Parameters
    ----------
    supports
        Gold words of each class, `[classes]`.
    base
        The score of each class without ablation, per cent, `[classes]`.
    drops
        Score without ablation minus score with it, in points, `[units, classes]`.
    """

    task: Task
    classes: tuple[str, ...]
    supports: NDArray[np.int64]
    base: NDArray[np.float64]
    drops: NDArray[np.float64]
    sentences: int
    words: int

    def supported(self, min_support: int) -> NDArray[np.bool_]:
        """Return a mask of the classes with at least `min_support` gold words, `[classes]`.

        One word of a class with five of them is worth twenty points: a drop there says little. Too
        few words of every class are an error.
        """
        enough: NDArray[np.bool_] = self.supports >= min_support
        if not enough.any():
            raise MutspadError(
                f"{self.task}: expected a class with at least {min_support} gold words, found at "
                f"most {self.supports.max()}; lower ablation.min_support"
            )
        return enough

    def max_drops(self, min_support: int) -> NDArray[np.float64]:
        """Return the maximum class-score drop of each unit, `v_task` of the paper, `[units]`."""
        drops: NDArray[np.float64] = self.drops[:, self.supported(min_support)].max(axis=1)
        return drops

    def max_rises(self, min_support: int) -> NDArray[np.float64]:
        """Return the maximum class-score rise of each unit, `[units]`.

        Ours: a maximum over classes is above 0 even where a unit adds nothing but noise, and more
        so over many classes; noise goes up as far as down.
        """
        rises: NDArray[np.float64] = -self.drops[:, self.supported(min_support)].min(axis=1)
        return rises

    def to_frame(self) -> pd.DataFrame:
        """Return the matrix, a row a unit and a column a class."""
        frame = pd.DataFrame(self.drops.round(DECIMALS), columns=list(self.classes))
        return frame.rename_axis(UNIT)

    def to_record(self, *, experiment: str, run: str, seed: int) -> dict[str, Any]:
        """Return what the matrix does not say, as a JSON value."""
        classes = zip(self.classes, self.supports.tolist(), self.base.tolist(), strict=True)
        return AblationRecord(
            experiment=experiment,
            run=run,
            seed=seed,
            task=self.task,
            sentences=self.sentences,
            words=self.words,
            classes={
                name: ClassRecord(support=support, score=round(score, DECIMALS))
                for name, support, score in classes
            },
        ).model_dump(mode="json")


@dataclass(frozen=True, slots=True, eq=False)
class AblatedRun:
    """The ablations of one model."""

    experiment: str
    run: str
    seed: int
    ablations: Mapping[Task, Ablation]

    def title(self, name: str, subject: str) -> str:
        """Build a title with the name of the experiment; mark synthetic data."""
        kind = "demo: synthetic data" if self.experiment == "demo" else self.experiment
        return f"{name} ({kind}): {subject}; {self.run}, seed {self.seed}"


def read_ablated(results: Path, plan: Plan) -> AblatedRun:
    """Read the ablations of the model whose units the plan ablates."""
    return read_ablations(Layout(results).ablation(plan.ablated, plan.seeds[0]))


def read_ablations(folder: str | Path) -> AblatedRun:
    """Read the ablations of one model, `<task>.csv` and `<task>.json` of every task.

    Raises
    ------
    MutspadError
        When a file is missing or malformed, or the files are not of one model.
    """
    folder = Path(folder)
    ablations, sources = {}, set()
    for task in PAPER_TASKS:
        matrix, description = folder / f"{task}.csv", folder / f"{task}.json"
        try:
            record = AblationRecord.model_validate_json(description.read_bytes())
            # A class may be called "NA" or "null".
            frame = pd.read_csv(matrix, index_col=UNIT, na_filter=False)
        except (OSError, ValueError) as error:
            raise MutspadError(f"{matrix}: expected an ablation's drops, found {error}") from None
        odd = sorted(set(frame.columns) ^ set(record.classes))
        if odd:
            raise MutspadError(f"{matrix}: expected the record's classes, found others: {odd[:5]}")
        classes = [record.classes[name] for name in frame.columns]
        ablations[task] = Ablation(
            task=task,
            classes=tuple(frame.columns),
            supports=np.array([found.support for found in classes], dtype=np.int64),
            base=np.array([found.score for found in classes], dtype=np.float64),
            drops=frame.to_numpy(dtype=np.float64),
            sentences=record.sentences,
            words=record.words,
        )
        sources.add((record.experiment, record.run, record.seed, len(frame)))
    if len(sources) != 1:
        raise MutspadError(f"{folder}: expected the ablations of one model, found several models'")
    ((experiment, run, seed, _),) = sources
    return AblatedRun(experiment, run, seed, ablations)
