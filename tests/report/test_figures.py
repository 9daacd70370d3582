"""The figure shows every method and task, and the mean over the seeds."""

import pandas as pd
import pytest

from mutspad.report.figures import plot_convergence
from mutspad.tasks import TASKS, Task


def history(task: Task, *scores: float) -> pd.DataFrame:
    return pd.DataFrame({"epoch": range(len(scores)), f"dev_{task}": scores})


def test_seeds_are_averaged_while_all_still_train():
    figure = plot_convergence(
        {"Mono": {Task.NER: [history(Task.NER, 10, 20, 30), history(Task.NER, 20, 40)]}}, "demo"
    )
    lines = {axes.get_title(): axes.get_lines() for axes in figure.axes}
    (line,) = lines["NER (F1)"]
    assert list(line.get_xdata()) == [1, 2]
    assert list(line.get_ydata()) == pytest.approx([15, 30])
    assert not lines["POS (acc)"]


def test_every_method_has_a_style_of_its_own_and_stands_in_the_legend():
    methods = {
        f"method {number}": {task: [history(task, 1, 2)] for task in TASKS} for number in range(6)
    }
    figure = plot_convergence(methods, "paper")
    for axes in figure.axes:
        assert len({(line.get_color(), line.get_linestyle()) for line in axes.get_lines()}) == 6
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(methods)
