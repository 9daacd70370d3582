"""Run the programs of both sides, one or two at once, and measure the speed of the machine."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
OURS = Path(sys.executable)
PEERS = ROOT / "benchmarks" / ".venv" / "bin" / "python"

THREAD_LIMITS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS")

Step = tuple[float, float, int]
"""When a step began and ended, on the clock that all processes share, and its words."""


class JobError(click.ClickException):
    """Signal a program that failed or measured nothing."""


@dataclass(frozen=True, slots=True)
class Mode:
    """Hold one way to use the machine: so many jobs at once, each with so many threads."""

    name: str
    jobs: int
    threads: int


ONE_THREAD = Mode("one job, one thread", 1, 1)
MODES = (ONE_THREAD, Mode("one job, two threads", 1, 2), Mode("two jobs at once", 2, 1))


@dataclass(frozen=True, slots=True)
class Program:
    """Hold a program that measures its own steps.

    Parameters
    ----------
    python
        `OURS` or `PEERS`.
    module
        To be run with `-m`.
    options
        `{seed}` stands for the job's seed. The threads and the output are added.
    """

    python: Path
    module: str
    options: tuple[str, ...]

    def command(self, *, seed: int, threads: int, output: Path) -> list[str]:
        """Return the command line of a job."""
        options = [option.format(seed=seed) for option in self.options]
        given = [f"--threads={threads}", f"--output={output}"]
        return [str(self.python), "-m", self.module, *options, *given]


def measure_speed(program: Program, mode: Mode, *, repetition: int) -> float:
    """Run the jobs of a mode together and return the words that the machine did a second."""
    with tempfile.TemporaryDirectory() as folder:
        outputs = [Path(folder) / f"{job}.json" for job in range(mode.jobs)]
        commands = [
            program.command(
                seed=1 + repetition * mode.jobs + job, threads=mode.threads, output=output
            )
            for job, output in enumerate(outputs)
        ]
        run_together(commands, threads=mode.threads)
        jobs = []
        for output in outputs:
            measured = json.loads(output.read_text(encoding="utf-8"))
            if measured["threads"] != mode.threads:
                found = measured["threads"]
                raise JobError(f"{program.module}: expected {mode.threads} threads, found {found}")
            jobs.append([tuple(step) for step in measured["steps"]])
    return words_per_second(jobs)


def run_together(commands: Sequence[Sequence[str]], *, threads: int) -> None:
    """Run commands at once; when one fails, end the others and say what it said.

    Raises
    ------
    JobError
        With the last lines of the command that failed.
    """
    environment = limit_threads(threads)
    with tempfile.TemporaryFile() as said:
        running = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=said)
            for command in commands
        ]
        try:
            for process in running:
                if process.wait() != 0:
                    said.seek(0)
                    last = said.read().decode(errors="replace").splitlines()[-20:]
                    command = " ".join(map(str, process.args))  # type: ignore[arg-type]
                    raise JobError("\n".join([f"failed: {command}", *last]))
        finally:
            for process in running:
                if process.poll() is None:
                    process.terminate()
                    process.wait()


def limit_threads(threads: int) -> dict[str, str]:
    """Return an environment of so many threads in which nothing waits for a network."""
    limits = dict.fromkeys(THREAD_LIMITS, str(threads))
    return os.environ | limits | {"HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}


def words_per_second(jobs: Sequence[Sequence[Step]]) -> float:
    """Return the words a second of all jobs together while every one of them was measuring.

    Raises
    ------
    JobError
        When there is no such time.
    """
    start = max((job[0][0] for job in jobs if job), default=0.0)
    end = min((job[-1][1] for job in jobs if job), default=0.0)
    if not all(jobs) or end <= start:
        raise JobError("expected jobs that measure at the same time, found none")
    words = 0.0
    for job in jobs:
        for begun, ended, held in job:
            within = max(0.0, min(ended, end) - max(begun, start))
            words += held * within / (ended - begun)
    return words / (end - start)
