"""Read scores, counts and the description of the data from the folder of an experiment."""

from functools import cache
from pathlib import Path

import numpy as np

from mutspad.errors import MutspadError
from mutspad.evaluation.counts import Counted, Counts, parse_counts
from mutspad.files import read_json
from mutspad.plan.layout import Layout
from mutspad.plan.plan import Plan
from mutspad.plan.rows import RowModels
from mutspad.report.records import ScoreBook, Setting, read_record
from mutspad.report.statistics.comparisons import check_counts
from mutspad.report.tables.rows import Results
from mutspad.tasks import TASKS, Task


def read_results(folder: Path, plan: Plan) -> Results:
    """Read the scores of the rows and what is behind them."""
    layout, rows = Layout(folder), plan.report
    scores = [
        read_json(layout.scores(model, seed))
        for model in rows.models()
        for seed in plan.models[model].seeds
    ]
    book = ScoreBook(plan.params.experiment, plan.seeds, scores)
    return Results(read_setting(folder), book, rows, plan.unavailable)


def read_setting(folder: Path) -> Setting:
    """Read the description of the data behind every table."""
    return read_record(Setting, "the description of the data", read_json(Layout(folder).data))


def read_counts(
    folder: Path, rows: RowModels, book: ScoreBook
) -> tuple[dict[Task, dict[str, Counts]], dict[Task, list[str]]]:
    """Read the counts of the models behind rows, and the ids of each task's test sentences.

    Counts are task -> model -> hits and size, `[seeds, sentences, 2]`.

    Raises
    ------
    MutspadError
        When counts do not come to the score of their model, or are of other sentences.
    """
    read = cache(_read_model)
    counts: dict[Task, dict[str, Counts]] = {}
    sentences: dict[Task, list[str]] = {}
    for task in TASKS:
        for run in dict.fromkeys(cells[task] for cells in rows.values() if task in cells):
            seeds = []
            for record in book.records(run):
                path = Layout(folder).counts(run, record.seed)
                found = read(path).get(task)
                if found is None:
                    raise MutspadError(f"{path}: expected counts of {task}, found none")
                if found.sentences != sentences.setdefault(task, found.sentences):
                    raise MutspadError(
                        f"{path}: expected counts of the {task} test sentences of the other "
                        f"models and seeds, found others; score the same corpus everywhere"
                    )
                check_counts(record, task, found.counts)
                seeds.append(found.counts)
            counts.setdefault(task, {})[run] = np.stack(seeds)
    return counts, sentences


def _read_model(path: Path) -> dict[Task, Counted]:
    """Read the counts of one model and seed."""
    try:
        return parse_counts(path.read_text(encoding="utf-8"))
    except MutspadError as error:
        raise MutspadError(f"{path}:{error}") from None
