"""Figures: the training curves of the methods, and Figure 2 of the paper (paper 5.4.2, 5.5)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, MultipleLocator
from numpy.typing import NDArray

from mutspad.files import atomic_path
from mutspad.report.ablation.drops import DECIMALS, UNIT, AblatedRun
from mutspad.report.tables.rows import main_column, order_tasks
from mutspad.tasks import PAPER_TASKS, Task

# Okabe and Ito's palette for colour-blind readers; dashes and markers work in black and white.
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
# Lightness falls evenly, so that the map also reads in grey and for the colour-blind; the colour is
# the paper's.
COLOURS = "Blues"
INK = "#08306b"
ACCENT = "#d55e00"

Values = NDArray[np.float64]
"""Drops, `[tasks, units]`."""


def convergence_frame(histories: Histories) -> pd.DataFrame:
    """Tabulate the dev score of each method, task, seed (by its place) and epoch."""
    records = [
        {"method": method, "task": str(task), "seed": seed, "epoch": epoch, "dev": score}
        for method, tasks in histories.items()
        for task, seeds in tasks.items()
        for seed, history in enumerate(seeds, 1)
        for epoch, score in enumerate(history[f"dev_{task}"], 1)
    ]
    return pd.DataFrame.from_records(records, columns=["method", "task", "seed", "epoch", "dev"])


def plot_convergence(histories: Histories, title: str) -> Figure:
    """Plot the dev scores of each method, epoch by epoch, one panel a task.

    The paper holds that unified data make training converge faster (5.4.2); this shows whether.
    Seeds, `history.csv` each, are averaged while all still train.
    """
    if len(histories) > len(STYLES):
        raise ValueError(f"histories: expected at most {len(STYLES)}, found {len(histories)}")
    drawn = {*PAPER_TASKS, *(task for found in histories.values() for task in found)}
    tasks = [task for task in order_tasks() if task in drawn]
    figure = Figure(figsize=(2.75 * len(tasks), 3.4), layout="constrained")
    panels: list[Axes] = list(figure.subplots(1, len(tasks)))
    for axes, task in zip(panels, tasks, strict=True):
        for method, (colour, dashes, marker) in zip(histories, STYLES, strict=False):
            seeds = histories[method].get(task)
            if not seeds:
                continue
            epochs = min(map(len, seeds))
            mean = sum(seed[f"dev_{task}"].to_numpy()[:epochs] for seed in seeds) / len(seeds)
            axes.plot(
                range(1, epochs + 1), mean, dashes, color=colour, marker=marker, markersize=3.5
            )
        axes.set_title(main_column(task).header, fontsize=10)
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


def max_drop_frame(run: AblatedRun, min_support: int) -> pd.DataFrame:
    """Return the maximum class-score drop of each unit, a column a task.

    Classes with fewer gold words than `min_support` do not count.
    """
    drops = {str(task): run.ablations[task].max_drops(min_support) for task in PAPER_TASKS}
    return pd.DataFrame(drops).rename_axis(UNIT).round(DECIMALS)


def plot_max_drops(drops: pd.DataFrame, title: str) -> Figure:
    """Plot the maximum class-score drops, a row a task and a column a unit, on one colour scale.

    Beside the map stands the distribution of each row: a line to the 5th and 95th percentile, a bar
    between the quartiles, the median and the greatest drop.
    """
    values = drops[[str(task) for task in PAPER_TASKS]].to_numpy().T
    top = max(float(values.max()), 10.0**-DECIMALS)
    figure = Figure(figsize=(11, 3.4), layout="constrained")
    cells, beside = figure.subplots(1, 2, width_ratios=(5.2, 1), sharey=True)
    # A unit whose loss helps every class shows as one that nobody needs. Most drops are small
    # beside the greatest: on a linear scale, all rows would look empty.
    image = cells.imshow(
        np.clip(values, 0, None),
        cmap=COLOURS,
        norm=PowerNorm(0.5, vmin=0, vmax=top),
        aspect="auto",
        interpolation="nearest",
    )
    _draw_frame(cells, values, drops.index.tolist())
    _draw_distribution(beside, values)
    bar = figure.colorbar(image, ax=[cells, beside], pad=0.015, fraction=0.03, aspect=14)
    bar.set_label("max class-score drop\n(points, square-root scale)", fontsize=8.5)
    bar.ax.tick_params(labelsize=8, length=2.5)
    bar.outline.set_visible(False)
    figure.suptitle(title, fontsize=11)
    return figure


def _draw_frame(axes: Axes, values: Values, units: Sequence[int]) -> None:
    """Draw axis labels, separate the rows, and mark the unit of each row's greatest drop."""
    axes.set_yticks(range(len(PAPER_TASKS)), [task.spec.label for task in PAPER_TASKS], fontsize=10)
    axes.set_ylim(len(PAPER_TASKS) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    places = MaxNLocator(nbins=9, integer=True, steps=[1, 2, 5, 10]).tick_values(0, len(units) - 1)
    shown = [int(place) for place in places if 0 <= place < len(units)]
    axes.set_xticks(shown, [str(units[place]) for place in shown], fontsize=8)
    if len(shown) > 1:
        axes.xaxis.set_minor_locator(MultipleLocator((shown[1] - shown[0]) / 5))
    axes.tick_params(axis="x", which="both", width=0.6)
    axes.tick_params(axis="x", which="minor", length=2)
    axes.set_xlabel("unit of $h_{pos}$", fontsize=9)
    for row in range(len(PAPER_TASKS) + 1):
        axes.axhline(row - 0.5, color="white", linewidth=11)
    axes.spines[:].set_visible(False)
    for row, drops in enumerate(values):
        place = int(drops.argmax())
        if drops[place] > 0:
            axes.annotate(
                f"{units[place]}",
                (place, row - 0.5),
                ha="center",
                va="center",
                fontsize=7,
                color=ACCENT,
                annotation_clip=False,
            )


def _draw_distribution(axes: Axes, values: Values) -> None:
    """Draw the percentiles of each row."""
    for row, drops in enumerate(values):
        low, lower, middle, upper, high = np.percentile(drops, (5, 25, 50, 75, 95))
        axes.plot([low, high], [row, row], color=INK, linewidth=1, solid_capstyle="butt")
        axes.plot([lower, upper], [row, row], color=INK, linewidth=6, solid_capstyle="butt")
        axes.plot(
            middle, row, "o", color="white", markeredgecolor=INK, markersize=4.5, clip_on=False
        )
        axes.plot(drops.max(), row, "|", color=ACCENT, markersize=9, markeredgewidth=1.6)
    axes.set_xlim(left=min(0.0, float(values.min())))
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.tick_params(axis="x", labelsize=8, width=0.6)
    axes.set_xlabel("points", fontsize=9)
    axes.set_title("all units: quartiles, median,\n5 to 95 %, greatest", fontsize=7.5)
    axes.grid(axis="x", alpha=0.3)
    axes.spines[["top", "right", "left"]].set_visible(False)


def save_figure(figure: Figure, stem: Path) -> None:
    """Write a figure as PDF and PNG, the same bytes each time."""
    for suffix, metadata in ((".pdf", {"CreationDate": None}), (".png", {"Software": None})):
        with atomic_path(stem.with_suffix(suffix)) as temporary:
            figure.savefig(temporary, format=suffix[1:], dpi=200, metadata=metadata)
