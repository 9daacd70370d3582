"""A crate can be read back and says what ran, on what, and what came out."""

import hashlib
import json
import subprocess
import zipfile
from pathlib import Path

import pytest
from rocrate.rocrate import ROCrate

from mutspad.cli.main import cli, main

RECORD = {
    "format": 2,
    "experiment": "paper",
    "corpora": {"tweets/pos": {}},
    "raw_files": {
        "tweebank2": {
            "title": "TweeBank",
            "version": "2",
            "licence": "CC BY",
            "files": {
                "tb/train.conllu": {"url": "https://x/t.conllu", "bytes": 9, "sha256": "ab" * 32},
                "tb/dev.conllu": {"url": "https://x/d.conllu", "bytes": None, "sha256": None},
            },
        },
        "wsj": {"title": "WSJ", "version": "3", "licence": "LDC", "files": {"00/a": {}}},
    },
    "run_times": {
        "phases": {
            phase: {
                "started": f"2020-01-01T00:0{minute}:00+00:00",
                "ended": f"2020-01-01T00:{minute + 1:02}:00+00:00",
            }
            for minute, phase in enumerate(("plot", "tabulate"))
        },
        "jobs": {},
    },
}
FILES = {
    ".gitignore": "results/\n",
    "Snakefile": "rule all:\n",
    "params.yaml": "experiment: paper\n",
    "workflow/rules/score.smk": "rule score:\n",
    "mutspad/cli/main.py": "pass\n",
    "raw/corpus.conllu": "not ours to hand out\n",
    "results/paper/tables/table2.csv": "row,score\n",
    "results/paper/tables/table2.md": "# Table 2\n",
    "results/paper/figures/convergence.png": "png",
    "results/paper/figures/figure2.csv": "unit\n",
    "results/paper/figures/figure2.png": "png",
    "results/paper/statistics/differences.csv": "a,b\n",
    "results/paper/statistics/seeds.csv": "seed\n",
    "results/paper/statistics/counts/pos.csv": "sentence,hits\n",
    "results/paper/statistics/silver.csv": "layer\n",
    "results/paper/statistics/silver.md": "# Silver\n",
    "results/paper/claims.md": "# Claims\n",
    "results/paper/scores/run/seed1.json": "{}",
    "results/paper/scores/gone/seed1.json": "not of this record",
    "results/paper/plan/gone.json": "not of this record",
    "results/paper/plan/run.json": "{}",
    "results/paper/corpora/tweets/pos/summary.json": "{}",
    "results/paper/corpora/tweets/pos/test.conllup": "not ours to hand out\n",
    "results/paper/predictions/run/seed1/test.conllup": "not ours to hand out\n",
    "results/paper/models/run/seed1/model.json": "{}",
}


def git(*arguments):
    person = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    done = subprocess.run(["git", *person, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def write_record(revision, *changed):
    """Write the record of the files that lie there."""
    artefacts = {
        name.removeprefix("results/paper/"): hashlib.sha256(content.encode()).hexdigest()
        for name, content in FILES.items()
        if name.startswith("results/") and content != "not of this record"
    }
    found = revision and {"revision": revision, "dirty": bool(changed), "changed": changed}
    environment = {"git": found, "packages": {"snakemake": "9.27.1"}}
    record = {**RECORD, "environment": environment, "artefacts": artefacts}
    Path("results/paper/provenance.json").write_text(json.dumps(record))


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """Lay out a finished run of a first commit and go there."""
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    monkeypatch.chdir(tmp_path)
    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--message", "-")
    write_record(git("rev-parse", "HEAD"))
    return tmp_path


def export(output, results="results/paper"):
    arguments = ["export-crate", "--results", str(results), "--output", str(output)]
    cli.main(arguments, standalone_mode=False)
    return ROCrate(output)


def fails(capsys, *arguments):
    with pytest.raises(SystemExit) as stopped:
        main(["export-crate", *arguments])
    assert stopped.value.code == 1
    error = capsys.readouterr().err
    assert "Traceback" not in error
    return error


def ids(entities):
    entities = entities if isinstance(entities, list) else [entities]
    return {entity.id for entity in entities}


def test_the_workflow_is_the_main_entity_and_its_run_an_action(checkout):
    crate = export("crate")
    workflow = crate.mainEntity
    assert workflow.id == "Snakefile"
    assert {"ComputationalWorkflow", "SoftwareSourceCode"} <= set(workflow.type)
    assert workflow["programmingLanguage"].id.endswith("#snakemake")
    assert workflow["version"] == git("rev-parse", "HEAD")
    assert workflow["description"] == "Every file is as in the revision."
    run = crate.get("#run")
    assert run.type == "CreateAction"
    assert run["instrument"] == workflow
    assert run in crate.root_dataset["mentions"]
    assert run["startTime"] == "2020-01-01T00:00:00+00:00"
    assert run["endTime"] == "2020-01-01T00:02:00+00:00"
    assert run.get("agent") is None
    assert crate.root_dataset["datePublished"] == run["endTime"]
    assert "https://w3id.org/ro/wfrun/workflow/0.5" in ids(crate.root_dataset["conformsTo"])


def test_objects_are_parameters_and_corpora_results_are_tables_and_figures(checkout):
    crate = export("crate")
    objects, results = ids(crate.get("#run")["object"]), ids(crate.get("#run")["result"])
    summary = "results/paper/corpora/tweets/pos/summary.json"
    assert {"params.yaml", summary, "results/paper/plan/run.json"} <= objects
    assert {"https://x/t.conllu", "https://x/d.conllu"} <= objects
    assert crate.get("https://x/t.conllu")["sha256"] == "ab" * 32
    assert results == {
        "results/paper/tables/table2.csv",
        "results/paper/tables/table2.md",
        "results/paper/figures/convergence.png",
        "results/paper/figures/figure2.csv",
        "results/paper/figures/figure2.png",
        "results/paper/statistics/differences.csv",
        "results/paper/statistics/seeds.csv",
        "results/paper/statistics/counts/pos.csv",
        "results/paper/statistics/silver.csv",
        "results/paper/statistics/silver.md",
        "results/paper/claims.md",
        "results/paper/scores/run/seed1.json",
        "results/paper/provenance.json",
    }
    assert not any("gone" in name for name in objects | results)
    table = crate.get("results/paper/tables/table2.csv")
    assert table["sha256"] == hashlib.sha256(b"row,score\n").hexdigest()


def describe_workflow(name):
    workflow = export(name).mainEntity
    return workflow["version"], workflow["description"]


def test_results_that_were_committed_after_their_run_are_still_those_of_its_code(checkout):
    recorded = git("rev-parse", "HEAD")
    Path("dvc.lock").write_text("stages: {}\n")
    git("add", "--force", "dvc.lock", "results/paper/tables")
    git("commit", "--quiet", "--message", "the results")
    assert describe_workflow("crate")[0] == recorded
    assert Path("crate/dvc.lock").is_file()


def test_code_that_is_not_the_recorded_one_is_named(checkout, capsys):
    recorded = git("rev-parse", "HEAD")
    Path("mutspad/cli/main.py").write_text("another\n")
    Path("mutspad/new.py").write_text("new\n")
    git("rm", "--quiet", "--force", "workflow/rules/score.smk")
    git("add", "mutspad/cli")
    git("commit", "--quiet", "--message", "a later one")
    version, description = describe_workflow("crate")
    assert version == f"{recorded} with changes"
    changes = "mutspad/cli/main.py, mutspad/new.py, workflow/rules/score.smk"
    assert description == f"Not as in the revision here: {changes}."
    assert f"the workflow is {version}. {description}" in capsys.readouterr().out


def test_changes_of_the_run_are_named(checkout):
    recorded = git("rev-parse", "HEAD")
    write_record(recorded, "params.yaml")
    description = "Not as in the revision when the results were made: params.yaml."
    assert describe_workflow("crate") == (f"{recorded} with changes", description)


def test_without_the_revision_nothing_is_claimed(checkout):
    write_record("0a" * 20)
    version, description = describe_workflow("a")
    assert version == "0a" * 20 + ", not compared"
    assert "does not know" in description
    write_record(None)
    assert describe_workflow("b")[0] == "unknown"


def test_files_come_along_but_nobody_s_text(checkout):
    export("crate")
    held = {
        path.relative_to("crate").as_posix() for path in Path("crate").rglob("*") if path.is_file()
    }
    expected = {name for name, text in FILES.items() if not text.startswith("not ")}
    expected -= {".gitignore", "results/paper/models/run/seed1/model.json"}
    expected |= {"results/paper/provenance.json", "ro-crate-metadata.json"}
    assert held == expected
    assert {path.name for path in checkout.iterdir()} >= {"crate"}
    assert not [path for path in checkout.iterdir() if path.name.startswith(".crate")]


def test_every_reference_leads_somewhere(checkout):
    export("crate")
    graph = json.loads(Path("crate/ro-crate-metadata.json").read_text())["@graph"]
    known = {entity["@id"] for entity in graph}

    def references(value):
        if isinstance(value, dict):
            yield from [value["@id"]] if set(value) == {"@id"} else []
        elif isinstance(value, list):
            for item in value:
                yield from references(item)

    missing = {
        reference
        for entity in graph
        for value in entity.values()
        for reference in references(value)
        if reference not in known and "://" not in reference
    }
    assert missing == set()


def test_an_archive_holds_the_same(checkout):
    export("crate")
    export("crate.zip")
    with zipfile.ZipFile("crate.zip") as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
        metadata = archive.read("ro-crate-metadata.json")
    folder = Path("crate")
    assert names == {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert metadata == (folder / "ro-crate-metadata.json").read_bytes()


def test_results_that_are_not_the_recorded_ones_are_refused(checkout, capsys):
    arguments = ["--results", "results/paper", "--output", "crate"]
    table = checkout / "results" / "paper" / "tables" / "table2.csv"
    table.write_text("row,better score\n")
    assert "results/paper/tables/table2.csv: expected the file of" in fails(capsys, *arguments)
    table.unlink()
    assert "found no file" in fails(capsys, *arguments)
    assert not Path("crate").exists()


def test_a_record_of_another_version_is_one_message(checkout, capsys):
    path = checkout / "results/paper/provenance.json"
    path.write_text(json.dumps({"format": 1}), "utf-8")
    error = fails(capsys, "--results", "results/paper", "--output", "crate")
    assert "expected a record of format 2, found 1" in error
    assert "snakemake provenance" in error


def test_a_folder_in_use_and_a_missing_record_are_refused(checkout, capsys):
    Path("crate").mkdir()
    Path("crate/mine").touch()
    arguments = ["--results", "results/paper", "--output", "crate"]
    assert "crate: expected a new folder, found one in use" in fails(capsys, *arguments)
    assert [path.name for path in Path("crate").iterdir()] == ["mine"]
    arguments = ["--results", "results/none", "--output", "other"]
    assert "Run snakemake all" in fails(capsys, *arguments)
