"""Search a recipe on dev: random trials of a space of settings, and what more would give.

Trials are drawn at random, not by a model of the scores: only then does the best of n trials have
an unbiased estimate (Tang et al., 2020), which tells whether the search was long enough.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mutspad.config.load import overlay
from mutspad.config.params import Run
from mutspad.config.sections import SearchRange

Setting = Mapping[str, float | str | bool]
"""Dotted key of a resolved model, such as `training.learning_rate` -> its value."""


def draw_setting(
    space: Mapping[str, SearchRange | Sequence[Any]], seed: int, number: int
) -> Setting:
    """Draw the setting of one trial; the same seed and number give the same one.

    Parameters
    ----------
    space
        Dotted key -> the values to choose from, or a range.
    seed, number
        Of the study, and of the trial, counted from 0.
    """
    rng = np.random.default_rng((seed, number))
    return {key: _draw(choices, rng) for key, choices in space.items()}


def _draw(choices: SearchRange | Sequence[Any], rng: np.random.Generator) -> Any:
    """Draw one value, rounded to three digits so that a table shows what was used."""
    if not isinstance(choices, SearchRange):
        return choices[int(rng.integers(len(choices)))]
    low, high = choices.low, choices.high
    if choices.log:
        low, high = math.log(low), math.log(high)
    value = float(rng.uniform(low, high))
    return float(f"{math.exp(value) if choices.log else value:.3g}")


def apply_setting(run: Run, setting: Setting) -> Run:
    """Override a resolved model by the setting of a trial.

    Raises
    ------
    ValidationError
        When a key is unknown or a value is not of its kind.
    """
    values = run.model_dump(mode="json")
    for key, value in setting.items():
        override: dict[str, Any] = {}
        place = override
        *parts, last = key.split(".")
        for part in parts:
            place = place.setdefault(part, {})
        place[last] = value
        values = overlay(values, override)
    return Run.model_validate(values)


def expected_best(scores: Sequence[float]) -> list[float]:
    """Estimate the best dev score of 1, 2, ... trials from the scores of all of them, unbiased.

    The mean of the largest over all subsets of each size: of scores in rising order, the i-th is
    the largest of `C(i - 1, n - 1)` of the `C(N, n)` subsets of n (Tang et al., 2020, equation 4).
    """
    ordered, total = sorted(scores), len(scores)
    return [
        sum(
            math.comb(position, size - 1) / math.comb(total, size) * score
            for position, score in enumerate(ordered)
        )
        for size in range(1, total + 1)
    ]
