"""Settle the precision of a training by a measurement, once and for all."""

import logging
import time

import torch
from torch import Tensor, nn

from mutspad.config import Precision, Run
from mutspad.models.precision import computing_in
from mutspad.models.recurrent import BiLSTM
from mutspad.training.resume import Checkpoint

logger = logging.getLogger(__name__)

CLEARLY_FASTER = 1.2
"""How much faster bfloat16 must be to be taken: below, it costs digits and gains little."""

_BATCH, _WORDS, _DIM, _TRIALS = 16, 8, 256, 3


def settle_precision(run: Run, checkpoint: Checkpoint | None) -> Run:
    """Replace the precision `auto` of a run by what it comes to on this machine.

    A training that is taken up keeps what it began with: its end must not depend on the machine's
    load at the time. No random number is drawn.

    Parameters
    ----------
    run
        The resolved run.
    checkpoint
        Where the training's state is kept, if it is.

    Returns
    -------
    Run
        The run with fp32 or bf16.
    """
    if run.training.precision != "auto":
        return run
    kept = None if checkpoint is None else checkpoint.read()
    precision: Precision = _probe() if kept is None else kept["precision"]
    training = run.training.model_copy(update={"precision": precision})
    return run.model_copy(update={"training": training})


def _probe() -> Precision:
    """Time steps of a small network in both precisions and take the better one."""
    with torch.random.fork_rng(devices=[]):
        network = nn.ModuleList([BiLSTM(_DIM, _DIM), nn.Linear(2 * _DIM, 4 * _DIM)])
        inputs = torch.randn(_BATCH, _WORDS, _DIM)
    seconds = {precision: _time(precision, network, inputs) for precision in ("fp32", "bf16")}
    gain = seconds["fp32"] / seconds["bf16"]
    logger.info("precision: a step in bf16 is %.2f times as fast as in fp32", gain)
    return "bf16" if gain >= CLEARLY_FASTER else "fp32"


def _time(precision: Precision, network: nn.ModuleList, inputs: Tensor) -> float:
    """Return the seconds of the fastest of some steps, the first of them apart: it sets up.

    They are the process's own: what else the machine does must not decide.
    """
    seconds = []
    lens = torch.full((len(inputs),), inputs.shape[1])
    for _ in range(1 + _TRIALS):
        started = time.process_time()
        with computing_in(precision):
            lstm, linear = network
            loss = linear(lstm(inputs, lens)).float().sum()
        torch.autograd.grad(loss, list(network.parameters()))
        seconds.append(time.process_time() - started)
    return min(seconds[1:])
