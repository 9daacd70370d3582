"""One line says how far a workflow is; failures show their logs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from snakemake_logger_plugin_line import Progress, describe, show_seconds

LOGGER = Path(__file__).resolve().parent.parent.parent / "workflow" / "logger"
SNAKEFILE = """
rule all:
    input: expand("out/{name}.txt", name=["a", "b"])

rule write_it:
    output: "out/{name}.txt"
    log: "logs/{name}.log"
    shell: "echo 'what went on' > {log}; test {wildcards.name} != bad && touch {output}"
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "Snakefile").write_text(SNAKEFILE)
    command = [sys.executable, "-m", "snakemake", *arguments, "--cores", "1", "--logger", "line"]
    paths = [str(LOGGER), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_run_ends_with_its_jobs_and_leaves_the_listing_in_a_log(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0
    lines = done.stderr.splitlines()
    assert "0 of 3 jobs" in lines[0]
    assert "write it (" in lines[0]
    assert lines[-1].startswith("3 jobs done in ")
    (listing,) = (tmp_path / ".snakemake" / "log").glob("*.log")
    assert listing.read_text().count("rule write_it:") == 2
    assert "Nothing to be done" in run(tmp_path).stderr


def test_a_failed_job_shows_the_end_of_its_log(tmp_path: Path) -> None:
    done = run(tmp_path, "out/bad.txt")
    assert done.returncode == 1
    assert "Failed: write it (bad)\nEnd of logs/bad.log:\n  what went on\n" in done.stderr
    assert "CalledProcessError" not in done.stderr


def test_an_error_before_the_first_job_is_shown(tmp_path: Path) -> None:
    done = run(tmp_path, "nonsense.txt")
    assert done.returncode == 1
    assert "nonsense.txt" in done.stderr


def test_the_rest_takes_as_long_as_the_like_of_it_did() -> None:
    progress = Progress({"fit": 3, "score": 4}, now=0.0)
    assert progress.seconds_left(0.0) is None
    progress.start(1, "fit", 0.0)
    progress.start(2, "score", 0.0)
    progress.finish(2, 2.0)
    progress.start(3, "score", 2.0)
    progress.finish(3, 4.0)
    progress.start(4, "fit", 4.0)
    progress.finish(1, 10.0)
    # Left are two fits of 10 s, one of which has run for 6, and two scores of 2 s. So far 20
    # seconds of work took 10.
    assert progress.seconds_left(10.0) == pytest.approx((2 * 10 + 2 * 2 - 6) / 2)
    assert progress.done == 3


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.4, "0 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7261, "2 h 1 min")],
)
def test_durations(seconds: float, shown: str) -> None:
    assert show_seconds(seconds) == shown


def test_a_job_is_named_by_its_rule_and_wildcards() -> None:
    assert describe("train_baseline", ["tweets.pos", 1]) == "train baseline (tweets.pos, 1)"
    assert describe("all", []) == "all"
