"""An experiment through SLURM, its node drained on the way, gives the bytes of a local run.

`make test-slurm` runs the demo; OVERLAY names files with parameters that are laid over it, for a
shorter look: `make test-slurm OVERLAY=".test/miniature.yaml .test/few.yaml" TARGET=table2`.
"""

import os
import re
import shutil
import time
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
import yaml

from mutspad.config.load import overlay
from tests.pipeline.slurm import Cluster, missing, run_cluster, wait_until

pytestmark = pytest.mark.slurm

HOURS = 3600.0
LOOK = ("--slurm-status-command=squeue", "--slurm-init-seconds-before-status-checks=3")
"""There is no accounting to ask, and the jobs take seconds."""


@pytest.fixture
def target() -> str:
    """Name what is made: by default everything."""
    return os.environ.get("TARGET") or "all"


@pytest.fixture
def parameters() -> dict[str, object]:
    """Read what the run lays over the demo."""
    files = os.environ.get("OVERLAY", "").split()
    return reduce(overlay, (yaml.safe_load(Path(file).read_text()) for file in files), {})


def drain(cluster: Cluster, done: int) -> tuple[int, int]:
    """Drain the node after so many jobs, look at it empty, resume it; count jobs before, after."""
    ended = ("COMPLETED", "FAILED", "CANCELLED", "NODE_FAIL", "TIMEOUT", "OUT_OF_MEMORY")
    wait_until(lambda: cluster.jobs("COMPLETED") >= done, f"{done} jobs are done", 4 * HOURS)
    wait_until(lambda: cluster.jobs("RUNNING") > 0, "a job runs", HOURS)
    cluster.set_node("DRAIN")
    before = cluster.jobs(*ended)
    # What runs is finished, what waits is not started.
    wait_until(lambda: cluster.state() == "drained", "the node is drained", HOURS)
    wait_until(lambda: cluster.jobs("PENDING") > 0, "a job waits for the node", HOURS)
    time.sleep(5)
    assert cluster.jobs("RUNNING") == 0
    cluster.set_node("RESUME")
    return before, cluster.jobs(*ended)


def test_the_tables_are_those_of_a_local_run_and_a_drained_node_costs_only_time(
    untouched: Any, world_at: Any, tmp_path: Path, target: str, parameters: dict[str, object]
) -> None:
    assert missing() == [], "apt-get install slurmctld slurmd slurm-client munge"
    local, remote = untouched, world_at(tmp_path / "remote")
    local.set_params(parameters, base="demo")
    shutil.copytree(local.path, remote.path)
    local.run("snakemake", "--cores", str(os.cpu_count()), target)

    printed = tmp_path / "slurm.txt"
    with run_cluster(tmp_path / "cluster") as cluster:
        command = ["snakemake", "--profile", "profiles/slurm", *LOOK, target]
        running = remote.start(*command, printing_to=printed, **cluster.environment)
        try:
            before, after = drain(cluster, done=3)
            assert running.wait(8 * HOURS) == 0, printed.read_text()
            jobs, failed = cluster.jobs("COMPLETED"), cluster.jobs("FAILED", "NODE_FAIL")
        finally:
            running.terminate()
            running.wait()
    assert before <= after < jobs
    assert failed == 0
    submitted = re.findall(r"submitted with SLURM jobid", printed.read_text())
    assert len(submitted) == jobs
    assert local.digest("tables")
    assert remote.digest() == local.digest()
    # What SLURM's jobs wrote down is what a later run here compares with.
    assert "Nothing to be done" in remote.run("snakemake", "-n", target)
    assert not (tmp_path / "cluster").exists()
