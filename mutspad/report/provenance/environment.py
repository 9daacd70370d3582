"""Describe the environment of a run: revision, packages, processor, operating system."""

import logging
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from mutspad.training.seeding import make_deterministic

logger = logging.getLogger(__name__)

SETTINGS = (
    "ATEN_CPU_CAPABILITY",
    "DNNL_MAX_CPU_ISA",
    "MKL_CBWR",
    "MKL_ENABLE_INSTRUCTIONS",
    "ONEDNN_MAX_CPU_ISA",
    "OPENBLAS_CORETYPE",
)
"""Variables that choose other kernels than the processor would, and with them other decimals."""


def describe_environment(root: Path, lock: str, *, outputs: Iterable[str] = ()) -> dict[str, Any]:
    """Describe the revision, the packages and the machine, without names of host or user.

    Parameters
    ----------
    root
        The checkout.
    lock
        What `requirements.txt` says.
    outputs
        Paths of the checkout that a run writes: being changed, they do not make it dirty.
    """
    locked = parse_lock(lock)
    installed = {name: found for name in locked if (found := _version(name))}
    make_deterministic()
    return {
        "git": describe_revision(root, outputs),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": installed,
        "not_as_locked": {
            name: {"locked": wanted, "installed": installed.get(name)}
            for name, wanted in locked.items()
            # Local build labels (`+cpu`) aside.
            if installed.get(name, "").partition("+")[0] != wanted.partition("+")[0]
        },
        "system": platform.platform(),
        "processor": describe_processor(),
        "gpu": None
        if not torch.cuda.is_available()
        else {"model": torch.cuda.get_device_name(), "cuda": torch.version.cuda},
        "threads": torch.get_num_threads(),
        "settings": {name: os.environ[name] for name in SETTINGS if name in os.environ},
    }


def describe_revision(root: Path, outputs: Iterable[str] = ()) -> dict[str, Any] | None:
    """Name the git revision and the files that differ from it; None where git knows none."""
    revision = run_git(root, "rev-parse", "--verify", "HEAD")
    if revision is None:
        return None
    left_out = [f":(exclude){path}" for path in outputs]
    options = ("--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
    listed = run_git(root, "status", *options, "--", ".", *left_out) or ""
    changed = sorted(entry[3:] for entry in listed.split("\0") if entry)
    return {"revision": revision.strip(), "dirty": bool(changed), "changed": changed}


def describe_processor() -> dict[str, Any]:
    """Name the processor, its cores and the instruction sets that decide about decimals."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text(encoding="utf-8", errors="replace") if cpuinfo.is_file() else ""
    names = re.findall(r"^model name\s*: (.+)", text, re.MULTILINE)
    capabilities = torch.cpu.get_capabilities()
    return {
        "model": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "instruction_sets": sorted(name for name, has in capabilities.items() if has is True),
        "pytorch_kernels": torch.backends.cpu.get_cpu_capability(),
    }


def parse_lock(lock: str) -> dict[str, str]:
    """Map the packages of a `requirements.txt` to their pinned versions, sorted."""
    pins = re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.MULTILINE)
    return dict(sorted(pins))


def run_git(root: Path, *arguments: str) -> str | None:
    """Run git in a folder and return its output; None when there is no git or it fails."""
    git = shutil.which("git")
    if git is None:
        return None
    done = subprocess.run(  # noqa: S603
        [git, *arguments],
        cwd=root,
        # Where status would write the index, it would wait for, or disturb, another git process.
        env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )
    if done.returncode:
        logger.warning("git %s: %s", arguments[0], done.stderr.strip())
        return None
    return done.stdout


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
