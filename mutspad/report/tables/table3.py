"""Table 3: what dataset unification brings, ours beside the paper's (paper 5.4.2)."""

from collections.abc import Mapping

from mutspad.evaluation.mnrg import mnrg
from mutspad.report.paper import Paper, read_paper
from mutspad.report.tables.form import Notes, Section, Table, build_title, render
from mutspad.report.tables.rows import (
    MAXIMUM,
    REFERENCE_ROW,
    TASK_ORDER,
    Results,
    Row,
    build_frame,
    list_columns,
    note_scores,
    print_scores,
)
from mutspad.tasks import Task


def table3(results: Results) -> Table:
    """Tabulate MuTSPad without unification, with source and with source and target unification."""
    paper = read_paper()
    pretraining = paper.table2.mutspad_best.pretraining
    rows = [
        Row(
            name,
            results.name_row(name),
            pretraining,
            results.measure(runs),
            print_scores(paper.table3[name].scores, paper_mnrg(paper, name))
            if name in paper.table3
            else {},
            results.expect(TASK_ORDER),
        )
        for name, runs in results.unification_rows.items()
    ]
    notes = Notes(general=note_scores(results))
    header = [column.header for column in list_columns()]
    mark = notes.mark(
        "The paper's Table 3 has no mNRG: the value in brackets is computed here from its scores"
    )
    headers = ["MuTSPad", *(f"{name}{mark}" if name == "mNRG" else name for name in header)]
    title = build_title(3, results.setting, "impact of dataset unification, ours (the paper's)")
    lines = [[row.label, *map(row.cell, list_columns())] for row in rows]
    markdown = render([Section(title, headers, lines)], notes)
    return Table(title, build_frame(rows), markdown)


def paper_mnrg(paper: Paper, row: str) -> float:
    """Compute the mNRG of one of the paper's unification rows from the paper's scores."""
    reference = paper.table2.rows[REFERENCE_ROW].scores
    gain = mnrg(_values(paper.table3[row].scores), _values(reference), MAXIMUM)
    return round(float(gain), 2)


def _values(scores: Mapping[Task, float | None]) -> list[float]:
    """List the scores of all four tasks."""
    return [score for task in TASK_ORDER if (score := scores[task]) is not None]
