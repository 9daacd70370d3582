"""Snakemake killed by SIGKILL: the same command goes on, and a living one is left in peace."""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.pipeline

SUMMARY = "results/miniature/corpora/tweets/pos/summary.json"
COMMAND = ("snakemake", "--cores", "1", SUMMARY)
REMOVED = "Removed the locks of a killed Snakemake"


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, at most a minute."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_held(path: Path) -> bool:
    """Say whether a process locks a file."""
    if not path.exists():
        return False
    with path.open("rb+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@pytest.fixture
def stopped(untouched: Any, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start the command, and stop its whole group for a while when its first job runs."""
    process = untouched.start(*COMMAND, printing_to=tmp_path / "first.txt")
    try:
        wait_until(lambda: is_held(untouched.path / ".snakemake" / "mutspad-jobs.lock"))
        os.killpg(process.pid, signal.SIGSTOP)
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_after_a_kill_of_the_whole_group_the_same_command_goes_on(
    untouched: Any, stopped: subprocess.Popen[bytes]
) -> None:
    locks = untouched.path / ".snakemake" / "locks"
    held = sorted(locks.iterdir())
    assert held
    # It lives: one may look on, but not run the same, and nobody takes its locks away.
    for looking in (["-n"], ["--summary"], ["--lint"]):
        printed = untouched.run("snakemake", *looking, SUMMARY, fails=looking == ["--lint"])
        assert REMOVED not in printed
    printed = untouched.run(*COMMAND, fails=True)
    assert "LockException" in printed
    assert REMOVED not in printed
    assert sorted(locks.iterdir()) == held
    os.killpg(stopped.pid, signal.SIGKILL)
    stopped.wait()
    assert sorted(locks.iterdir()) == held
    assert REMOVED in untouched.run(*COMMAND)
    assert (untouched.path / SUMMARY).is_file()


def test_jobs_that_outlive_snakemake_are_waited_for(
    untouched: Any, stopped: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    stopped.kill()
    stopped.wait()
    # Nobody has to wait who only looks on.
    untouched.run("snakemake", "-n", SUMMARY)
    second = untouched.start(*COMMAND, printing_to=tmp_path / "second.txt")
    wait_until(lambda: "Waiting for the jobs" in (tmp_path / "second.txt").read_text())
    time.sleep(0.5)
    assert not (untouched.path / SUMMARY).exists()
    assert second.poll() is None
    os.killpg(stopped.pid, signal.SIGCONT)
    assert second.wait(timeout=120) == 0, (tmp_path / "second.txt").read_text()
    assert (untouched.path / SUMMARY).is_file()
