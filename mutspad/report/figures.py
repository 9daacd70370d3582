"""Figures of the report."""

from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from mutspad.report.tables.rows import MAIN_COLUMNS
from mutspad.tasks import Task

# Okabe and Ito's palette: told apart by the colour-blind; dashes and markers tell apart in print.
STYLES: tuple[tuple[str, Literal["-", "--", "-.", ":"], str], ...] = (
    ("#000000", "-", "o"),
    ("#E69F00", "--", "s"),
    ("#56B4E9", "-", "^"),
    ("#009E73", "--", "D"),
    ("#0072B2", "-.", "v"),
    ("#D55E00", ":", "P"),
    ("#CC79A7", "-", "X"),
)

Histories = Mapping[str, Mapping[Task, Sequence[pd.DataFrame]]]


def plot_convergence(histories: Histories, title: str) -> Figure:
    """Plot the dev scores of each method, epoch by epoch, one panel a task.

    The paper holds that unified data make training converge faster (5.4.2); this shows whether.

    Parameters
    ----------
    histories
        Method -> task -> the `history.csv` of each seed, at most seven methods. Seeds are averaged
        while all still train.
    title
        Names the experiment.

    Raises
    ------
    ValueError
        When there are more methods than styles: none is left out silently.
    """
    if len(histories) > len(STYLES):
        raise ValueError(f"histories: expected at most {len(STYLES)}, found {len(histories)}")
    figure = Figure(figsize=(11, 3.4), layout="constrained")
    panels: list[Axes] = list(figure.subplots(1, len(MAIN_COLUMNS)))
    for axes, (task, column) in zip(panels, MAIN_COLUMNS.items(), strict=True):
        for method, (colour, dashes, marker) in zip(histories, STYLES, strict=False):
            seeds = histories[method].get(task)
            if not seeds:
                continue
            epochs = min(map(len, seeds))
            mean = sum(seed[f"dev_{task}"].to_numpy()[:epochs] for seed in seeds) / len(seeds)
            axes.plot(
                range(1, epochs + 1), mean, dashes, color=colour, marker=marker, markersize=3.5
            )
        axes.set_title(column.header, fontsize=10)
        axes.set_xlabel("epoch")
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("dev score, per cent")
    figure.suptitle(title, fontsize=11)
    keys = [
        Line2D([], [], color=colour, linestyle=dashes, marker=marker, markersize=4, label=method)
        for method, (colour, dashes, marker) in zip(histories, STYLES, strict=False)
    ]
    figure.legend(handles=keys, loc="outside lower center", ncols=3, fontsize=8, frameon=False)
    return figure
