"""Reproduce and extend MuTSPad: multi-task supervised pretraining and adaptation for tweets."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    load: Callable[..., Any]

__all__ = ["load"]


def __getattr__(name: str) -> Any:
    """Import `mutspad.load` when it is asked for: it brings torch, and no step is to wait for it.

    By name, so that the code of tagging is no part of what every step's fingerprint covers.
    """
    if name == "load":
        return importlib.import_module("mutspad.tagging.pipeline").load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
