"""Table 2 on a terminal: the trained rows, in 100 columns."""

from pathlib import Path

import pytest

from mutspad.cli.main import main
from mutspad.plan.layout import Layout
from mutspad.plan.plan import Plan, write_plan

HEADER = (
    "row,method,seeds,pos_accuracy,pos_accuracy_paper,dep_las,dep_las_paper,"
    "ner_f1,ner_f1_paper,chunk_f1,chunk_f1_paper,mnrg,mnrg_paper"
)
ROWS = (
    "biaffine,SOTA - BiAffine,,,,,77.7,,,,,,",
    "mono,Mono-task Learning,2,89.1071,91.58,55.7371,67.48,23.5897,36.75,73.0858,80.26,0.0,0.0",
    f"as_is,{'Mono-Task Pre-Training and more ' * 3},1,,,47.5936,76.92,,,69.966,70.16,,",
)


def show(results: Path, capsys: pytest.CaptureFixture[str], kind: str) -> str:
    (results / "tables").mkdir()
    (results / "tables" / "table2.csv").write_text("\n".join([HEADER, *ROWS]))
    title = f"# Table 2 ({kind}): test scores, ours (the paper's)\n\n| Method |\n"
    (results / "tables" / "table2.md").write_text(title)
    with pytest.raises(SystemExit) as stopped:
        main(["show", "--results", str(results)])
    assert stopped.value.code == 0
    return capsys.readouterr().out


def test_the_trained_rows_fit_a_hundred_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    printed = show(tmp_path, capsys, "paper").replace(str(tmp_path), "results/paper")
    assert max(map(len, printed.splitlines())) <= 100
    assert "89.11 (91.58)" in printed
    assert "47.59 (76.92)" in printed
    assert "BiAffine" not in printed
    assert "results/paper/claims.md" in printed


def test_the_demo_is_compared_with_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = show(tmp_path, capsys, "demo: synthetic data")
    assert "demo: synthetic data" in printed
    assert "89.11" in printed
    assert "91.58" not in printed
    assert "paper's)" not in printed


@pytest.mark.usefixtures("forget_tasks")
def test_a_task_of_ones_own_has_its_column(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    mood_plan: Plan,
) -> None:
    write_plan(mood_plan, Layout(tmp_path))
    monkeypatch.setattr(f"{__name__}.HEADER", HEADER + ",mood_accuracy")
    monkeypatch.setattr(f"{__name__}.ROWS", (ROWS[1] + ",61.25",))
    printed = show(tmp_path, capsys, "paper")
    assert "MOOD" in printed
    assert "61.25" in printed


def test_a_plan_of_another_version_does_not_matter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plan.json").write_text("{}")
    assert "89.11 (91.58)" in show(tmp_path, capsys, "paper")


def test_results_that_are_not_there_are_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["show", "--results", str(tmp_path)])
    assert stopped.value.code == 1
    assert "Run snakemake all" in capsys.readouterr().err
