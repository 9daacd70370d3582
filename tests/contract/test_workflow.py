"""Two files that must agree are held together here: rules, verbs, stages and parameters."""

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from mutspad.cli.main import STEPS, VERBS
from mutspad.config import Params, parse_params
from mutspad.report.provenance.extent import keep_jobs, name_artefacts

ROOT = Path(__file__).resolve().parent.parent.parent
RULE_FILES = sorted((ROOT / "workflow" / "rules").glob("*.smk"))
HEAD = r"^(?:rule|use rule (?P<base>\w+) as) (?P<name>\w+)(?: with)?:\n"
BLOCKS = [
    match
    for path in RULE_FILES
    for match in re.finditer(HEAD + r"(?P<body>(?:[ ]{4}.*\n|\n)+)", path.read_text(), re.MULTILINE)
]
RULES = {match["name"]: match["body"] for match in BLOCKS}
DERIVED = {match["name"]: match["base"] for match in BLOCKS if match["base"]}
WORKING = {name: body for name, body in RULES.items() if "shell:" in body}
PHASES = set(RULES) - set(WORKING) - set(DERIVED)
IN_GIT = {"scores", "tables", "figures", "statistics", "claims.md", "claims.json"}
# A step that fetches gigabytes shows how far it is; all others write to their log alone.
LOGS = ("&>{log:q}", "|& tee {log:q} >&2")


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


def folders(job: str, directive: str) -> set[str]:
    """Collect the folders and files just below results/<experiment>/ that a job names."""
    return {
        folder
        for line in re.findall(rf"^    {directive}: (.*)$", job, re.MULTILINE)
        for folder in re.findall(r"(?:^|, )results/\w+/([^/,\s]+)", line)
    }


@pytest.fixture(scope="module")
def planned() -> str:
    """Plan every job of the shipped experiment."""
    return snakemake("--dry-run", "--forceall", "all")


@pytest.fixture(scope="module")
def stages() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    return loaded


@pytest.fixture(scope="module")
def raw_params() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text())
    return loaded


def test_rules_were_found() -> None:
    assert len(WORKING) >= 8
    assert len(DERIVED) >= 4
    heads = [line for path in RULE_FILES for line in path.read_text().splitlines()]
    assert sum(bool(re.match(r"(use )?rule ", line)) for line in heads) == len(RULES)


@pytest.mark.parametrize("name", WORKING)
def test_a_rule_names_its_log_benchmark_and_code_and_calls_one_verb(name: str) -> None:
    body = WORKING[name]
    for directive in ("output:", "log:", "benchmark:", "params:"):
        assert f"    {directive}\n" in body, f"{name} lacks {directive}"
    ((step, verb),) = re.findall(r"python -m mutspad\.cli (step )?([\w-]+)", body)
    assert verb in (STEPS if step else VERBS)
    (module,) = re.findall(r"code=code_of\(\"([\w.]+)\"", body)
    assert module == f"mutspad.cli{'.step' if step else ''}.{verb.replace('-', '_')}"
    assert any(log in body for log in LOGS)


def test_a_job_waits_behind_none_of_less_priority() -> None:
    # Of the real corpora: they are downloaded, which the demo's are not.
    planned = snakemake("--dry-run", "--forceall", "all", "--config", "experiment=quick")
    makers: dict[str, tuple[str, int]] = {}
    readers: list[tuple[str, int, list[str]]] = []
    for job in split_jobs(planned):
        (name,) = re.findall(r"^(?:local)?rule (\w+):", job) or [""]
        priority = int("".join(re.findall(r"^    priority: (\d+)$", job, re.MULTILINE)) or 0)
        inputs, outputs = (
            re.findall(
                r"[^\s,]+/[^\s,]+", "".join(re.findall(rf"^    {of}: (.*)$", job, re.MULTILINE))
            )
            for of in ("input", "output")
        )
        makers |= dict.fromkeys(outputs, (name, priority))
        readers.append((name, priority, inputs))
    waits = {
        (makers[path][0], name, makers[path][1] < priority)
        for name, priority, inputs in readers
        for path in inputs
        if path in makers
    }
    assert {
        ("download", "prepare_corpus", False),
        ("resolve_run", "train_baseline", False),
        ("train_baseline", "unify_domain", False),
    } <= waits
    assert [wait for wait in waits if wait[2]] == []


@pytest.mark.parametrize("name", DERIVED)
def test_a_derived_rule_has_a_working_base_and_its_own_output(name: str) -> None:
    assert DERIVED[name] in WORKING
    assert "    output:\n" in RULES[name]


@pytest.mark.parametrize(("folder", "verbs"), [("", VERBS), ("step", STEPS)])
def test_every_verb_has_its_file_and_every_file_its_verb(
    folder: str, verbs: dict[str, str]
) -> None:
    files = {
        path.stem.replace("_", "-")
        for path in (ROOT / "mutspad" / "cli" / folder).glob("*.py")
        if path.stem not in ("__init__", "__main__", "main", "options")
    }
    assert files == set(verbs)


def test_only_common_smk_holds_functions() -> None:
    for path in RULE_FILES:
        if path.name != "common.smk":
            assert not re.search(r"^def ", path.read_text(), re.MULTILINE), path.name


def test_every_stage_calls_a_phase_of_the_workflow(stages: dict[str, Any]) -> None:
    for name, stage in stages.items():
        assert stage["cmd"] == f"snakemake {name} --cores all"
        assert name in PHASES


def test_every_phase_of_the_workflow_has_a_stage(stages: dict[str, Any]) -> None:
    assert PHASES - set(stages) == {"table1", "table2", "table3", "table4"}


def test_the_default_target_names_every_phase() -> None:
    (target,) = re.findall(r"^rule all:\n(?:.*\n)+", (ROOT / "Snakefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"rules\.(\w+)\.input", target)) == PHASES - {
        "table1",
        "table2",
        "table3",
        "table4",
    }


def test_the_record_knows_every_file_and_job_of_the_workflow(
    planned: str, raw_params: dict[str, Any]
) -> None:
    params = parse_params(raw_params)
    jobs = re.findall(r"^    benchmark: benchmarks/runs/demo/(.*)\.tsv$", planned, re.MULTILINE)
    assert len(jobs) > 100
    assert set(keep_jobs(params, dict.fromkeys(jobs))) == set(jobs)
    others = (ROOT / "workflow" / "rules" / "provenance.smk").read_text()
    patterns = [*name_artefacts(params), *re.findall(r'^ {16}"(.*)",$', others, re.MULTILINE)]
    assert "claims.*" in patterns
    # To fnmatch, a star goes through folders.
    patterns = [pattern.replace("**/", "") for pattern in patterns]
    made = {
        path
        for line in re.findall(r"^    output: (.*)$", planned, re.MULTILINE)
        for path in re.findall(r"results/demo/([^,\s]+)", line)
    }
    assert len(made) > 300
    # A record does not hash itself; the report's pages hold what is hashed, for a browser.
    unknown = {path for path in made if not any(fnmatch(path, like) for like in patterns)}
    assert {path.split("/")[0] for path in unknown} == {"provenance.json", "report"}


def test_a_stage_depends_on_every_result_that_its_phase_reads(
    stages: dict[str, Any], planned: str
) -> None:
    made_by = {
        next(iter(out)).rsplit("/", 1)[1]: name
        for name, stage in stages.items()
        for out in stage.get("outs", ())
    }
    # It names the commit and the clock: no output that a hash could certify.
    made_by["provenance.json"] = "provenance"
    read: dict[str, set[str]] = {name: set() for name in stages}
    for job in split_jobs(planned):
        outputs = folders(job, "output")
        for stage in {made_by[folder] for folder in outputs}:
            read[stage] |= folders(job, "input") - {f for f in made_by if made_by[f] == stage}
    assert read["score"] >= {"predictions", "corpora"}
    for name, stage in stages.items():
        declared = {dep.rsplit("/", 1)[1] for dep in stage["deps"] if dep.startswith("results/")}
        assert declared == read[name], name


def test_every_out_persists_and_small_text_goes_to_git(stages: dict[str, Any]) -> None:
    for stage in stages.values():
        for out in stage.get("outs", ()):
            ((path, flags),) = out.items()
            assert flags["persist"] is True, path
            in_git = path.rsplit("/", 1)[1] in IN_GIT
            assert flags.get("cache", True) is not in_git, path


def test_what_dvc_does_not_cache_git_does_not_ignore(stages: dict[str, Any]) -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    for stage in stages.values():
        for out in stage.get("outs", ()):
            ((path, flags),) = out.items()
            pattern = path.replace("${experiment}", "*")
            assert bool({pattern, f"{pattern}/"} & set(ignored)) is flags.get("cache", True), path


def test_every_section_of_the_parameters_belongs_to_a_stage(
    stages: dict[str, Any], raw_params: dict[str, Any]
) -> None:
    used = {key.split(".")[0] for stage in stages.values() for key in stage["params"]}
    # How often a training is kept changes no result: no stage is stale by it.
    assert used == set(raw_params) - {"checkpoint_seconds"}
    assert set(raw_params) - {"experiments"} == set(Params.model_fields)


def test_the_shipped_experiment_is_the_demo(raw_params: dict[str, Any]) -> None:
    assert parse_params(raw_params).experiment == "demo"


def test_no_step_reads_the_parameters() -> None:
    for path in (ROOT / "mutspad").rglob("*.py"):
        if path.name != "config.py":
            assert "parse_params" not in path.read_text(), path


def test_snakemake_lint_finds_only_what_we_mean() -> None:
    # One locked environment for the whole package replaces an environment a rule.
    meant = {"Specify a conda environment or container for each rule."}
    found = set(re.findall(r"^    \* (.*?):?$", snakemake("--lint"), re.MULTILINE))
    assert found == meant


def test_the_files_of_an_encoder_of_the_users_are_inputs(tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.touch()
    overlay = tmp_path / "overlay.yaml"
    encoder = {
        "kind": "huggingface",
        "source": str(tmp_path),
        "trained": True,
        "learning_rate": 1e-4,
    }
    overlay.write_text(yaml.safe_dump({"encoders": {"minilm": encoder}}))
    planned = snakemake("--dry-run", "--forceall", "baselines", "--configfile", str(overlay))
    (job,) = re.findall(r"rule train_baseline:\n    input: (.*encoder-mono-pos.*)", planned)
    assert str(weights) in job.split(", ")
    overlay.write_text(
        yaml.safe_dump(
            {"encoders": {"minilm": {**encoder, "trained": False, "learning_rate": None}}}
        )
    )
    planned = snakemake("--dry-run", "--forceall", "encoders", "--configfile", str(overlay))
    embedded = re.findall(r"rule embed_domain:\n    input: (.*)\n    output: .*/minilm/", planned)
    assert embedded
    assert all(str(weights) in job.split(", ") for job in embedded)
