"""Training curves of the runs behind rows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from mutspad.plan.layout import Layout
from mutspad.plan.models import AS_IS
from mutspad.plan.plan import Plan

# The run of a row, or the one that it was fine-tuned from.
Stage = Literal["row", "parent"]


@dataclass(frozen=True, slots=True)
class Training:
    """Mean dev score after each epoch of a run, and its maximal number of epochs."""

    dev: tuple[float, ...]
    max_epochs: int

    @property
    def epochs_to_best(self) -> int:
        """Count the epochs to the best score."""
        return self.dev.index(max(self.dev)) + 1

    def epochs_to(self, score: float) -> int:
        """Count the epochs until a score is reached, which must be in the curve."""
        return next(epoch for epoch, reached in enumerate(self.dev, 1) if reached >= score)


def read_trainings(folder: Path, plan: Plan) -> dict[str, dict[Stage, list[Training]]]:
    """Read the training curves of the run of each row and of its parent.

    Rows of several runs, and runs that were not trained, are left out.
    """
    trainings: dict[str, dict[Stage, list[Training]]] = {}
    for row, cells in plan.report.table3.items():
        if len(set(cells.values())) != 1:
            continue
        model = next(iter(cells.values()))
        parent = plan.models[model].parent
        if parent is None or plan.models[model].phase == AS_IS:
            continue
        stages: dict[Stage, str] = {"row": model, "parent": parent}
        trainings[row] = {
            stage: [_read_training(folder, plan, name, seed) for seed in plan.models[model].seeds]
            for stage, name in stages.items()
        }
    return trainings


def _read_training(folder: Path, plan: Plan, model: str, seed: int) -> Training:
    """Read the history of one run and seed."""
    history = pd.read_csv(Layout(folder).curve(model, seed))
    return Training(tuple(map(float, history["dev_mean"])), plan.resolve(model).training.max_epochs)
