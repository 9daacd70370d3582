"""Measure, once an experiment, what the precision `auto` of its trainings stands for."""

import logging
import time

import torch
from torch import Tensor, nn

from mutspad.config.base import Precision
from mutspad.models.precision import computing_in
from mutspad.models.recurrent import BiLSTM

logger = logging.getLogger(__name__)

CLEARLY_FASTER = 1.05
"""How much faster bfloat16 must be to be taken: where it gains nothing, it only costs digits."""

_BATCH, _WORDS, _DIM = 16, 8, 256
_WARM_UP, _TRIALS = 2, 20


def measure_precision() -> Precision:
    """Find the precision in which a step of a small network is clearly faster.

    The two take turns, and the fastest step of each counts: what else the machine does must not
    decide. No random number is drawn.
    """
    with torch.random.fork_rng(devices=[]):
        network = nn.ModuleList([BiLSTM(_DIM, _DIM), nn.Linear(2 * _DIM, 4 * _DIM)])
        inputs = torch.randn(_BATCH, _WORDS, _DIM)
    seconds: dict[Precision, list[float]] = {"fp32": [], "bf16": []}
    for _ in range(_WARM_UP + _TRIALS):
        for precision, values in seconds.items():
            values.append(_time(precision, network, inputs))
    gain = min(seconds["fp32"][_WARM_UP:]) / min(seconds["bf16"][_WARM_UP:])
    logger.info("precision: a step in bf16 is %.2f times as fast as in fp32", gain)
    return "bf16" if gain >= CLEARLY_FASTER else "fp32"


def _time(precision: Precision, network: nn.ModuleList, inputs: Tensor) -> float:
    """Return the seconds of a step, of this process alone."""
    lens = torch.full((len(inputs),), inputs.shape[1])
    started = time.process_time()
    with computing_in(precision):
        lstm, linear = network
        loss = linear(lstm(inputs, lens)).float().sum()
    torch.autograd.grad(loss, list(network.parameters()))
    return time.process_time() - started
