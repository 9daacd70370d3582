import pytest

from mutspad.report.paper import read_paper
from mutspad.report.tables.rows import MNRG, list_columns
from mutspad.report.tables.table3 import paper_mnrg
from mutspad.tasks import TASKS

PAPER = read_paper()


def test_best_sota_is_the_best_literature_score_of_each_task():
    for task in TASKS:
        scores = [row.scores[task] for row in PAPER.table2.literature.values()]
        assert PAPER.table2.best_sota.scores[task] == max(s for s in scores if s is not None)


def test_mutspad_best_is_the_best_of_table_3_task_by_task():
    for task in TASKS:
        best = max(row.scores[task] for row in PAPER.table3.values())
        assert PAPER.table2.mutspad_best.scores[task] == best


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("without_unification", 26.52),
        ("source_unification", 30.46),
        ("source_target_unification", 31.32),
    ],
)
def test_mnrg_of_the_paper_s_single_configurations(row, expected):
    assert paper_mnrg(PAPER, row) == expected


def test_known_differences_are_differences_from_table_1():
    for known in PAPER.known_differences:
        domain = "news" if known.corpus == "ud-ewt" else "tweets"
        for task in known.tasks:
            for name, ours in known.ours.items():
                assert getattr(PAPER.table1[domain][task], name) != ours


def test_published_scores_name_columns_of_the_table_and_say_what_they_come_from():
    keys = {column.key for column in list_columns() if column is not MNRG}
    for row in PAPER.table2.since_2020.values():
        assert set(row.scores) <= keys
        assert all(0 < score < 100 for score in row.scores.values())
        assert "runs" in row.note or "seeds" in row.note


def test_rows_of_ours_stand_behind_rows_of_the_paper(plan_of):
    described = plan_of().report.described
    places = {row.after for row in described.values() if row.after is not None}
    assert places
    assert places <= set(PAPER.table2.rows)
    assert set(PAPER.table3) == set(plan_of().report.table3)
    assert set(PAPER.table2.rows) <= set(plan_of().report.table2)
