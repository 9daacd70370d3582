"""Two files that must agree are held together here: rules, verbs, stages and parameters."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from mutspad.cli.main import VERBS
from mutspad.config import Params, parse_params
from mutspad.fingerprint import code_of

ROOT = Path(__file__).resolve().parent.parent.parent
RULE_FILES = sorted((ROOT / "workflow" / "rules").glob("*.smk"))
RULES = {
    match["name"]: match["body"]
    for path in RULE_FILES
    for match in re.finditer(
        r"^rule (?P<name>\w+):\n(?P<body>(?:[ ]{4}.*\n|\n)+)", path.read_text(), re.MULTILINE
    )
}
WORKING = {name: body for name, body in RULES.items() if "shell:" in body}


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


@pytest.mark.parametrize("name", WORKING)
def test_a_rule_names_its_log_benchmark_and_code_and_calls_one_verb(name: str) -> None:
    body = WORKING[name]
    for directive in ("output:", "log:", "benchmark:", "params:"):
        assert f"    {directive}\n" in body, f"{name} lacks {directive}"
    (verb,) = re.findall(r"python -m mutspad\.cli ([\w-]+)", body)
    assert verb in VERBS
    (module,) = re.findall(r"code=code_of\(\"([\w.]+)\"", body)
    assert module == f"mutspad.cli.{verb.replace('-', '_')}"
    assert "&>{log:q}" in body


def test_every_verb_has_its_file_and_every_file_its_verb() -> None:
    files = {
        path.stem.replace("_", "-")
        for path in (ROOT / "mutspad" / "cli").glob("*.py")
        if path.stem not in ("__init__", "__main__", "main")
    }
    assert files == set(VERBS)
    for verb in VERBS:
        assert code_of(f"mutspad.cli.{verb.replace('-', '_')}")


def test_only_common_smk_holds_functions() -> None:
    for path in RULE_FILES:
        if path.name != "common.smk":
            assert not re.search(r"^def ", path.read_text(), re.MULTILINE), path.name


def test_every_stage_calls_a_phase_of_the_workflow(stages: dict[str, Any]) -> None:
    for name, stage in stages.items():
        phase = "all" if name == "tables" else name
        assert stage["cmd"] == f"snakemake {phase} --cores all"
        assert phase in RULES or phase == "all"


def test_every_phase_of_the_workflow_has_a_stage(stages: dict[str, Any]) -> None:
    targets = {name for name, body in RULES.items() if "shell:" not in body}
    assert targets - set(stages) == {"table1", "table2", "table3"}


def test_every_out_persists_and_small_text_goes_to_git(stages: dict[str, Any]) -> None:
    for stage in stages.values():
        for out in stage["outs"]:
            ((path, flags),) = out.items()
            assert flags["persist"] is True, path
            in_git = path.rsplit("/", 1)[1] in ("scores", "tables")
            assert flags.get("cache", True) is not in_git, path


def test_what_dvc_does_not_cache_git_does_not_ignore(stages: dict[str, Any]) -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    for stage in stages.values():
        for out in stage["outs"]:
            ((path, flags),) = out.items()
            pattern = path.replace("${experiment}", "*") + "/"
            assert (pattern in ignored) is flags.get("cache", True), path


def test_every_section_of_the_parameters_belongs_to_a_stage(
    stages: dict[str, Any], raw_params: dict[str, Any]
) -> None:
    used = {key.split(".")[0] for stage in stages.values() for key in stage["params"]}
    assert used == set(raw_params)
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
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--lint"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found = set(re.findall(r"^    \* (.*?):?$", done.stdout + done.stderr, re.MULTILINE))
    assert found == meant
