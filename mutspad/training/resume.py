"""Resume an interrupted training; the result is byte-identical to that of one without a stop."""

import hashlib
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import torch

from mutspad.files import write_bytes

logger = logging.getLogger(__name__)


def identify(code: str, seed: int, inputs: Iterable[Path]) -> str:
    """Hash all that a training depends on.

    Parameters
    ----------
    code
        The fingerprint of the code.
    seed
        The seed.
    inputs
        The files that the training reads, and folders of such files.
    """
    digest = hashlib.sha256(f"{code} {seed}".encode())
    for place in inputs:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file():
                with path.open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


@dataclass(slots=True)
class Checkpoint:
    """Keep the state of a training in a file while it runs.

    The file is read with `weights_only`: whatever stands in it, opening it runs no code. It holds
    tensors, plain values, and records of the classes that trainings name as safe.

    Parameters
    ----------
    path
        The file.
    identity
        What the training depends on, as a hash: the checkpoint of another training is not resumed.
    seconds
        How long to wait between two writes; 0 writes after every step.
    """

    path: Path
    identity: str
    seconds: float
    _written: float = field(default_factory=time.monotonic)

    def due(self) -> bool:
        """Return whether it is time to write."""
        return time.monotonic() - self._written >= self.seconds

    def write(self, state: Mapping[str, Any]) -> None:
        """Replace the file by the state, atomically."""
        content = BytesIO()
        # Into memory first: what torch says of a full disk names neither the disk nor the file.
        torch.save({"identity": self.identity, "state": dict(state)}, content)
        write_bytes(self.path, content.getvalue())
        self._written = time.monotonic()

    def read(self) -> dict[str, Any] | None:
        """Return the state to resume, on the CPU, or None when there is none that fits."""
        if not self.path.exists():
            return None
        try:
            found = torch.load(self.path, map_location="cpu", weights_only=True)
            identity, state = found["identity"], found["state"]
        # Torn bytes can fail anywhere inside the reader, with any exception.
        except Exception as error:
            logger.warning("%s: not a checkpoint (%s); starting afresh", self.path, error)
            return None
        if identity != self.identity:
            logger.warning("%s: a checkpoint of another training; starting afresh", self.path)
            return None
        return dict(state)

    def remove(self) -> None:
        """Remove the file: the training has ended and its model is written."""
        self.path.unlink(missing_ok=True)
