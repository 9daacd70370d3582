"""Know whether anybody still works in Snakemake's folder, also after a kill.

Snakemake's own locks are files without an owner: after SIGKILL they stay and stop the next command.
Those of flock(2) go with their process, so they tell which of Snakemake's are left over.
"""

import fcntl
import logging
import os
from pathlib import Path

logger = logging.getLogger(__name__)

# Beside Snakemake's folder of locks, which it removes as a whole.
_SNAKEMAKES = "mutspad.lock"
_JOBS = "mutspad-jobs.lock"


def claim(folder: Path) -> bool:
    """Share the folder until this process ends; first remove the locks of killed Snakemakes.

    They are removed only when no other process shares the folder. Otherwise, and on a file system
    without locks, all stays as it is and Snakemake's own locks decide.

    Parameters
    ----------
    folder
        Snakemake's, `.snakemake`.

    Returns
    -------
    bool
        Whether jobs of a killed Snakemake are still running.
    """
    try:
        handle = _open(folder / _SNAKEMAKES)
        alone = _lock_alone(handle)
        if alone:
            _remove_locks(folder / "locks")
        left_running = alone and _are_held(folder / _JOBS)
        # Not in one step, but whoever comes between finds no lock of ours yet: we write ours later.
        fcntl.flock(handle, fcntl.LOCK_SH)
    except OSError as error:
        logger.warning("%s: cannot be locked (%s)", folder, error)
        return False
    return left_running


def join_jobs(folder: Path) -> None:
    """Count as a running job until this process ends.

    Parameters
    ----------
    folder
        Snakemake's, `.snakemake`.
    """
    try:
        fcntl.flock(_open(folder / _JOBS), fcntl.LOCK_SH)
    except OSError as error:
        logger.warning("%s: cannot be locked (%s)", folder, error)


def wait_for_jobs(folder: Path) -> None:
    """Wait until no job is running: one of a killed Snakemake may write over what ours have made.

    Parameters
    ----------
    folder
        Snakemake's, `.snakemake`.
    """
    logger.warning("Waiting for the jobs that a killed Snakemake has left running.")
    handle = _open(folder / _JOBS)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    """Open a lock's file, which nobody ever removes, without handing it to other programs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)


def _lock_alone(handle: int) -> bool:
    """Lock a file unless another process does."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _are_held(path: Path) -> bool:
    """Say whether some process locks the file."""
    handle = _open(path)
    try:
        return not _lock_alone(handle)
    finally:
        os.close(handle)


def _remove_locks(folder: Path) -> None:
    """Remove the locks in Snakemake's folder of them."""
    stale = sorted(folder.glob("*.lock"))
    for path in stale:
        path.unlink()
    if stale:
        logger.warning("Removed the locks of a killed Snakemake: none is running here.")
