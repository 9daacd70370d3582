"""The numbers that the pages type are those of the files that they name."""

import csv
import json
import re
from itertools import groupby
from pathlib import Path
from statistics import fmean

import pytest

from mutspad.tasks import TASKS, Task

ROOT = Path(__file__).resolve().parent.parent.parent
SCORES = ROOT / "results" / "paper" / "scores"
LEVELS = {
    "news, mono-task": "news.{task}",
    "tweets, mono-task": "tweets.{task}",
    "tweets, multi-task": "tweets.all",
}


def table(page: str, header: str) -> list[list[str]]:
    """Return the rows of the table behind a header line."""
    text = (ROOT / "docs" / page).read_text().split(header, 1)[1].lstrip("\n")
    rows = [line.split("|")[1:-1] for line in text.split("\n\n", 1)[0].splitlines()[1:]]
    return [[cell.strip(" `") for cell in row] for row in rows]


@pytest.mark.parametrize("row", table("reproduction.md", "| | POS | CK | NER | DP |"))
def test_the_levels_are_means_of_the_scores(row: list[str]) -> None:
    name, *cells = row
    for task, cell in zip((Task.POS, Task.CHUNK, Task.NER, Task.DEP), cells, strict=True):
        folder = SCORES / LEVELS[name].format(task=task)
        seeds = [json.loads((folder / f"seed{seed}.json").read_text()) for seed in (1, 2, 3)]
        scores = [each["scores"][task]["test"][task.spec.metric] for each in seeds]
        assert cell.split()[0] == f"{fmean(scores):.2f}", (name, task)


def test_the_scores_of_the_transformer_are_those_of_its_table() -> None:
    with (ROOT / "results" / "best" / "tables" / "table2.csv").open(newline="") as file:
        rows = {row["row"]: row for row in csv.DictReader(file)}
    best, mono, multi = table("reproduction.md", "| | POS | DP | NER | CK | mNRG |")
    columns = ("pos_accuracy", "dep_las", "ner_f1", "chunk_f1", "mnrg")
    for shown, row, suffix in (
        (best, "best_sota", "_paper"),
        (mono, "mono_task_learning_encoder", ""),
        (multi, "multi_task_learning_encoder", ""),
    ):
        for cell, column in zip(shown[1:], columns, strict=True):
            assert float(cell or 0) == pytest.approx(
                float(rows[row][column + suffix] or 0), abs=0.05
            )


def test_the_speeds_on_a_gpu_are_those_of_the_file() -> None:
    with (ROOT / "benchmarks" / "gpu.csv").open(newline="") as file:
        measured = sorted(csv.DictReader(file), key=lambda row: (row["model"], row["at_once"]))
    speeds = {
        key: sorted(int(row["words_per_second"]) for row in rows)
        for key, rows in groupby(measured, key=lambda row: (row["model"], row["at_once"]))
    }
    shown = table("run-times.md", "| training | GPU, alone | GPU, 17 at once | CPU, one core |")
    assert len(shown) >= 5
    for model, *cells in shown:
        for at_once, cell in zip(("1", "17", "2"), cells, strict=True):
            found = [int(number.replace(",", "")) for number in re.findall(r"[\d,]+", cell)]
            expected = speeds.get((model, at_once), [])
            assert found == ([expected[0], expected[-1]] if len(expected) > 1 else expected), model


def test_the_card_of_the_small_model_has_a_score_of_each_task() -> None:
    card = (ROOT / "mutspad" / "pretrained" / "README.md").read_text()
    for task in TASKS:
        assert f"| {task} | test | {task.spec.metric} |" in card
