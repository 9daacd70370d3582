"""What catalogues read agrees with the project."""

import json
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent


def test_zenodo_says_what_the_citation_says() -> None:
    zenodo = json.loads((ROOT / ".zenodo.json").read_text())
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    for key in ("title", "license", "version"):
        assert zenodo[key] == citation[key]
    (paper,) = citation["references"]
    assert [related["identifier"] for related in zenodo["related_identifiers"]] == [paper["doi"]]


def test_the_workflow_catalog_names_an_experiment() -> None:
    catalog = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())
    flags = catalog["usage"]["mandatory-flags"]["flags"].split()
    experiments = yaml.safe_load((ROOT / "params.yaml").read_text())["experiments"]
    assert flags[-1].removeprefix("experiment=") in experiments
