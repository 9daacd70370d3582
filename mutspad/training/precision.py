"""Resolve the precision of trainings by a measurement, once an experiment."""

import logging
import time
from pathlib import Path

import torch
from torch import Tensor, nn

from mutspad.config import Precision, Run
from mutspad.errors import DeviceError
from mutspad.files import DamagedFileError, read_json, write_json
from mutspad.models.precision import computing_in, round_factors
from mutspad.models.recurrent import BiLSTM
from mutspad.training.resume import Checkpoint

logger = logging.getLogger(__name__)

CLEARLY_FASTER = 1.05
"""How much faster bfloat16 must be to be taken: where it gains nothing, it only costs digits."""

MEASURABLE: tuple[Precision, ...] = ("fp32", "bf16")

_BATCH, _WORDS, _DIM = 16, 8, 256
_WARM_UP, _TRIALS = 2, 20


def resolve_precision(
    run: Run, checkpoint: Checkpoint | None, measured: Precision | None = None
) -> Run:
    """Replace the precision `auto` of a run by the faster one on this machine.

    On a GPU that is tf32 where a transformer is trained, which waits for its products, and else
    fp32: small LSTMs do not. It is never bf16: PyTorch runs an LSTM there in float16 when it is
    asked for bfloat16, and gradients vanish in the small range of float16.

    A resumed training keeps its precision: its end must not depend on the machine's
    load at the time. No random number is drawn.

    Parameters
    ----------
    run
        The resolved run, its device resolved.
    checkpoint
        Where the training's state is kept, if it is.
    measured
        What `measure_precision` said for the whole experiment; without it, it is asked now.

    Returns
    -------
    Run
        The run with fp32, bf16 or tf32.

    Raises
    ------
    DeviceError
        When the run asks for bf16 on a GPU or for tf32 on a CPU.
    """
    on_gpu = run.training.device == "cuda"
    precision = run.training.precision
    foreign, other = ("bf16", "cpu") if on_gpu else ("tf32", "cuda")
    if precision == foreign:
        raise DeviceError(
            f"training.precision: expected fp32, {'tf32' if on_gpu else 'bf16'} or auto on a "
            f"{'GPU' if on_gpu else 'CPU'}, found {foreign}. Set it to one of these, or "
            f"training.device to {other}, in params.yaml"
        )
    if precision == "auto":
        kept = None if checkpoint is None else checkpoint.read()
        if kept is not None:
            precision = kept["precision"]
        elif on_gpu:
            precision = "tf32" if run.encoder is not None and run.encoder.trained else "fp32"
        else:
            precision = measured or measure_precision()
    round_factors(precision)
    training = run.training.model_copy(update={"precision": precision})
    return run.model_copy(update={"training": training})


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


def write_measured(path: Path, measured: Precision | None) -> None:
    """Write the precision that replaces `auto`; None where no run asks."""
    write_json(path, {"auto": measured})


def read_measured(path: Path) -> Precision | None:
    """Read the file of `write_measured`.

    Raises
    ------
    DamagedFileError
        When the file says anything else.
    """
    content = read_json(path)
    found = content.get("auto") if isinstance(content, dict) else None
    if content != {"auto": found} or found not in (None, *MEASURABLE):
        raise DamagedFileError(
            f"{path}: expected {{'auto': ...}} with fp32, bf16 or null, found {content!r}. Delete "
            "it and run Snakemake again"
        )
    measured: Precision | None = found
    return measured


def _time(precision: Precision, network: nn.ModuleList, inputs: Tensor) -> float:
    """Return the seconds of a step, of this process alone."""
    lens = torch.full((len(inputs),), inputs.shape[1])
    started = time.process_time()
    with computing_in(precision):
        lstm, linear = network
        loss = linear(lstm(inputs, lens)).float().sum()
    torch.autograd.grad(loss, list(network.parameters()))
    return time.process_time() - started
