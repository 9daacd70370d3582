"""Compare each pair of methods of Tables 2 and 3 on the sentences of the test sets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from mutspad.config.base import Split
from mutspad.config.sections import StatisticsParams
from mutspad.errors import MutspadError
from mutspad.evaluation.counts import Counts, score_counts
from mutspad.evaluation.mnrg import mnrg
from mutspad.evaluation.score import DECIMALS
from mutspad.evaluation.significance import Floats, PairedSamples, holm, interval
from mutspad.plan.rows import RowModels
from mutspad.report.records import RunScores, ScoreBook
from mutspad.report.tables.rows import (
    MAXIMUM,
    REFERENCE_ROW,
    TASK_ORDER,
    Results,
    list_columns,
    order_tasks,
)
from mutspad.report.tables.table2 import BEST_ON_TEST, CHOSEN_ON_DEV
from mutspad.tasks import PAPER_TASKS, TASKS, Task

ALL_TASKS = "all"
MNRG_METRIC = "mnrg"


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of two methods on one task, or in mNRG (then without p): a's minus b's.

    The interval is for other sentences and, where there are several seeds, other seeds; p is of
    approximate randomisation, `p_holm` corrected for the tasks of the pair. Means are over each
    row's own seeds, as in the tables; p and `seeds` are of those that both have.
    """

    a: str
    b: str
    task: str
    metric: str
    mean_a: float
    mean_b: float
    difference: float
    ci_low: float
    ci_high: float
    p: float | None
    p_holm: float | None
    seeds: int
    seeds_agreeing: int
    sentences: int


class Comparisons:
    """Compare rows; what pairs have in common is drawn and summed once.

    Parameters
    ----------
    rows
        Row -> task -> run, in the order of the tables.
    counts
        Task -> run -> hits and size, `[seeds, sentences, 2]`.
    sentences
        Task -> the ids of its test sentences. Tasks with the same ones are drawn together.
    params
        How much is drawn.
    """

    def __init__(
        self,
        rows: RowModels,
        counts: Mapping[Task, Mapping[str, Counts]],
        sentences: Mapping[Task, Sequence[str]],
        params: StatisticsParams,
    ) -> None:
        self.rows = rows
        self.params = params
        self._samples: dict[Task, PairedSamples] = {}
        self._places: dict[Task, dict[str, int]] = {}
        self._sentences = {task: tuple(sentences[task]) for task in counts}
        for task, runs in counts.items():
            same = [other for other in TASKS if self._sentences.get(other) == self._sentences[task]]
            self._samples[task] = PairedSamples.draw(
                list(runs.values()),
                shuffles=params.shuffles,
                resamples=params.resamples,
                # TweeBank's sentences are the test set of two tasks: a draw that has many hard ones
                # has them for both.
                rng=np.random.default_rng((params.seed, same[0].stream)),
                # A training is a task's own, so other seeds are not drawn together.
                seed_rng=np.random.default_rng((params.seed, len(PAPER_TASKS) + task.stream)),
            )
            self._places[task] = {run: place for place, run in enumerate(runs)}

    def compare(self, a: str, b: str) -> list[Difference]:
        """Compare two rows on the tasks that both have, by different runs."""
        tasks = [
            task
            for task in order_tasks()
            if self.has(a, task) and self.has(b, task) and self.rows[a][task] != self.rows[b][task]
        ]
        p_values = [self._test(a, b, task) for task in tasks]
        return [
            self._describe(
                (a, b, str(task), task.spec.metric),
                (self.scores(a, task), self.scores(b, task)),
                self.replicates(a, task) - self.replicates(b, task),
                p_values=(p_value, corrected),
                sentences=len(self._sentences[task]),
            )
            for task, p_value, corrected in zip(tasks, p_values, holm(p_values), strict=True)
        ]

    def compare_mnrg(self, a: str, b: str) -> Difference | None:
        """Compare two rows in mNRG, all test sets resampled; None where one has none."""
        if not self.has_mnrg(a) or not self.has_mnrg(b) or self.rows[a] == self.rows[b]:
            return None
        return self._describe(
            (a, b, ALL_TASKS, MNRG_METRIC),
            (self._mnrg(a, self.scores), self._mnrg(b, self.scores)),
            self._mnrg(a, self.replicates) - self._mnrg(b, self.replicates),
            # The tables' mNRG is that of mean scores, not the mean of the seeds' mNRG.
            means=(
                float(self._mnrg(a, self.mean_score)[0]),
                float(self._mnrg(b, self.mean_score)[0]),
            ),
            sentences=sum(map(len, {self._sentences[task] for task in TASK_ORDER})),
        )

    def has(self, row: str, task: Task) -> bool:
        """Return whether a row was run on a task."""
        return task in self.rows.get(row, {})

    def has_mnrg(self, row: str) -> bool:
        """Return whether a row and the reference row have all tasks."""
        return all(self.has(name, task) for name in (row, REFERENCE_ROW) for task in TASK_ORDER)

    def scores(self, row: str, task: Task) -> Floats:
        """Return a row's score of each seed, `[seeds]`."""
        return self._samples[task].scores(self._place(row, task))

    def mean_score(self, row: str, task: Task) -> Floats:
        """Return a row's mean score over its seeds, `[1]`."""
        mean: Floats = self.scores(row, task).mean(keepdims=True)
        return mean

    def replicates(self, row: str, task: Task) -> Floats:
        """Return a row's mean score on each bootstrap sample, `[resamples]`.

        Rows of the same run have the same.
        """
        return self._samples[task].resampled[:, self._place(row, task)]

    def _test(self, a: str, b: str, task: Task) -> float:
        """Test two rows on the seeds that both have; 1 where these differ the other way round."""
        common = subtract(self.scores(a, task), self.scores(b, task)).mean()
        whole = self.mean_score(a, task)[0] - self.mean_score(b, task)[0]
        if common * whole < 0:
            return 1.0
        return self._samples[task].p_value(self._place(a, task), self._place(b, task))

    def _place(self, row: str, task: Task) -> int:
        return self._places[task][self.rows[row][task]]

    def _mnrg(self, row: str, of: Callable[[str, Task], Floats]) -> Floats:
        """Compute a row's mNRG of scores or of replicates, `[seeds]` or `[resamples]`."""
        scores = [[of(name, task) for task in TASK_ORDER] for name in (row, REFERENCE_ROW)]
        n = min(len(each) for of_row in scores for each in of_row)
        method, reference = (np.stack([e[:n] for e in of_row], axis=1) for of_row in scores)
        return mnrg(method, reference, MAXIMUM)

    def _describe(
        self,
        names: tuple[str, str, str, str],
        scores: tuple[Floats, Floats],
        replicates: Floats,
        *,
        means: tuple[float, float] | None = None,
        p_values: tuple[float, float] | None = None,
        sentences: int,
    ) -> Difference:
        """Build a difference from the scores of each seed and of each bootstrap sample."""
        mean_a, mean_b = means or (float(scores[0].mean()), float(scores[1].mean()))
        low, high = interval(replicates, self.params.confidence)
        signs = np.sign(subtract(*scores))
        p_value, corrected = p_values or (None, None)
        return Difference(
            *names,
            mean_a=mean_a,
            mean_b=mean_b,
            difference=mean_a - mean_b,
            ci_low=low,
            ci_high=high,
            p=p_value,
            p_holm=corrected,
            seeds=len(signs),
            seeds_agreeing=int((signs == np.sign(mean_a - mean_b)).sum()),
            sentences=sentences,
        )


def subtract(a: Floats, b: Floats) -> Floats:
    """Subtract scores of the seeds that both have, `[seeds]`, the first ones of the longer."""
    n = min(len(a), len(b))
    difference: Floats = a[:n] - b[:n]
    return difference


def list_rows(results: Results) -> RowModels:
    """List the rows that have run, in the order of the tables, the choices of Table 3 last."""
    rows = {
        name: dict(runs)
        for name, runs in (results.report.table2 | results.unification_rows).items()
        if runs
    }
    choices: dict[str, Split] = {BEST_ON_TEST: "test", CHOSEN_ON_DEV: "dev"}
    for name, split in choices.items():
        chosen = results.choose(split)
        if chosen:
            rows[name] = {task: results.report.table3[of][task] for task, of in chosen.items()}
    return rows


def differences_frame(comparisons: Comparisons) -> pd.DataFrame:
    """Tabulate every pair of rows, the later one in the tables minus the earlier one."""
    records: list[dict[str, Any]] = []
    for b, a in combinations(comparisons.rows, 2):
        gain = comparisons.compare_mnrg(a, b)
        differences = comparisons.compare(a, b)
        records.extend(map(asdict, differences if gain is None else [*differences, gain]))
    columns = list(Difference.__dataclass_fields__)
    return pd.DataFrame.from_records(records, columns=columns).round(6)


def seeds_frame(rows: RowModels, book: ScoreBook) -> pd.DataFrame:
    """Tabulate the score of every row, task, split and seed."""
    lines = [
        (row, run, str(column.task), split, record.seed, column.metric, splits[column.metric])
        for row, cells in rows.items()
        for column in list_columns()
        if column.task is not None and column.task in cells
        for run in (cells[column.task],)
        for record in book.records(run)
        for split, splits in sorted(record.scores[column.task].items())
        if column.metric in splits
    ]
    columns = ["row", "run", "task", "split", "seed", "metric", "score"]
    return pd.DataFrame.from_records(lines, columns=columns)


def check_counts(record: RunScores, task: Task, counts: Counts) -> None:
    """Check that the counts of a model and seed, `[sentences, 2]`, come to its score."""
    counted = float(score_counts(counts.sum(axis=0)))
    score = record.scores[task]["test"][task.spec.metric]
    if abs(counted - score) > 10**-DECIMALS:
        raise MutspadError(
            f"run {record.run}, seed {record.seed}: expected counts with {task} "
            f"{task.spec.metric} {score}, as its scores say, found {counted:.{DECIMALS}f}; score "
            f"the run again"
        )
