"""The page of the benchmarks is made from their samples, and every line can be measured."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.lines import LINES
from benchmarks.record import Results
from benchmarks.render import render
from benchmarks.run import MEASURES, READINGS, command

FOLDER = Path(__file__).resolve().parent.parent.parent / "benchmarks"


@pytest.mark.skipif(not (FOLDER / "results.json").is_file(), reason="nothing is measured yet")
def test_the_page_is_what_the_renderer_makes_of_the_samples() -> None:
    results = Results.read(FOLDER / "results.json")
    assert (FOLDER / "results.md").read_text(encoding="utf-8") == render(results)
    assert set(results.lines) <= {line.name for line in LINES}


@pytest.mark.skipif(not (FOLDER / "results.json").is_file(), reason="nothing is measured yet")
def test_what_is_read_from_whole_runs_is_what_their_lists_say() -> None:
    lines = Results.read(FOLDER / "results.json").lines
    for name, read in READINGS.items():
        record = read()
        assert (lines[name].samples, lines[name].remark) == (record.samples, record.remark)


def test_every_line_can_be_measured() -> None:
    assert [line.name for line in LINES] == [*MEASURES, *READINGS]


def test_a_run_without_results_says_what_to_make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.run.PEERS", tmp_path)
    told = CliRunner().invoke(command, ["--results", str(tmp_path), "--output", str(tmp_path)])
    assert told.exit_code == 1
    assert "snakemake --cores 2 all --config experiment=quick" in told.output


def test_every_line_is_explained() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [line.name for line in LINES if f"`{line.name}`" not in readme] == []


def test_the_lock_of_the_peers_names_no_host_and_no_local_version() -> None:
    lock = (FOLDER / "peers.txt").read_text(encoding="utf-8")
    assert re.findall(r"^--|://|==\S*\+", lock, re.MULTILINE) == []
