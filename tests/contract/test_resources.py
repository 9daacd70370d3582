"""Jobs ask for what the lists in benchmarks/ say that they take, and nobody trains for it again."""

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
MARGIN = 1.5
# Phases of the lists by the rules that do their work today; all others take the default.
RULES = {
    "baselines": "train_baseline",
    "pretrain": "pretrain_model",
    "finetune": "finetune_model",
    "unify": "unify_domain",
    "predict": "apply_model",
    "embed": "embed_domain",
    "ablate": "ablate_units",
    "rank_words": "rank_words",
    "pretrain_lm": "pretrain_lm",
}


def snakemake(*arguments: str, folder: Path = ROOT) -> str:
    """Call Snakemake on the checkout's workflow and return what it printed."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    done = subprocess.run(
        [*command, "--directory", str(folder), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def measured() -> dict[str, tuple[float, float]]:
    """Map rules, and "" for all others, to their largest memory (MiB) and time (minutes)."""
    again = {row["job"]: row for row in read("paper_again")}
    largest: dict[str, tuple[float, float]] = {}
    for row in [*read("quick"), *read("paper")]:
        memory = float((again.get(row["job"]) or row)["max_rss_mib"])
        rule = RULES.get(row["phase"], "")
        known = largest.get(rule, (0.0, 0.0))
        largest[rule] = max(known[0], memory), max(known[1], float(row["seconds"]) / 60)
    return largest


def read(name: str) -> list[dict[str, str]]:
    """Read a list of measured jobs."""
    with (ROOT / "benchmarks" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def asked() -> dict[str, dict[str, str]]:
    """Collect what each rule of the shipped experiment asks for."""
    planned = snakemake("--dry-run", "--forceall", "all")
    jobs = re.findall(r"^rule (\w+):\n((?:    .*\n)+)", planned, re.MULTILINE)
    return {
        rule: dict(re.findall(r"(\w+)=([^,\s]+)", said.partition("resources: ")[2]))
        for rule, said in jobs
    }


def test_every_job_asks_for_what_its_kind_has_taken(asked: dict[str, dict[str, str]]) -> None:
    largest = measured()
    assert set(RULES.values()) <= set(asked) & set(largest)
    for rule, said in asked.items():
        memory, minutes = largest.get(rule, largest[""])
        assert float(said["mem_mb"]) / 1.048576 >= MARGIN * memory, rule
        assert float(said["runtime"]) >= MARGIN * minutes, rule
        # Much more than that, and a node stands half empty.
        assert float(said["mem_mb"]) <= 4000 + MARGIN * memory, rule


def test_only_few_kinds_of_jobs_ask_for_more_than_the_default() -> None:
    default = yaml.safe_load((ROOT / "profiles/default/config.yaml").read_text())
    assert set(default["default-resources"]) == {"mem_mb", "runtime", "disk_mb"}
    for path in (ROOT / "workflow/rules").glob("*.smk"):
        amounts = re.findall(r"(?:mem_mb|runtime)=(.*),$", path.read_text(), re.MULTILINE)
        assert all(re.fullmatch(r"growing\(\d+\)", amount) for amount in amounts), path


def test_no_resource_makes_anything_again(tmp_path: Path) -> None:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    target = "results/demo/precision.json"
    snakemake("--cores", "1", target, folder=tmp_path)
    for other in (["mem_mb=1"], ["mem_mb=9000", "runtime=7", "disk_mb=1", "slurm_partition=x"]):
        again = snakemake("--dry-run", target, "--default-resources", *other, folder=tmp_path)
        assert "Nothing to be done" in again
    rule = "measure_precision:mem_mb=77"
    assert "Nothing to be done" in snakemake("-n", target, "--set-resources", rule, folder=tmp_path)
