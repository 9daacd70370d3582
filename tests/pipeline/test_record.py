"""The record stands beside the tables, and a commit alone does not change it."""

import json
from typing import Any

import pytest

pytestmark = pytest.mark.pipeline


def read(world: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((world.results / "provenance.json").read_text())
    return loaded


def test_the_record_names_code_machine_data_and_times(world: Any) -> None:
    record = read(world)
    environment = record["environment"]
    assert len(environment["git"]["revision"]) == 40
    assert environment["git"]["dirty"] is False
    assert environment["threads"] == 1
    assert environment["packages"]["torch"]
    assert record["seeds"] == [1]
    assert record["parameters"]["experiment"] == "miniature"
    assert len(record["raw_files"]["demo-tweets-pos"]["files"]) == 3
    hashes = [
        file["sha256"] for entry in record["raw_files"].values() for file in entry["files"].values()
    ]
    assert all(hashes)
    assert {"tables/table2.csv", "figures/convergence.png"} <= set(record["artefacts"])
    assert {"prepare", "baselines", "score", "tabulate"} <= set(record["run_times"]["phases"])


def test_a_commit_alone_changes_nothing(world: Any) -> None:
    before = (world.results / "provenance.json").read_bytes()
    world.commit()
    assert world.plan() == set()
    assert (world.results / "provenance.json").read_bytes() == before


def test_the_run_becomes_a_crate(world: Any, tmp_path: Any) -> None:
    world.mutspad("export-crate", "--results", "results/miniature", "--output", str(tmp_path / "c"))
    assert (tmp_path / "c" / "results" / "miniature" / "tables" / "table2.csv").is_file()
