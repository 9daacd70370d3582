"""Resolve the device of a run."""

import logging

import torch

from mutspad.config import Device, Run
from mutspad.errors import DeviceError
from mutspad.models.checkpoint import LoadedModel
from mutspad.models.mutspad import MuTSPad
from mutspad.models.precision import round_factors
from mutspad.training.resume import Checkpoint
from mutspad.training.seeding import make_cuda_deterministic

logger = logging.getLogger(__name__)


def resolve_device(run: Run, checkpoint: Checkpoint | None) -> Run:
    """Replace the device `auto` of a run by the GPU, or by the CPU where there is none.

    A resumed training stays on its device: another one rounds sums in
    another order and draws other random numbers.

    Parameters
    ----------
    run
        The resolved run.
    checkpoint
        Where the training's state is kept, if it is.

    Returns
    -------
    Run
        The run with cpu or cuda.

    Raises
    ------
    DeviceError
        When the run, or the training to resume, asks for a GPU and there is none.
    """
    device = run.training.device
    kept = None if device != "auto" or checkpoint is None else checkpoint.read()
    if kept is not None:
        device = kept["device"]
    elif device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        if kept is None or checkpoint is None:
            raise DeviceError(
                f"training.device: expected a GPU that PyTorch {torch.__version__} can use, as it "
                "says cuda, found none. Set it to auto or cpu in params.yaml, or run where there "
                "is one"
            )
        raise DeviceError(
            f"{checkpoint.path}: expected a GPU, as the training began on one, found none. Go on "
            "where there is one, or remove the file to start afresh"
        )
    logger.info("device: %s", _prepare(device))
    training = run.training.model_copy(update={"device": device})
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
