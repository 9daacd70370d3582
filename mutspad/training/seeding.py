"""Seed every random generator, so that a run is reproducible to the byte."""

import os
import random

import numpy as np
import torch

from mutspad.errors import ConfigError

MAX_SEED = 2**32 - 1
"""NumPy's legacy generator takes no larger seed."""


def make_deterministic() -> None:
    """Make PyTorch deterministic on one thread.

    The number of threads decides the order in which floating-point sums are taken. One job takes
    one thread, so that `--cores 1` and `--cores 2` give the same bytes.
    """
    # As use_deterministic_algorithms(True), which also imports PyTorch's compiler, two seconds of
    # each process.
    torch.set_deterministic_debug_mode("error")
    # Filling every new tensor only helps to find reads of memory that nobody wrote; 4 % of a
    # parser's step.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.set_num_threads(1)


def make_cuda_deterministic() -> None:
    """Make CUDA deterministic; call this before the first matrix product on the GPU."""
    # Without it cuBLAS and cuDNN's LSTM may share out their work in another way in each call. Of
    # the two values that PyTorch takes, this one leaves cuBLAS its faster products.
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"


def seed_everything(seed: int) -> None:
    """Seed Python, NumPy and PyTorch on every device, and make PyTorch deterministic.

    Raises
    ------
    ConfigError
        When the seed is negative or too large.
    """
    if not 0 <= seed <= MAX_SEED:
        raise ConfigError(f"seeds: expected numbers from 0 to {MAX_SEED}, found {seed}")
    make_deterministic()
    random.seed(seed)
    # Seeds what third-party code may draw; our own draws have generators of their own.
    np.random.seed(seed)  # noqa: NPY002
    torch.manual_seed(seed)
