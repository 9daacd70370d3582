"""The median Normalised Relative Gain, one number for a method on several tasks (paper 5.4)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mutspad.errors import MutspadError

# The official code divides by 1 where the reference leaves nothing to gain.
SMALLEST_ROOM = 1e-16


def mnrg(scores: ArrayLike, reference: ArrayLike, maximum: ArrayLike) -> NDArray[np.float64]:
    """Aggregate a method's gains over a reference: median of (s - ref) / (max - ref), in per cent.

    Tamaazousti et al. (TPAMI 2020, doi:10.1109/TPAMI.2019.2913857), after their published code
    (https://hleborgne.github.io/code): the median of an even number of tasks is the mean of the two
    middle gains, and a room max - ref below 1e-16 counts as 1. Losses are negative gains.

    Parameters
    ----------
    scores, reference
        One score a task, tasks in the same order, `[..., tasks]`.
    maximum
        The best possible score: one number, or one a task.

    Returns
    -------
    array
        The mNRG of each method, `[...]`.

    Raises
    ------
    MutspadError
        When scores and reference are not of the same tasks, or one is no number.
    """
    reached, base = np.asarray(scores, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    same_tasks = reached.shape[-1:] == base.shape[-1:]
    if not (same_tasks and np.isfinite(reached).all() and np.isfinite(base).all()):
        raise MutspadError(
            f"mNRG: expected finite scores of the same tasks, found {reached} and {base}"
        )
    room = np.asarray(maximum) - base
    gains = (reached - base) / np.where(room < SMALLEST_ROOM, 1.0, room)
    result: NDArray[np.float64] = 100 * np.median(gains, axis=-1)
    return result
