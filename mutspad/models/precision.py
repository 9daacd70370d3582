"""In which type products are computed: float32, or with rounded factors and float32 sums."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor

from mutspad.config.base import Precision


def computing_in(precision: Precision) -> AbstractContextManager[object]:
    """Compute losses in a precision; weights, and the updates of them, stay in float32.

    Only the CPU computes in bfloat16, only a GPU in TF32 (`round_factors`).

    Leave the context before going backwards: each gradient takes the type of its product by itself.
    """
    return torch.autocast("cpu", torch.bfloat16) if precision == "bf16" else nullcontext()


def round_factors(precision: Precision) -> None:
    """Let a GPU round the factors of products to 10 bits for tf32, and for nothing else.

    By default cuDNN always rounds them.
    """
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    torch.backends.cudnn.allow_tf32 = precision == "tf32"


def widened(scores: Tensor) -> Tensor:
    """Return scores in float32 at least, as sums of exponentials need."""
    return scores.to(torch.promote_types(scores.dtype, torch.float32))
