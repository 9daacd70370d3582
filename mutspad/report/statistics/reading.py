"""Read scores, predictions and counts from the folder of an experiment."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mutspad.data.conllup import read_conllup
from mutspad.data.predictions import read_predictions, select_predictions
from mutspad.errors import MutspadError
from mutspad.evaluation.counts import Counts, count_layers
from mutspad.files import hash_file, read_json
from mutspad.plan.layout import Layout
from mutspad.plan.plan import Plan
from mutspad.plan.rows import RowModels
from mutspad.report.records import RunScores, ScoreBook, Setting
from mutspad.report.statistics.comparisons import SENTENCE, build_counts, check_counts
from mutspad.report.tables.rows import Results
from mutspad.tasks import TASKS, Task


def read_results(folder: Path, plan: Plan) -> Results:
    """Read the scores of the rows and what is behind them."""
    layout, rows = Layout(folder), plan.report
    scores = [
        read_json(require_file(layout.scores(model, seed), "the scores of a model"))
        for model in rows.models()
        for seed in plan.seeds
    ]
    book = ScoreBook(plan.params.experiment, plan.seeds, scores)
    return Results(read_setting(folder, plan), book, rows, plan.unavailable)


def read_setting(folder: Path, plan: Plan) -> Setting:
    """Read what every table says about the data behind it."""
    layout = Layout(folder)
    language_model = layout.language_model / "summary.json"
    return Setting.read(
        plan.params.experiment,
        [
            read_json(layout.corpus(domain, task, "summary.json"))
            for domain in sorted(plan.corpora)
            for task in sorted(plan.corpora[domain])
        ],
        read_json(layout.lexicon / "lexicon.json"),
        read_json(language_model) if language_model.is_file() else None,
    )


def count_runs(
    folder: Path, task: Task, runs: Mapping[str, Sequence[RunScores]]
) -> tuple[list[str], dict[str, Counts]]:
    """Count the predictions of models on a task's test set, all seeds, `[seeds, sentences, 2]`.

    Returns the ids of the sentences, and model -> its counts, which must come to its scores.
    """
    domains = {record.config["domain"] for records in runs.values() for record in records}
    first, *others = (Layout(folder).corpus(d, task, "test.conllup") for d in sorted(domains))
    gold = read_conllup(first)
    for other in others:
        if hash_file(other) != hash_file(first):
            raise MutspadError(f"{task}: expected one test set, found {first} and {other}")
    ids = [sentence.id for sentence in gold]
    counts = {}
    for run, records in runs.items():
        seeds = []
        for record in records:
            path = Layout(folder).predictions(run, record.seed, "test")
            predicted = select_predictions(read_predictions(path), task, ids, path)
            seeds.append(count_layers(task, gold, predicted))
            check_counts(record, task, seeds[-1])
        counts[run] = np.stack(seeds)
    return ids, counts


def read_counts(
    folder: Path, rows: RowModels, seeds: Sequence[int]
) -> tuple[dict[Task, dict[str, Counts]], dict[Task, list[str]]]:
    """Read the counts of the models behind rows, and the ids of each task's test sentences.

    Counts are task -> model -> hits and size, `[seeds, sentences, 2]`.
    """
    counts, sentences = {}, {}
    for task in TASKS:
        runs = list(dict.fromkeys(cells[task] for cells in rows.values() if task in cells))
        if runs:
            path = require_file(folder / "statistics" / "counts" / f"{task}.csv", "counts")
            # A sentence may be called "NA".
            frame = pd.read_csv(path, na_filter=False)
            counts[task] = build_counts(frame, runs, seeds)
            sentences[task] = frame[SENTENCE].astype(str).tolist()
    return counts, sentences


def require_file(path: Path, what: str) -> Path:
    """Return a path, or raise an error when there is no such file."""
    if not path.is_file():
        raise MutspadError(f"{path}: expected {what}, found no file")
    return path
