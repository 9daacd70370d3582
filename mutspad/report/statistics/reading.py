"""Read scores, predictions and counts from the folder of an experiment."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mutspad.config import ReportParams, RowRuns
from mutspad.data.conllup import read_conllup
from mutspad.errors import MutspadError
from mutspad.evaluation.counts import Counts, count_layers
from mutspad.files import read_json
from mutspad.report.records import RunScores, read_record
from mutspad.report.statistics.comparisons import SENTENCE, build_counts, check_counts
from mutspad.report.tables.rows import Results
from mutspad.tasks import TASKS, Task


def read_results(
    folder: Path,
    *,
    experiment: str,
    seeds: Sequence[int],
    report: ReportParams,
    unavailable: Mapping[str, str] | None = None,
) -> tuple[Results, dict[str, list[RunScores]]]:
    """Read the scores of the rows and what is behind them, and run -> the scores of each seed.

    Raises
    ------
    MutspadError
        When a score of a planned run is missing or malformed.
    """
    what = "the scores of a run"
    scores = {
        run: [
            read_json(require_file(folder / "scores" / run / f"seed{seed}.json", what))
            for seed in seeds
        ]
        for run in report.runs()
    }
    language_model = folder / "language_model" / "summary.json"
    results = Results.read(
        experiment=experiment,
        seeds=seeds,
        report=report,
        scores=[raw for by_seed in scores.values() for raw in by_seed],
        summaries=[read_json(path) for path in sorted(folder.glob("corpora/*/*/summary.json"))],
        vectors=read_json(folder / "lexicon" / "lexicon.json"),
        language_model=read_json(language_model) if language_model.is_file() else None,
        unavailable=unavailable,
    )
    records = {
        run: [read_record(RunScores, what, raw) for raw in by_seed]
        for run, by_seed in scores.items()
    }
    return results, records


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
    counts = {}
    for run, records in runs.items():
        seeds = []
        for record in records:
            path = folder / "predictions" / run / f"seed{record.seed}" / f"{task}.test.conllup"
            seeds.append(count_layers(task, gold, read_conllup(path)))
            check_counts(record, task, seeds[-1])
        counts[run] = np.stack(seeds)
    return [sentence.id for sentence in gold], counts


def read_counts(
    folder: Path, rows: RowRuns, seeds: Sequence[int]
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
