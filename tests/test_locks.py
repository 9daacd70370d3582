"""Locks of the dead are removed, those of the living are not."""

import errno
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mutspad import locks
from mutspad.locks import claim, wait_for_jobs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder in which a Snakemake was killed."""
    (tmp_path / "locks").mkdir()
    for name in ("0.input.lock", "0.output.lock"):
        (tmp_path / "locks" / name).touch()
    return tmp_path


@pytest.fixture
def call(folder: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Give a function that calls one of the module's in a process, which then stays alive."""
    processes = []

    def start(name: str) -> subprocess.Popen[str]:
        code = (
            "import sys, pathlib, mutspad.locks as locks\n"
            f"print(locks.{name}(pathlib.Path(sys.argv[1])), flush=True)\n"
            "sys.stdin.read()"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def answer(process: subprocess.Popen[str]) -> str:
    """Wait for what the call returned."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a process as the kernel does when memory runs out."""
    process.kill()
    process.wait()


def test_locks_stay_as_long_as_anybody_shares_the_folder(
    folder: Path, call: Callable[[str], subprocess.Popen[str]]
) -> None:
    lock = folder / "locks" / "0.output.lock"
    first = call("claim")
    assert answer(first) == "False"
    assert not lock.exists()
    lock.touch()
    second = call("claim")
    assert answer(second) == "False"
    assert lock.exists()
    # The one that came first has gone, but the other one lives.
    kill(first)
    third = call("claim")
    answer(third)
    assert lock.exists()
    kill(second)
    kill(third)
    answer(call("claim"))
    assert not lock.exists()


def test_running_jobs_of_a_killed_snakemake_are_known_and_waited_for(
    folder: Path, call: Callable[[str], subprocess.Popen[str]]
) -> None:
    job = call("join_jobs")
    answer(job)
    claiming = call("claim")
    assert answer(claiming) == "True"
    # While a Snakemake lives, running jobs are taken for its own.
    assert answer(call("claim")) == "False"
    waiting = call("wait_for_jobs")
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(timeout=0.3)
    kill(job)
    assert answer(waiting) == "None"
    wait_for_jobs(folder)


def test_without_locks_of_the_system_those_of_snakemake_decide(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(handle: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks.fcntl, "flock", refuse)
    assert claim(folder) is False
    assert len(list((folder / "locks").iterdir())) == 2
    assert "No locks available" in caplog.text
