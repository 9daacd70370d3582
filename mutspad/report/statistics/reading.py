"""Read scores, predictions and counts from the folder of an experiment."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mutspad.data.conllup import read_conllup
from mutspad.data.predictions import read_predictions, select_predictions
from mutspad.errors import MutspadError
from mutspad.evaluation.counts import Counts, count_layers
from mutspad.files import read_json
from mutspad.plan.layout import Layout
from mutspad.plan.plan import Plan
from mutspad.plan.rows import RowModels
from mutspad.report.records import RunScores, Setting, read_record
from mutspad.report.statistics.comparisons import SENTENCE, build_counts, check_counts
from mutspad.report.tables.rows import Results
from mutspad.tasks import TASKS, Task


def read_results(folder: Path, plan: Plan) -> tuple[Results, dict[str, list[RunScores]]]:
    """Read the scores of the rows and what is behind them, and model -> the scores of each seed.

    Raises
    ------
    MutspadError
        When a score of a planned model is missing or malformed.
    """
    what, layout, rows = "the scores of a model", Layout(folder), plan.report
    scores = {
        model: [read_json(require_file(layout.scores(model, seed), what)) for seed in plan.seeds]
        for model in rows.models()
    }
    language_model = layout.language_model / "summary.json"
    results = Results.read(
        experiment=plan.params.experiment,
        seeds=plan.seeds,
        report=rows,
        scores=[raw for by_seed in scores.values() for raw in by_seed],
        summaries=read_summaries(folder, plan),
        vectors=read_json(layout.lexicon / "lexicon.json"),
        language_model=read_json(language_model) if language_model.is_file() else None,
        unavailable=plan.unavailable,
    )
    records = {
        run: [read_record(RunScores, what, raw) for raw in by_seed]
        for run, by_seed in scores.items()
    }
    return results, records


def read_summaries(folder: Path, plan: Plan) -> list[Any]:
    """Read the summaries of the corpora that the plan has."""
    return [
        read_json(Layout(folder).corpus(domain, task, "summary.json"))
        for domain in sorted(plan.corpora)
        for task in sorted(plan.corpora[domain])
    ]


def read_setting(folder: Path, plan: Plan) -> Setting:
    """Read what every table says about the data behind it."""
    return Setting.read(
        plan.params.experiment,
        read_summaries(folder, plan),
        read_json(Layout(folder).lexicon / "lexicon.json"),
    )


def count_runs(
    folder: Path, task: Task, runs: Mapping[str, Sequence[RunScores]]
) -> tuple[list[str], dict[str, Counts]]:
    """Count the predictions of runs on a task's test set, all seeds, `[seeds, sentences, 2]`.

    Parameters
    ----------
    folder
        The experiment's results.
    task
        The task.
    runs
        Run -> the scores of each seed, which the counts must come to.

    Returns
    -------
    sentences
        The ids of the test set.
    counts
        Run -> its counts.

    Raises
    ------
    MutspadError
        When the runs are of several domains, or predictions and scores do not belong together.
    """
    domains = {record.config["domain"] for records in runs.values() for record in records}
    if len(domains) != 1:
        raise MutspadError(
            f"{task}: expected runs of one domain, found {', '.join(sorted(domains))}"
        )
    gold = read_conllup(folder / "corpora" / domains.pop() / task / "test.conllup")
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
    """Read the counts of the runs behind rows.

    Returns
    -------
    counts
        Task -> run -> hits and size, `[seeds, sentences, 2]`.
    sentences
        Task -> the ids of its test sentences.

    Raises
    ------
    MutspadError
        When counts are missing.
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
