"""The page of the study: what was tried on dev, what was best, and whether the search was long."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from tabulate import tabulate

from mutspad.config.sections import SearchRange, StudyParams
from mutspad.training.study import expected_best

SHOWN = 3
"""Best trials shown for each model."""


def collect_trials(trials: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Collect what trials gave: one row a trial, one column a key of the setting."""
    return pd.DataFrame(
        {
            "model": trial["model"],
            "trial": trial["number"],
            "seed": trial["seed"],
            **trial["setting"],
            "dev": trial["dev"],
            "best_epoch": trial["best_epoch"],
            "epochs": len(trial["epochs"]),
        }
        for trial in trials
    )


def describe_study(trials: pd.DataFrame, study: StudyParams) -> str:
    """Describe the space, each model's best trials and expected best score, as Markdown."""
    space = [[f"`{key}`", _show(choices)] for key, choices in study.space.items()]
    lines = [
        "# The study of the recipe",
        "",
        f"{study.trials} random trials for each model, all on dev; test is never read.",
        "",
        tabulate(space, headers=["setting", "space"], tablefmt="github"),
    ]
    for model, rows in trials.groupby("model", sort=False):
        best = rows.sort_values("dev", ascending=False).head(SHOWN)
        expected = expected_best(rows["dev"].tolist())
        budgets = sorted({1, 2, 4, 8, 16, 32, len(expected)} & {*range(1, len(expected) + 1)})
        lines += [
            "",
            f"## {model}",
            "",
            tabulate(
                [[_value(value) for value in row] for row in best[_columns(best)].values],
                headers=_columns(best),
                tablefmt="github",
            ),
            "",
            "Expected best dev score by number of trials (unbiased; Tang et al., 2020):",
            "",
            tabulate(
                [[f"{expected[budget - 1]:.2f}" for budget in budgets]],
                headers=[str(budget) for budget in budgets],
                tablefmt="github",
                disable_numparse=True,
            ),
        ]
    return "\n".join(lines) + "\n"


def _columns(rows: pd.DataFrame) -> list[str]:
    """List the columns to show: the seed is the same in all."""
    return [name for name in rows.columns if name not in ("model", "seed")]


def _show(choices: object) -> str:
    """Show what a setting is drawn from."""
    if isinstance(choices, SearchRange):
        scale = ", in the logarithm" if choices.log else ""
        return f"{choices.low:g} to {choices.high:g}{scale}"
    return ", ".join(map(str, choices)) if isinstance(choices, list) else str(choices)


def _value(value: object) -> object:
    """Show a number with two decimals at most where that says enough."""
    return f"{value:.4g}" if isinstance(value, float) else value
