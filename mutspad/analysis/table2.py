"""Table 2: all methods on the target domain, ours beside the paper's (paper 5.4.1)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mutspad.analysis.paper import Paper, read_paper
from mutspad.analysis.records import ScoreBook, Setting
from mutspad.analysis.rows import (
    COLUMNS,
    MAIN_COLUMNS,
    NOT_RUN,
    TASK_ORDER,
    Results,
    Row,
    build_frame,
    note_scores,
    print_scores,
)
from mutspad.analysis.tables import NOT_APPLICABLE, Notes, Table, build_title, render
from mutspad.config import ReportParams, Split

BEST_ON_TEST = "mutspad_best_on_test"
CHOSEN_ON_DEV = "mutspad_chosen_on_dev"
AS_IS_ROW = "mono_task_pretraining_as_is"


def table2(
    *,
    experiment: str,
    seeds: Sequence[int],
    report: ReportParams,
    scores: Iterable[Mapping[str, Any]],
    summaries: Iterable[Mapping[str, Any]],
    vectors: Mapping[str, Any],
) -> Table:
    """Tabulate all methods.

    Parameters
    ----------
    experiment, seeds
        The experiment's name and seeds.
    report
        The runs behind each row; a row of the paper without runs says "not run yet".
    scores
        The loaded `scores/<run>/seed<k>.json` of all these runs and seeds.
    summaries
        The loaded corpus summaries.
    vectors
        The loaded `lexicon.json`.

    Raises
    ------
    ConfigError
        When `report` has a row that the paper's tables do not have.
    MutspadError
        When a score of a planned run is missing.
    """
    paper = read_paper()
    setting = Setting.read(experiment, summaries, vectors)
    results = Results(ScoreBook(experiment, seeds, scores), report)
    notes = Notes(general=note_scores(setting, results))
    rows, texts = [], {}
    for row, note in (
        *_literature_rows(paper),
        *_method_rows(paper, results),
        _mutspad_row(
            paper,
            results,
            "test",
            BEST_ON_TEST,
            "MuTSPad (best of Table 3 per task on test, as the paper does)",
        ),
        _mutspad_row(
            paper, results, "dev", CHOSEN_ON_DEV, "MuTSPad (variant chosen per task on dev)"
        ),
    ):
        rows.append(row)
        texts[row.id] = [
            row.label + (notes.mark(note) if note else ""),
            row.pretraining or NOT_APPLICABLE,
            *map(row.cell, COLUMNS),
        ]
    title = build_title(2, setting, "test scores on the target domain, ours (the paper's)")
    headers = ["Method", "Pre-training", *(column.header for column in COLUMNS)]
    markdown = render(title, headers, texts.values(), notes)
    return Table(title, build_frame(rows, len(seeds)), markdown)


def _literature_rows(paper: Paper) -> list[tuple[Row, str]]:
    """Build the rows that the paper took from the literature, with their citations."""
    rows = [
        (Row(name, row.label, "", {}, print_scores(row.scores), frozenset()), row.citation)
        for name, row in paper.table2.literature.items()
    ]
    best = paper.table2.best_sota
    return [
        *rows,
        (Row("best_sota", best.label, "", {}, print_scores(best.scores), frozenset()), ""),
    ]


def _method_rows(paper: Paper, results: Results) -> list[tuple[Row, str]]:
    """Build the rows of the baselines."""
    rows = []
    for name, method in paper.table2.rows.items():
        row = Row(
            name,
            method.label,
            method.pretraining,
            results.measure(results.report.table2.get(name, {})),
            print_scores(method.scores, method.mnrg),
            results.expect(method.scores),
        )
        note = (
            "Trained on the source domain only and applied as it is, possible where both domains "
            "have the same labels (paper 5.2.1)"
            if name == AS_IS_ROW
            else ""
        )
        rows.append((row, note))
    return rows


def _mutspad_row(
    paper: Paper, results: Results, split: Split, name: str, label: str
) -> tuple[Row, str]:
    """Build a row of the best variants of Table 3, one a task, chosen on a split.

    The paper prints only the choice on test, so only that row has its values.
    """
    method = paper.table2.mutspad_best
    chosen = results.choose(split)
    row = Row(
        name,
        label,
        method.pretraining,
        results.measure({task: results.report.table3[of][task] for task, of in chosen.items()}),
        print_scores(method.scores, method.mnrg) if split == "test" else {},
        results.expect(method.scores),
    )
    choices = "; ".join(
        f"{MAIN_COLUMNS[task].header} of {paper.table3[chosen[task]].label}"
        if task in chosen
        else f"{MAIN_COLUMNS[task].header} {NOT_RUN}"
        for task in TASK_ORDER
    )
    missing = [paper.table3[of].label for of, runs in results.unification_rows.items() if not runs]
    gaps = f". Without {', '.join(missing)}: {NOT_RUN}" if missing and chosen else ""
    return row, f"By the mean score on {split}: {choices}{gaps}"
