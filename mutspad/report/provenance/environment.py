"""Describe the environment of a run: revision, packages, processor, operating system."""

import hashlib
import logging
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from mutspad.training.seeding import make_deterministic

logger = logging.getLogger(__name__)

INSTRUCTION_SETS = re.compile(r"sse4_2|f16c|fma|avx\w*|amx\w*|asimd\w*|sve\w*|bf16|i8mm")
"""Those that kernels of linear algebra are chosen by, under the names of /proc/cpuinfo."""

CPU_NAMES = ("model name", "Hardware", "Model")
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
    return {
        "git": describe_revision(root, outputs),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": installed,
        "not_as_locked": {
            name: {"locked": wanted, "installed": installed.get(name)}
            for name, wanted in locked.items()
            if not _is_same(wanted, installed.get(name))
        },
        "system": describe_system(),
        "processor": describe_processor(),
        "gpu": describe_gpu(),
        "threads": count_threads(),
        "settings": {name: os.environ[name] for name in SETTINGS if name in os.environ},
    }


def describe_revision(root: Path, outputs: Iterable[str] = ()) -> dict[str, Any] | None:
    """Name the git revision and what differs from it, each file with its SHA-256.

    Returns
    -------
    dict or None
        None outside a git repository. `dirty` says that a file of the checkout, ignored ones and
        `outputs` left out, is not as it is in the revision. Where git refuses to answer, as in a
        checkout of another user, `warning` has its words.
    """
    refusal = _refuses(root)
    if refusal is not None:
        folder = root.resolve()
        if not any((place / ".git").exists() for place in (folder, *folder.parents)):
            return None
        logger.warning("The commit is not recorded, git refuses: %s", refusal)
        return {"revision": None, "dirty": True, "changed": {}, "warning": refusal}
    revision = _git(root, "rev-parse", "--verify", "HEAD")
    left_out = [f":(exclude){path}" for path in outputs]
    listed = _git(
        root,
        "status",
        "--porcelain=v1",
        "-z",
        "--no-renames",
        "--untracked-files=all",
        "--",
        ".",
        *left_out,
    )
    changed = [entry[3:] for entry in (listed or "").split("\0") if entry]
    top = Path((_git(root, "rev-parse", "--show-toplevel") or str(root)).strip())
    return {
        "revision": revision and revision.strip(),
        "dirty": bool(changed) or revision is None,
        "changed": {path: _sha256(top / path) for path in sorted(changed)},
    }


def list_changes(root: Path, revision: str, patterns: Iterable[str]) -> set[str] | None:
    """List the files like one of the patterns that are not as they are in a revision.

    Returns
    -------
    set of str or None
        Paths below the checkout, of removed and of untracked files, too. None when git does not
        know the revision here.
    """
    paths = [f":(glob){pattern}" for pattern in patterns]
    changed = _git(
        root, "diff", "--name-only", "-z", "--no-renames", "--relative", revision, "--", *paths
    )
    untracked = _git(root, "ls-files", "-z", "--others", "--exclude-standard", "--", *paths)
    if changed is None or untracked is None:
        return None
    return {path for path in (changed + untracked).split("\0") if path}


def describe_processor(cpuinfo: str | None = None) -> dict[str, Any]:
    """Name the processor, its cores and the instruction sets that decide about decimals.

    Parameters
    ----------
    cpuinfo
        The content of /proc/cpuinfo; by default this machine's, where there is one.
    """
    if cpuinfo is None:
        path = Path("/proc/cpuinfo")
        cpuinfo = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    fields: dict[str, str] = {}
    for line in cpuinfo.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            fields.setdefault(key.strip(), value.strip())
    names = [fields[key] for key in CPU_NAMES if fields.get(key)]
    flags = (fields.get("flags") or fields.get("Features") or "").split()
    return {
        "model": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "instruction_sets": sorted(flag for flag in flags if INSTRUCTION_SETS.fullmatch(flag)),
        "pytorch_kernels": torch.backends.cpu.get_cpu_capability(),
    }


def describe_gpu() -> dict[str, Any] | None:
    """Name the GPU that trainings take with `device: auto`, and the CUDA that PyTorch has for it.

    Returns
    -------
    dict or None
        None where PyTorch sees no GPU.
    """
    if not torch.cuda.is_available():
        return None
    return {"model": torch.cuda.get_device_name(), "cuda": torch.version.cuda}


def describe_system() -> dict[str, Any]:
    """Name the operating system and its C library."""
    try:
        distribution = platform.freedesktop_os_release().get("PRETTY_NAME")
    except OSError:
        distribution = None
    return {
        "name": platform.system(),
        "release": platform.release(),
        "distribution": distribution,
        "libc": " ".join(platform.libc_ver()).strip() or None,
        "machine": platform.machine(),
    }


def count_threads() -> int:
    """Count the threads that one job computes with."""
    make_deterministic()
    return torch.get_num_threads()


def parse_lock(lock: str) -> dict[str, str]:
    """Map the packages of a `requirements.txt` to their pinned versions, sorted."""
    pins = re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.MULTILINE)
    return dict(sorted(pins))


def _is_same(locked: str, installed: str | None) -> bool:
    """Return whether a version is the locked one, local build labels (`+cpu`) aside."""
    return installed is not None and locked in (installed, installed.partition("+")[0])


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _git(root: Path, *arguments: str) -> str | None:
    """Run git and return its output; None when there is no git or it fails."""
    done = _run_git(root, *arguments)
    return done.stdout if done and done.returncode == 0 else None


def _refuses(root: Path) -> str | None:
    """Return why git does not work in a folder; None where it does."""
    done = _run_git(root, "rev-parse", "--is-inside-work-tree")
    if done is None:
        return "git is not installed"
    return done.stderr.strip() if done.returncode else None


def _run_git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str] | None:
    """Run git in a folder; None where it is not installed."""
    git = shutil.which("git")
    if git is None:
        return None
    # Where status would write the index, it would wait for, or disturb, another git process.
    environment: Mapping[str, str] = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    return subprocess.run(  # noqa: S603
        [git, *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )


def _sha256(path: Path) -> str | None:
    """Hash a file; None when it was removed."""
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
