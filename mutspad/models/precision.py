"""In which type products are computed: float32, or bfloat16 with float32 everywhere else."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor

from mutspad.config import Precision


def computing_in(precision: Precision) -> AbstractContextManager[object]:
    """Compute losses in a precision; weights, and the updates of them, stay in float32.

    Only the CPU computes in bfloat16.

    Leave the context before going backwards: each gradient takes the type of its product by itself.

    Raises
    ------
    ValueError
        When the precision is not resolved.
    """
    if precision == "auto":
        raise ValueError("precision: expected fp32 or bf16, found auto")
    return nullcontext() if precision == "fp32" else torch.autocast("cpu", torch.bfloat16)


def widened(scores: Tensor) -> Tensor:
    """Return scores in float32 at least, as sums of exponentials need."""
    return scores.to(torch.promote_types(scores.dtype, torch.float32))
