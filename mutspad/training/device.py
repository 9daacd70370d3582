"""Resolve the device and the precision of a run."""

import logging
from collections.abc import Mapping
from typing import Any

import torch

from mutspad.config.base import Device, Precision
from mutspad.config.params import Run
from mutspad.errors import DeviceError
from mutspad.models.checkpoint import LoadedModel
from mutspad.models.mutspad import MuTSPad
from mutspad.models.precision import round_factors
from mutspad.training.precision import measure_precision
from mutspad.training.resume import Checkpoint
from mutspad.training.seeding import make_cuda_deterministic

logger = logging.getLogger(__name__)


def resolve_auto(
    run: Run,
    checkpoint: Checkpoint | None,
    kept: Mapping[str, Any] | None,
    measured: Precision | None = None,
) -> Run:
    """Replace what is `auto` of a run: by the GPU where there is one, by the faster precision.

    On a GPU that is tf32 where a transformer is trained, which waits for its products, and else
    fp32: small LSTMs do not. It is never bf16: PyTorch runs an LSTM there in float16 when it is
    asked for bfloat16, and gradients vanish in the small range of float16.

    A resumed training stays on its device, as another one rounds sums in another order and draws
    other random numbers, and keeps its precision: its end must not depend on the machine's load at
    the time. No random number is drawn.

    Parameters
    ----------
    run
        The resolved run.
    checkpoint, kept
        Where the training's state is kept, if it is, and the state to resume.
    measured
        What `measure_precision` said for the whole experiment; without it, it is asked now.

    Returns
    -------
    Run
        The run with cpu or cuda, and with fp32, bf16 or tf32.

    Raises
    ------
    DeviceError
        When the run, or the training to resume, asks for a GPU and there is none, or the run for
        bf16 on a GPU or for tf32 on a CPU.
    """
    device, precision = run.training.device, run.training.precision
    if device == "auto":
        found: Device = "cuda" if torch.cuda.is_available() else "cpu"
        device = found if kept is None else kept["device"]
    if device == "cuda" and not torch.cuda.is_available():
        if run.training.device == "cuda" or checkpoint is None:
            raise DeviceError(
                f"training.device: expected a GPU that PyTorch {torch.__version__} can use, as it "
                "says cuda, found none. Set it to auto or cpu in params.yaml, or run where there "
                "is one"
            )
        raise DeviceError(
            f"{checkpoint.path}: expected a GPU, as the training began on one, found none. Go on "
            "where there is one, or remove the file to start afresh"
        )
    on_gpu = device == "cuda"
    foreign, other = ("bf16", "cpu") if on_gpu else ("tf32", "cuda")
    if precision == foreign:
        raise DeviceError(
            f"training.precision: expected fp32, {'tf32' if on_gpu else 'bf16'} or auto on a "
            f"{'GPU' if on_gpu else 'CPU'}, found {foreign}. Set it to one of these, or "
            f"training.device to {other}, in params.yaml"
        )
    logger.info("device: %s", _prepare(device))
    if precision == "auto":
        if kept is not None:
            precision = kept["precision"]
        elif on_gpu:
            precision = "tf32" if run.encoder is not None and run.encoder.trained else "fp32"
        else:
            precision = measured or measure_precision()
    round_factors(precision)
    training = run.training.model_copy(update={"device": device, "precision": precision})
    return run.model_copy(update={"training": training})


def place_model(loaded: LoadedModel) -> MuTSPad:
    """Move a model to the device that it was trained on; without that one, leave it on the CPU.

    So its predictions are those that training saw, and a model can be used everywhere.
    """
    device = loaded.run.training.device
    if device == "cuda" and not torch.cuda.is_available():
        logger.warning("device: expected a GPU, as the model was trained on one, found none: cpu")
        device = "cpu"
    _prepare(device)
    round_factors(loaded.run.training.precision)
    return loaded.model.to(device)


def _prepare(device: Device) -> str:
    """Make a device deterministic and return its name."""
    if device != "cuda":
        return device
    make_cuda_deterministic()
    return f"{device}, {torch.cuda.get_device_name()}"
