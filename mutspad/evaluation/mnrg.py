"""The median Normalised Relative Gain, one number for a method on several tasks (paper 5.4)."""

from collections.abc import Sequence

import numpy as np

from mutspad.errors import MutspadError

# The official code divides by 1 where the reference leaves nothing to gain.
SMALLEST_ROOM = 1e-16


def mnrg(
    scores: Sequence[float], reference: Sequence[float], maximum: float | Sequence[float]
) -> float:
    """Aggregate a method's gains over a reference: median of (s - ref) / (max - ref), in per cent.

    Tamaazousti et al. (TPAMI 2020, doi:10.1109/TPAMI.2019.2913857), after their published code
    (https://hleborgne.github.io/code): the median of an even number of tasks is the mean of the two
    middle gains, and a room max - ref below 1e-16 counts as 1. Losses are negative gains.

    Parameters
    ----------
    scores, reference
        One score a task, tasks in the same order.
    maximum
        The best possible score: one number, or one a task.

    Raises
    ------
    MutspadError
        When the three do not have the same tasks, there is none, or a score is not finite.
    """
    method = np.asarray(scores, dtype=np.float64)
    base = np.asarray(reference, dtype=np.float64)
    best = np.asarray(maximum, dtype=np.float64)
    if method.ndim != 1 or method.size == 0 or base.shape != method.shape:
        raise MutspadError(
            f"mNRG: expected one score a task and as many of the reference, "
            f"found shapes {method.shape} and {base.shape}"
        )
    if best.shape not in ((), method.shape):
        raise MutspadError(
            f"mNRG: expected one maximum, or one for each of {method.size} tasks, "
            f"found shape {best.shape}"
        )
    if not (np.isfinite(method).all() and np.isfinite(base).all() and np.isfinite(best).all()):
        raise MutspadError(
            f"mNRG: expected finite scores, found {method.tolist()}, reference {base.tolist()}, "
            f"maximum {best.tolist()}"
        )
    room = best - base
    gains = (method - base) / np.where(room < SMALLEST_ROOM, 1.0, room)
    return 100 * float(np.median(gains))
