"""The workflow, DVC's stages, the plan and the verbs agree; jobs ask for what they take."""

import csv
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from mutspad.cli.step.record import ARTEFACTS
from mutspad.plan.files import Files
from mutspad.plan.plan import Plan
from mutspad.report.provenance.provenance import belongs, name_artefacts

ROOT = Path(__file__).resolve().parent.parent.parent
IN_GIT = {
    *("scores", "silver", "data.json", "ablation"),
    *("tables", "figures", "statistics", "claims.md", "claims.json"),
}
MARGIN = 1.5
# Phases of the lists in benchmarks/ by the rules that do their work; all others take the default.
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


def snakemake(*arguments: str) -> str:
    """Call Snakemake in the checkout and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def split_jobs(planned: str) -> list[str]:
    """Cut what a dry run printed into its jobs."""
    return re.split(r"\n(?=(?:local)?rule )", planned)


def files_of(job: str, directive: str) -> set[str]:
    """Collect the files that a job names."""
    return {
        file
        for line in re.findall(rf"^    {directive}: (.*)$", job, re.MULTILINE)
        for file in line.replace(" (update)", "").split(", ")
    }


def folders(job: str, directive: str) -> set[str]:
    """Collect the folders and files just below results/<experiment>/ that a job names."""
    return {f.split("/")[2] for f in files_of(job, directive) if f.startswith("results/")}


def rule_of(job: str) -> str:
    """Return the rule of a job, "" for what is printed around the jobs."""
    (name,) = re.findall(r"^(?:local)?rule (\w+):", job) or [""]
    return str(name)


def asked_of(job: str) -> dict[str, str]:
    """Map the resources that a job asks for to their amounts."""
    return dict(re.findall(r"(\w+)=([^,\s]+)", job.partition("resources: ")[2]))


def measured() -> dict[str, tuple[float, float]]:
    """Map rules, and "" for all others, to their largest memory (MiB) and time (minutes)."""
    again = {row["job"]: row for row in read_times("paper_again")}
    largest: dict[str, tuple[float, float]] = {}
    for row in [*read_times("quick"), *read_times("paper")]:
        memory = float((again.get(row["job"]) or row)["max_rss_mib"])
        rule = RULES.get(row["phase"], "")
        known = largest.get(rule, (0.0, 0.0))
        largest[rule] = max(known[0], memory), max(known[1], float(row["seconds"]) / 60)
    return largest


def read_times(name: str) -> list[dict[str, str]]:
    """Read a list of measured jobs."""
    with (ROOT / "benchmarks" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def planned() -> list[str]:
    """Plan every job of the shipped experiment."""
    return split_jobs(snakemake("--dry-run", "--forceall", "all"))


@pytest.fixture(scope="module")
def on_a_gpu() -> list[str]:
    """Plan every job of an experiment on real corpora, which are downloaded, on a GPU."""
    said = ["--config", "experiment=quick", "training={device: cuda}"]
    return split_jobs(snakemake("--dry-run", "--forceall", "all", *said))


@pytest.fixture(scope="module")
def stages() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    return loaded


def outs_of(stage: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Map what a stage makes, just below results/<experiment>/, to its flags."""
    return {path.rsplit("/", 1)[1]: flags for out in stage["outs"] for path, flags in out.items()}


def test_jobs_make_what_the_plan_says(planned: list[str], plan_of: Callable[..., Plan]) -> None:
    plan = plan_of()
    files = Files(plan)
    made = {file for job in planned for file in files_of(job, "output")}
    expected = {
        *files.processed(),
        *files.caches(),
        *files.models(),
        *files.predictions(plan.models),
        *files.unified(),
        *files.committed(),
    }
    assert expected <= made
    models = [job for job in planned if "/weights.safetensors" in job.partition("output: ")[2]]
    assert len(models) == len(plan.trained()) * len(plan.seeds)


def test_one_job_scores_a_seed_and_none_predicts_apart_but_for_another_domain(
    planned: list[str], plan_of: Callable[..., Plan]
) -> None:
    counted = [rule_of(job) for job in planned]
    assert [name for name in counted if name.startswith("score_")] == [
        f"score_seed{seed}" for seed in plan_of().seeds
    ]
    assert counted.count("apply_model") == len(plan_of().as_is())


def test_a_job_waits_behind_none_of_less_priority(on_a_gpu: list[str]) -> None:
    makers: dict[str, tuple[str, int]] = {}
    readers: list[tuple[str, int, set[str]]] = []
    for job in on_a_gpu:
        name = rule_of(job)
        priority = int("".join(re.findall(r"^    priority: (\d+)$", job, re.MULTILINE)) or 0)
        makers |= dict.fromkeys(files_of(job, "output"), (name, priority))
        readers.append((name, priority, files_of(job, "input")))
    waits = {
        (makers[path][0], name, makers[path][1] < priority)
        for name, priority, inputs in readers
        for path in inputs
        if path in makers
    }
    assert {
        ("download", "prepare_corpus", False),
        ("build_lexicon", "train_baseline", False),
        ("train_baseline", "unify_domain", False),
    } <= waits
    assert [wait for wait in waits if wait[2]] == []


def test_only_a_training_on_a_gpu_asks_for_one(planned: list[str], on_a_gpu: list[str]) -> None:
    gpus = {rule_of(job): asked_of(job).get("gpu") for job in on_a_gpu}
    trainings = {"train_baseline", "pretrain_model", "finetune_model"}
    assert {rule for rule, gpu in gpus.items() if gpu} >= trainings
    assert {gpus[rule] for rule in trainings} == {"1"}
    assert gpus["prepare_corpus"] is None
    assert not [job for job in planned if "gpu" in asked_of(job)]


def test_every_job_asks_for_what_its_kind_has_taken(planned: list[str]) -> None:
    largest, asked = measured(), {rule_of(job): asked_of(job) for job in planned if rule_of(job)}
    assert set(RULES.values()) <= set(asked) & set(largest)
    for rule, said in asked.items():
        memory, minutes = largest.get(rule, largest[""])
        assert float(said["mem_mb"]) / 1.048576 >= MARGIN * memory, rule
        assert float(said["runtime"]) >= MARGIN * minutes, rule
        # Much more than that, and a node stands half empty.
        assert float(said["mem_mb"]) <= 4000 + MARGIN * memory, rule


def test_the_small_model_is_a_target_of_its_own(planned: list[str]) -> None:
    said = ["--config", 'distil={"teacher": "multi_task_learning"}']
    jobs = split_jobs(snakemake("--dry-run", "--forceall", "distil", *said))
    made = {file for job in jobs for file in files_of(job, "output")}
    own = [job for job in jobs if "/distilled/" in job.partition("output: ")[2]]
    read = {file for job in own for file in files_of(job, "input")}
    assert len(own) == 3
    assert "results/demo/models/tweets.all/seed1/weights.safetensors" in read
    assert "results/demo/distilled/README.md" in made
    assert read - made == {"results/demo/plan.json"}
    assert not any("distilled" in job for job in planned)


def test_a_mistake_on_the_command_line_is_named() -> None:
    refused = snakemake("--dry-run", "plan", "--config", 'training={"max_epochs": "x"}')
    assert "the command line (--config, --configfile): training.max_epochs: Input" in refused


def test_of_a_committed_seed_nothing_is_made(plan_of: Callable[..., Plan], tmp_path: Path) -> None:
    """A fresh clone with the results of seed 1: no metadata, no models, times that say nothing."""
    committed = [tmp_path / path for path in Files(plan_of()).committed()]
    for path in committed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    shutil.copy(ROOT / "params.yaml", tmp_path)

    def plan(seeds: str) -> str:
        said = [f"seeds={seeds}", "committed_seeds=[1]"]
        return snakemake("--dry-run", "--directory", str(tmp_path), "outcome", "--config", *said)

    jobs = split_jobs(plan("[1,2]"))
    made = {file for job in jobs for file in files_of(job, "output")}
    both = Files(plan_of(seeds=[1, 2], committed_seeds=[1]))
    assert {*both.models(), *both.unified()} <= made
    assert "results/demo/tables/table2.md" in made
    assert not [file for file in made if "seed1" in file]

    alone = split_jobs(plan("[1]"))
    made = {file for job in alone for file in files_of(job, "output")}
    assert {"tables", "figures", "statistics", "provenance.json"} <= {f.split("/")[2] for f in made}
    assert not {f.split("/")[2] for f in made} & {"corpora", "lexicon", "language_model", "models"}

    # Tables from before must not hide that a score is missing.
    for file in made:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    committed[1].unlink()
    missing = plan("[1]")
    assert "MissingInputException" in missing
    assert str(committed[1].relative_to(tmp_path)) in missing


def test_the_record_knows_every_file_and_job_of_the_workflow(
    planned: list[str], plan_of: Callable[..., Plan]
) -> None:
    plan = plan_of()
    jobs = re.findall(
        r"^    benchmark: benchmarks/runs/demo/(.*)\.tsv$", "\n".join(planned), re.MULTILINE
    )
    assert len(jobs) > 60
    assert all(belongs(plan, job) for job in jobs)
    patterns = [*name_artefacts(plan), *ARTEFACTS]
    # To fnmatch, a star goes through folders.
    patterns = [pattern.replace("**/", "") for pattern in patterns]
    made = {
        file.removeprefix("results/demo/")
        for job in planned
        for file in files_of(job, "output")
        if file.startswith("results/demo/")
    }
    # A record does not hash itself; the report's pages hold what is hashed, for a browser.
    unknown = {path for path in made if not any(fnmatch(path, like) for like in patterns)}
    assert {path.split("/")[0] for path in unknown} == {"provenance.json", "report"}


def test_a_stage_depends_on_every_result_that_its_jobs_read(
    stages: dict[str, Any], planned: list[str]
) -> None:
    made_by = {out: name for name, stage in stages.items() for out in outs_of(stage)}
    # It names the commit and the clock: no output that a hash could certify.
    made_by["provenance.json"] = "tables"
    read: dict[str, set[str]] = {name: set() for name in stages}
    for job in planned:
        for stage in {made_by[folder] for folder in folders(job, "output")}:
            read[stage] |= folders(job, "input") - {f for f in made_by if made_by[f] == stage}
    for name, stage in stages.items():
        declared = {dep.rsplit("/", 1)[1] for dep in stage["deps"] if dep.startswith("results/")}
        # The plan is derived from the parameters alone, which stand behind the corpora too.
        assert read[name] - declared <= {"plan"}, name


def test_every_out_persists_and_small_text_goes_to_git(stages: dict[str, Any]) -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    for stage in stages.values():
        for out, flags in outs_of(stage).items():
            assert flags["persist"] is True, out
            assert flags.get("cache", True) is (out not in IN_GIT), out
            pattern = f"results/*/{out}"
            assert bool({pattern, f"{pattern}/"} & set(ignored)) is flags.get("cache", True), out


def test_no_step_reads_the_parameters() -> None:
    for path in (ROOT / "mutspad" / "cli").rglob("*.py"):
        assert "load_params" not in path.read_text(), path


def test_snakemake_lint_finds_only_what_we_mean() -> None:
    # One locked environment for the whole package replaces an environment a rule.
    meant = {"Specify a conda environment or container for each rule."}
    found = set(re.findall(r"^    \* (.*?):?$", snakemake("--lint"), re.MULTILINE))
    assert found == meant


def test_the_files_of_an_encoder_of_the_users_are_inputs(
    plan_of: Callable[..., Plan], tmp_path: Path
) -> None:
    weights = tmp_path / "model.safetensors"
    weights.touch()
    encoder = {"kind": "huggingface", "source": str(tmp_path)}
    row = {"tasks": "each", "stages": ["tweets"], "encoder": "minilm", "label": "Mine"}
    trained = plan_of(
        encoders={"minilm": {**encoder, "trained": True, "learning_rate": 1e-4}},
        methods={"mine": row},
    )
    assert str(weights) in Files(trained).training("tweets.pos-with-minilm", 1)
    frozen = Files(plan_of(encoders={"minilm": encoder}, methods={"mine": row}))
    assert frozen.encoder("minilm") == [str(weights)]
    assert str(weights) not in frozen.training("tweets.pos-with-minilm", 1)
