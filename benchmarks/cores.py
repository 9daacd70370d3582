"""The line about two cores: Snakemake on some training jobs of the quick experiment.

The jobs run in a copy of the repository, so that nothing of the real results changes.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

from benchmarks.inputs import CACHE
from benchmarks.jobs import OURS, ROOT, JobError
from benchmarks.record import Record, Samples, Settings
from mutspad.report.provenance.run_times import read_run_times
from mutspad.tasks import TASKS

SCRATCH = CACHE / "cores"
SEEDS = (1, 2)
JOBS = "the jobs' own time, added up"
EXPERIMENT = "results/quick"
RUNS = [f"tweets.{task}" for task in TASKS]
MODELS = [f"{EXPERIMENT}/models/{run}/seed{seed}/model.json" for run in RUNS for seed in SEEDS]
INPUTS = [f"{EXPERIMENT}/lexicon/lexicon.json", *(f"{EXPERIMENT}/plan/{run}.json" for run in RUNS)]
OVERLAY = {"experiment": "quick", "seeds": list(SEEDS), "baselines": {"max_epochs": 1}}


def measure_cores(settings: Settings, note: Callable[[str], None]) -> Record:
    """Train with two cores and with one: seconds by the clock, Snakemake's own included."""
    note("preparing the corpora")
    _copy_repository()
    _snakemake(INPUTS, cores=2)
    samples: Samples = {"ours": {"--cores 2": []}, "peer": {"--cores 1": []}, JOBS: {}}
    for repetition in range(settings.repetitions):
        for side, cores in (("ours", 2), ("peer", 1)):
            note(f"--cores {cores}, repetition {repetition + 1}")
            for folder in ("baselines", "checkpoints"):
                shutil.rmtree(SCRATCH / EXPERIMENT / folder, ignore_errors=True)
            start = time.monotonic()
            _snakemake(MODELS, cores=cores)
            samples[side][f"--cores {cores}"].append(time.monotonic() - start)
            jobs = read_run_times(SCRATCH / "benchmarks" / "runs" / "quick" / "baselines")
            samples[JOBS].setdefault(f"--cores {cores}", []).append(float(jobs["seconds"].sum()))
    remark = f"{len(MODELS)} jobs: {', '.join(RUNS)}, seeds 1 and 2, one epoch each"
    return Record(samples=samples, remark=remark)


def _copy_repository() -> None:
    """Copy the files that git knows."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (SCRATCH / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, SCRATCH / name)
    (SCRATCH / "bench.yaml").write_text(yaml.safe_dump(OVERLAY), encoding="utf-8")


def _snakemake(targets: Sequence[str], *, cores: int) -> None:
    """Make targets in the copy, each job with one thread.

    Raises
    ------
    JobError
        With the last lines when Snakemake fails.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for name in ("MUTSPAD_MIRROR", "MUTSPAD_LICENSED"):
        if environment.get(name):
            environment[name] = str(Path(environment[name]).resolve())
    command = [str(OURS), "-m", "snakemake", *targets, f"--cores={cores}"]
    command += ["--configfile", "bench.yaml"]
    done = subprocess.run(
        command, cwd=SCRATCH, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise JobError("\n".join(done.stderr.splitlines()[-30:]))
