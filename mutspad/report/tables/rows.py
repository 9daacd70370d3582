"""Rows of Tables 2 and 3: measured scores beside those printed in the paper."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import pandas as pd

from mutspad.config.base import Split
from mutspad.evaluation.mnrg import mnrg
from mutspad.plan.rows import Description, Rows
from mutspad.report.paper import read_paper
from mutspad.report.records import Measured, ScoreBook, Setting, deviation
from mutspad.report.tables.form import NOT_APPLICABLE, note_data, note_paper
from mutspad.tasks import TASKS, Task

# The paper's tasks in the order of its columns; mNRG is over these.
TASK_ORDER = (Task.POS, Task.DEP, Task.NER, Task.CHUNK)
REFERENCE_ROW = "mono_task_learning"
MAXIMUM = 100.0
NOT_RUN = "not run yet"
NO_WEIGHTS = "weights not available"


@dataclass(frozen=True)
class Column:
    """Describe a column of scores: its key in the frame, its header, whose score (None: mNRG)."""

    key: str
    header: str
    task: Task | None = None
    metric: str = ""


MNRG = Column("mnrg", "mNRG")
UAS = Column("dep_uas", "DP UAS", Task.DEP, "uas")
LAS_SINGLE_ROOT = Column("dep_las_single_root", "DP LAS single-root", Task.DEP, "las_single_root")
Measures = Mapping[Column, Measured]


def order_tasks() -> list[Task]:
    """List the tasks as their columns stand, those of one's own behind the paper's."""
    return [*TASK_ORDER, *(task for task in TASKS if task not in TASK_ORDER)]


def main_column(task: Task) -> Column:
    """Describe the column of a task's main score."""
    return Column(f"{task}_{task.spec.metric}", task.spec.heading, task, task.spec.metric)


def list_columns() -> list[Column]:
    """List the columns of a table."""
    return [*map(main_column, order_tasks()), MNRG, UAS, LAS_SINGLE_ROOT]


@dataclass(frozen=True)
class Row:
    """One row of a table: what was measured, what the paper prints, what others published since.

    A column that a complete reproduction fills (`expected`) says `missing` until it is measured.
    """

    id: str
    label: str
    pretraining: str
    ours: Measures = field(default_factory=dict)
    paper: Mapping[Column, float] = field(default_factory=dict)
    expected: frozenset[Column] = frozenset()
    missing: str = NOT_RUN
    published: Mapping[Column, float] = field(default_factory=dict)

    @property
    def seeds(self) -> int | None:
        """Count the seeds that every score of the row has; None of one that was not measured."""
        # mNRG has those that the reference row has, too.
        scores = [measured.seeds for column, measured in self.ours.items() if column is not MNRG]
        return min(scores, default=None)

    def cell(self, column: Column) -> str:
        """Build `ours (paper)`, either of which may be missing, or what others published."""
        if column in self.published:
            return str(self.published[column])
        measured = self.ours.get(column)
        if measured is not None:
            # As many decimals as the paper prints.
            decimals = 1 if column is MNRG else 2
            spread = "" if measured.sd is None else f" ± {measured.sd:.{decimals}f}"
            text = f"{measured.mean:.{decimals}f}{spread}"
        else:
            text = self.missing if column in self.expected else ""
        printed = f"({self.paper[column]})" if column in self.paper else ""
        return " ".join(part for part in (text, printed) if part) or NOT_APPLICABLE


class Results:
    """Measure rows of models against the reference row of mNRG.

    Parameters
    ----------
    report
        The models behind each row; a row without models says "not run yet".
    unavailable
        Rows of Table 2 that cannot run because weights are not there, and why.
    """

    def __init__(
        self,
        setting: Setting,
        book: ScoreBook,
        report: Rows,
        unavailable: Mapping[str, str],
    ) -> None:
        self.setting = setting
        self.book = book
        self.report = report
        self.unavailable = unavailable
        self.single_root = book.knows(Task.DEP, "test", LAS_SINGLE_ROOT.metric)
        self._reference = report.table2.get(REFERENCE_ROW, {})

    @property
    def n_seeds(self) -> int:
        """Count the seeds."""
        return len(self.book.seeds)

    def measure(self, runs: Mapping[Task, str]) -> dict[Column, Measured]:
        """Measure one row's runs on test, and their mNRG where row and reference are complete."""
        measures = {
            column: self.book.measure(runs[column.task], column.task, "test", column.metric)
            for column in list_columns()
            if column.task is not None
            and column.task in runs
            and (column is not LAS_SINGLE_ROOT or self.single_root)
        }
        if all(task in runs and task in self._reference for task in TASK_ORDER):
            method, reference = self._scores_of(runs), self._scores_of(self._reference)
            mean, base = (list(map(fmean, scores)) for scores in (method, reference))
            # A row may have fewer seeds than another: those that both have.
            pairs = zip(zip(*method, strict=False), zip(*reference, strict=False), strict=False)
            by_seed = [float(mnrg(a, b, MAXIMUM)) for a, b in pairs]
            gain = float(mnrg(mean, base, MAXIMUM))
            measures[MNRG] = Measured(gain, deviation(by_seed), len(by_seed))
        return measures

    def expect(self, tasks: Iterable[Task]) -> frozenset[Column]:
        """Name the columns that a complete reproduction of a row with these tasks fills."""
        columns = {main_column(task) for task in tasks}
        if columns.issuperset(main_column(task) for task in TASK_ORDER):
            columns.add(MNRG)
        if main_column(Task.DEP) in columns:
            columns |= {UAS, LAS_SINGLE_ROOT} if self.single_root else {UAS}
        return frozenset(columns)

    def choose(self, split: Split) -> dict[Task, str]:
        """Choose for each task the row of Table 3 with the best mean score; the first of equals.

        The mean is over the seeds that all of these rows have.
        """
        chosen = {}
        for task in TASK_ORDER:
            scores = {
                row: self.book.values(runs[task], task, split, task.spec.metric)
                for row, runs in self.unification_rows.items()
                if task in runs
            }
            if scores:
                n = min(map(len, scores.values()))
                chosen[task] = max(scores, key=lambda row: fmean(scores[row][:n]))
        return chosen

    @property
    def unification_rows(self) -> dict[str, Mapping[Task, str]]:
        """Return the models of Table 3, the paper's rows first."""
        rows = dict.fromkeys([*read_paper().table3, *self.report.table3])
        return {row: self.report.table3.get(row, {}) for row in rows}

    @property
    def own_rows(self) -> dict[str, Description]:
        """Describe the rows of Table 2 that the paper does not have."""
        known = read_paper().table2.rows
        return {row: self.report.described[row] for row in self.report.table2 if row not in known}

    def name_row(self, row: str) -> str:
        """Return the label of a row."""
        printed = read_paper().row(row)
        if printed is not None:
            return printed.label
        described = self.report.described.get(row)
        # A claim can be about a row that the experiment leaves out.
        return row.replace("_", " ").capitalize() if described is None else described.label

    def name_fully(self, row: str) -> str:
        """Return the label of a row for use outside its table: with MuTSPad, or the encoder."""
        label = self.name_row(row)
        if row in self.unification_rows:
            return f"MuTSPad {label}"
        own = self.own_rows.get(row)
        return f"{label} ({own.encoder})" if own is not None and own.encoder else label

    def other_sizes(self) -> dict[str, set[Any]]:
        """Collect the values of hyper-parameters that differ from the paper's (5.3)."""
        # The vectors are the experiment's, not a run's.
        known = {"vectors.dim": {self.setting.vectors.dim}}
        return {
            key: values
            for key, printed in read_paper().hyper_parameters.items()
            if (values := known.get(key, self.book.values_of(key)) - {printed})
        }

    def _scores_of(self, runs: Mapping[Task, str]) -> list[list[float]]:
        """Return the main test score of each task and seed."""
        return [self.book.values(runs[task], task, "test", task.spec.metric) for task in TASK_ORDER]


def print_scores(
    scores: Mapping[Task, float | None], gain: float | None = None
) -> dict[Column, float]:
    """Map columns to the paper's numbers."""
    printed = {
        main_column(task): value
        for task in order_tasks()
        if (value := scores.get(task)) is not None
    }
    return printed if gain is None else {**printed, MNRG: gain}


def list_scored(scores: Mapping[Task, float | None]) -> list[Task]:
    """List the tasks of which the paper prints a score."""
    return [task for task in TASK_ORDER if scores[task] is not None]


def build_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Build the frame: a row's names, its number of seeds, then mean, sd and the paper's value.

    What others published since stands in columns at the end, where any row has it.
    """
    published = [
        column for column in list_columns() if any(column in row.published for row in rows)
    ]
    records: list[dict[str, Any]] = []
    for row in rows:
        names = {"row": row.id, "method": row.label, "pretraining": row.pretraining}
        records.append({**names, "seeds": row.seeds})
        for column in list_columns():
            measured = row.ours.get(column)
            records[-1][column.key] = measured and measured.mean
            records[-1][f"{column.key}_sd"] = measured and measured.sd
            if column not in (UAS, LAS_SINGLE_ROOT):
                records[-1][f"{column.key}_paper"] = row.paper.get(column)
        for column in published:
            records[-1][f"{column.key}_published"] = row.published.get(column)
    frame = pd.DataFrame.from_records(records)
    texts = {"row": "string", "method": "string", "pretraining": "string"}
    numbers = {name: "float64" for name in frame.columns if name not in (*texts, "seeds")}
    return frame.astype({**texts, "seeds": "Int64", **numbers})


def note_scores(results: Results) -> list[str]:
    """Build the notes on metrics, seeds and data behind the scores of a table."""
    seeds = ", ".join(map(str, results.book.seeds))
    return [
        note_paper(results.setting),
        f"One seed ({seeds}): no spread can be given"
        if results.n_seeds == 1
        else f"Means over {results.n_seeds} seeds ({seeds}) ± sample standard deviation",
        *_note_fewer_seeds(results),
        "POS: accuracy; NER and CK: exact-match F1 by seqeval; all in per cent, on test",
        "DP: LAS counts head and universal relation (subtypes dropped) over all words, punctuation "
        "included, as conll18_ud_eval.py does, on the corpus's own trees, which may have several "
        "roots",
        "DP LAS single-root: references and predictions in the form of TweeBank's later "
        "*.fixed.conllu files, extra roots attached to the first by parataxis"
        if results.single_root
        else "DP LAS single-root: n/a, this corpus has no single-root references",
        f"mNRG: median over the four tasks of (score - reference) / ({MAXIMUM:.0f} - reference), "
        f"in per cent; reference: Mono-task Learning; of the mean scores"
        + ("" if results.n_seeds == 1 else "; ± over each seed's own gain over its own reference"),
        *_note_sizes(results.other_sizes()),
        *note_data(results.setting),
    ]


def _note_fewer_seeds(results: Results) -> list[str]:
    """Build the note on rows that are trained with the first of the seeds only."""
    fewer = [
        f"{results.name_fully(row)} ({n} of {results.n_seeds})"
        for row, runs in (results.report.table2 | results.report.table3).items()
        if runs
        and (n := min(len(results.book.records(run)) for run in runs.values())) < results.n_seeds
    ]
    return [f"Trained with the first seeds only: {', '.join(fewer)}"] if fewer else []


def _note_sizes(sizes: Mapping[str, set[Any]]) -> list[str]:
    """Build the note on hyper-parameters that differ from the paper's."""
    printed = read_paper().hyper_parameters
    others = [
        f"{key} {', '.join(map(str, sorted(values)))} ({printed[key]})"
        for key, values in sizes.items()
    ]
    return [f"Not the paper's hyper-parameters (5.3): {'; '.join(others)}"] if others else []
