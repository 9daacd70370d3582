import random

import numpy as np
import pytest
import torch

from mutspad.errors import ConfigError
from mutspad.training.seeding import make_deterministic, seed_everything


def _draw():
    return random.random(), np.random.rand(), torch.rand(()).item()  # noqa: NPY002, S311


def test_one_seed_fixes_every_generator():
    seed_everything(5)
    first = _draw()
    seed_everything(5)
    assert _draw() == first
    seed_everything(6)
    assert all(ours != theirs for ours, theirs in zip(_draw(), first, strict=True))


@pytest.mark.parametrize("make", [make_deterministic, lambda: seed_everything(1)])
def test_torch_is_deterministic_on_one_thread(make):
    torch.use_deterministic_algorithms(False)
    torch.set_num_threads(2)
    make()
    assert torch.get_num_threads() == 1
    assert torch.are_deterministic_algorithms_enabled()


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_an_impossible_seed_is_refused(seed):
    with pytest.raises(ConfigError, match="seeds"):
        seed_everything(seed)
