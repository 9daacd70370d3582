"""A crate can be read back and says what ran, on what, and what came out."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from rocrate.rocrate import ROCrate

from mutspad.cli.main import cli, main

PHASE = {"jobs": 2, "seconds": 5.0, "cpu_seconds": 4.0, "max_rss_mib": 300.0}
RECORD = {
    "format": 1,
    "experiment": "paper",
    "environments": [
        {"git": {"revision": "0a" * 20, "dirty": False}, "packages": {"snakemake": "9.27.1"}}
    ],
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
            "tabulate": {
                **PHASE,
                "started": "2020-01-01T00:09:00+00:00",
                "ended": "2020-01-01T00:10:00+00:00",
            },
            "baselines": {
                **PHASE,
                "started": "2020-01-01T00:00:00+00:00",
                "ended": "2020-01-01T00:08:00+00:00",
            },
        },
        "jobs": {},
    },
}
FILES = {
    "Snakefile": "rule all:\n",
    "params.yaml": "experiment: paper\n",
    "workflow/rules/score.smk": "rule score:\n",
    "mutspad/cli/main.py": "pass\n",
    "raw/corpus.conllu": "not ours to hand out\n",
    "results/paper/tables/table2.csv": "row,score\n",
    "results/paper/tables/table2.md": "# Table 2\n",
    "results/paper/figures/convergence.png": "png",
    "results/paper/scores/run/seed1.json": "{}",
    "results/paper/runs/run.json": "{}",
    "results/paper/corpora/tweets/pos/summary.json": "{}",
    "results/paper/corpora/tweets/pos/test.conllup": "not ours to hand out\n",
    "results/paper/predictions/run/seed1/pos.test.conllup": "not ours to hand out\n",
    "results/paper/baselines/run/seed1/model.json": "{}",
}


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """Lay out a finished run and go there."""
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    artefacts = {
        name.removeprefix("results/paper/"): {
            "sha256": hashlib.sha256(content.encode()).hexdigest(),
            "environment": 0,
        }
        for name, content in FILES.items()
        if "tables" in name or "model.json" in name
    }
    record = tmp_path / "results" / "paper" / "provenance.json"
    record.write_text(json.dumps({**RECORD, "artefacts": artefacts}))
    monkeypatch.chdir(tmp_path)
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
    assert {"ComputationalWorkflow", "SoftwareSourceCode", "HowTo"} <= set(workflow.type)
    assert workflow["programmingLanguage"].id.endswith("#snakemake")
    assert workflow["version"] == "0a" * 20
    run = crate.get("#run")
    assert run.type == "CreateAction"
    assert run["instrument"] == workflow
    assert run in crate.root_dataset["mentions"]
    assert run["startTime"] == "2020-01-01T00:00:00+00:00"
    assert run["endTime"] == "2020-01-01T00:10:00+00:00"
    assert run.get("agent") is None
    assert crate.root_dataset["datePublished"] == run["endTime"]
    assert "https://w3id.org/ro/wfrun/provenance/0.5" in ids(crate.root_dataset["conformsTo"])


def test_objects_are_parameters_and_corpora_results_are_tables_and_figures(checkout):
    crate = export("crate")
    objects, results = ids(crate.get("#run")["object"]), ids(crate.get("#run")["result"])
    summary = "results/paper/corpora/tweets/pos/summary.json"
    assert {"params.yaml", summary, "results/paper/runs/run.json"} <= objects
    assert {"https://x/t.conllu", "https://x/d.conllu"} <= objects
    assert crate.get("https://x/t.conllu")["sha256"] == "ab" * 32
    assert results == {
        "results/paper/tables/table2.csv",
        "results/paper/tables/table2.md",
        "results/paper/figures/convergence.png",
        "results/paper/scores/run/seed1.json",
        "results/paper/provenance.json",
    }
    table = crate.get("results/paper/tables/table2.csv")
    assert table["sha256"] == hashlib.sha256(b"row,score\n").hexdigest()
    assert table["exampleOfWork"].id == "#output-tables"
    assert "#output-tables" in ids(crate.mainEntity["output"])
    assert "#input-params" in ids(crate.mainEntity["input"])


def test_each_phase_is_a_step_with_an_action_in_order_of_time(checkout):
    crate = export("crate")
    steps = crate.mainEntity["step"]
    assert [(step["name"], step["position"]) for step in steps] == [
        ("baselines", "0"),
        ("tabulate", "1"),
    ]
    assert ids(crate.mainEntity["hasPart"]) == {"#tool-baselines", "#tool-tabulate"}
    action = crate.get("#phase-tabulate")
    assert action["instrument"].id == "#tool-tabulate"
    assert action["startTime"] == "2020-01-01T00:09:00+00:00"
    assert "results/paper/tables/table2.csv" in ids(action["result"])
    control = crate.get("#control-tabulate")
    assert (control["instrument"].id, control["object"].id) == ("#step-tabulate", action.id)
    organise = crate.get("#organise")
    assert organise["result"].id == "#run"
    assert organise["instrument"]["softwareVersion"] == "9.27.1"


def test_files_come_along_but_nobody_s_text(checkout):
    export("crate")
    held = {
        path.relative_to("crate").as_posix() for path in Path("crate").rglob("*") if path.is_file()
    }
    expected = {name for name, text in FILES.items() if "not ours" not in text}
    expected -= {"results/paper/baselines/run/seed1/model.json"}
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


def test_a_folder_in_use_and_a_missing_record_are_refused(checkout, capsys):
    Path("crate").mkdir()
    Path("crate/mine").touch()
    arguments = ["--results", "results/paper", "--output", "crate"]
    assert "crate: expected a new folder, found one in use" in fails(capsys, *arguments)
    assert [path.name for path in Path("crate").iterdir()] == ["mine"]
    arguments = ["--results", "results/none", "--output", "other"]
    assert "Run snakemake all" in fails(capsys, *arguments)
