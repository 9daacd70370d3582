"""The commands of the README exist, and its numbers are those of the files."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text()
RUN_TIMES = (ROOT / "docs" / "run-times.md").read_text()


def between(marker: str) -> str:
    """Return what stands between a begin and an end marker."""
    (text,) = re.findall(rf"<!-- {marker}:begin -->\n(.*?)<!-- {marker}:end -->", README, re.DOTALL)
    return str(text)


def rows_of(markdown: str) -> dict[str, dict[str, str]]:
    """Read the rows of Markdown tables: method -> header -> cell, footnote marks left out."""
    rows: dict[str, dict[str, str]] = {}
    header: list[str] = []
    for line in markdown.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if "|" in line else []
        if not cells:
            header = []
        elif not header:
            header = cells
        elif set(line) - set("|-: "):
            rows[re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹ ]+$", "", cells[0])] = dict(zip(header, cells, strict=True))
    return rows


def test_the_table_is_the_one_in_the_results() -> None:
    table = rows_of((ROOT / "results" / "paper" / "tables" / "table2.md").read_text())
    shown = rows_of(between("paper"))
    ours = {method for method, cells in table.items() if cells.get("mNRG", "n/a") != "n/a"}
    assert ours <= set(shown) | {"ELMo small", "ELMo large", "MuTSPad + ELMo (elmo-large)"}
    assert len(shown) >= 7
    for method, cells in shown.items():
        assert {header: table[method][header] for header in cells if header != "Method"} == {
            header: cell for header, cell in cells.items() if header != "Method"
        }, method


@pytest.mark.parametrize(
    "target", sorted(set(re.findall(r"(?:^|`)make (\w+)", README, re.MULTILINE)))
)
def test_make_targets_exist(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_experiments_exist() -> None:
    named = set(re.findall(r"experiment=(\w+)", README))
    assert named <= set(yaml.safe_load((ROOT / "params.yaml").read_text())["experiments"])


def test_times_are_those_of_the_file() -> None:
    measured = dict(
        line.split(",")[:2]
        for line in (ROOT / "benchmarks" / "commands.csv").read_text().splitlines()[1:]
    )
    shown = dict(re.findall(r"^\| `([^`]+)` \| (\d+) \|", RUN_TIMES, re.MULTILINE))
    assert len(shown) >= 4
    assert {command: measured.get(command) for command in shown} == shown
