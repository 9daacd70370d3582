"""Plot how the supervised methods of the paper's Tables 2 and 3 converge on the target domain.

Example: mutspad step plot --experiment demo --seed 1 --seed 2 --report '{...}'
         --results results/demo

results/<experiment>/figures/
├── convergence.pdf    dev score by epoch, one panel a task
└── convergence.png
"""

from pathlib import Path

import click
import pandas as pd

from mutspad.cli.options import seeds_option
from mutspad.config import ReportParams, parse_json, read_run
from mutspad.files import atomic_path
from mutspad.report.figures import plot_convergence
from mutspad.report.paper import read_paper
from mutspad.tasks import Task


@click.command("plot")
@click.option("--experiment", required=True)
@seeds_option
@click.option("--report", required=True, help="The run behind every cell, as JSON.")
@click.option("--results", type=click.Path(path_type=Path), required=True)
def command(*, experiment: str, seeds: tuple[int, ...], report: str, results: Path) -> None:
    """Read the histories of the trained runs behind the tables; write one figure twice."""
    rows = parse_json(ReportParams, report, "--report", "the rows of the tables")
    paper = read_paper()
    labels = {
        name: row.label
        for name, row in paper.table2.rows.items()
        if row.pretraining != "unsupervised"
    } | {name: f"MuTSPad {row.label}" for name, row in paper.table3.items()}
    histories: dict[str, dict[Task, list[pd.DataFrame]]] = {}
    for name, cells in (rows.table2 | rows.table3).items():
        if name not in labels:
            continue  # A row beyond the paper.
        trained = {
            task: [
                pd.read_csv(results / run.phase / run.name / f"seed{seed}" / "history.csv")
                for seed in seeds
            ]
            for task, run in (
                (task, read_run(results / "runs" / f"{run_name}.json"))
                for task, run_name in cells.items()
            )
            if run.phase != "as-is"
        }
        if trained:
            histories[labels[name]] = trained
    kind = "demo: synthetic data" if experiment == "demo" else experiment
    figure = plot_convergence(histories, f"Convergence on the target domain ({kind})")
    for suffix, metadata in ((".pdf", {"CreationDate": None}), (".png", {"Software": None})):
        with atomic_path(results / "figures" / f"convergence{suffix}") as temporary:
            figure.savefig(temporary, format=suffix[1:], dpi=200, metadata=metadata)
