"""The multi-task loss (paper 4.1, equation 6)."""

from collections.abc import Mapping

import torch
from torch import Tensor

from mutspad.tasks import Task


def weighted_loss(
    losses: Mapping[Task, Tensor],
    weights: Mapping[Task, float],
    *,
    n_tasks: int,
    batch_size: float = 1.0,
) -> Tensor:
    """Add the weighted losses of a batch and divide by the number of tasks (equation 6).

    Parameters
    ----------
    losses
        A scalar for each task in the batch.
    weights
        The weights of the model's tasks.
    n_tasks
        The tasks of the model: N stays the same when only one of them is in the batch, so that a
        task's gradient does not depend on the schedule.
    batch_size
        The words of the batch, relative to a mean batch of its corpus. Each loss is a mean over
        words; ours: in proportion to the words of their batch, all words of a corpus count alike,
        whereas else a word of a short sentence counts more.
    """
    return torch.stack([weights[task] * loss for task, loss in losses.items()]).sum() * (
        batch_size / n_tasks
    )
