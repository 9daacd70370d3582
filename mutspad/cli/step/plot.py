"""Plot how the supervised methods of the paper's Tables 2 and 3 converge on the target domain.

Example: mutspad step plot --plan results/demo/plan.json --results results/demo

results/<experiment>/figures/
├── convergence.pdf    dev score by epoch, one panel a task
├── convergence.png
└── convergence.csv    its data: method, task, seed, epoch, dev score
"""

from pathlib import Path

import click
import pandas as pd

from mutspad.cli.options import plan_option, results_option
from mutspad.files import write_text
from mutspad.plan.layout import Layout
from mutspad.plan.models import AS_IS
from mutspad.plan.plan import read_plan
from mutspad.report.figures import convergence_frame, plot_convergence, save_figure
from mutspad.report.paper import read_paper
from mutspad.tasks import Task


@click.command("plot")
@plan_option
@results_option
def command(*, plan_file: Path, results: Path) -> None:
    """Read how the models behind the tables were trained; write the figure as PDF and PNG."""
    plan, layout = read_plan(plan_file), Layout(results)
    paper = read_paper()
    labels = {
        name: row.label
        for name, row in paper.table2.rows.items()
        if row.pretraining != "unsupervised"
    } | {name: f"MuTSPad {row.label}" for name, row in paper.table3.items()}
    histories: dict[str, dict[Task, list[pd.DataFrame]]] = {}
    for name, cells in plan.rows.items():
        if name not in labels:
            continue  # A row beyond the paper.
        trained = {
            task: [pd.read_csv(layout.curve(model, seed)) for seed in plan.models[model].seeds]
            for task, model in cells.items()
            if plan.models[model].phase != AS_IS
        }
        if trained:
            histories[labels[name]] = trained
    write_text(
        results / "figures" / "convergence.csv", convergence_frame(histories).to_csv(index=False)
    )
    experiment = plan.params.experiment
    kind = "demo: synthetic data" if experiment == "demo" else experiment
    figure = plot_convergence(histories, f"Convergence on the target domain ({kind})")
    save_figure(figure, results / "figures" / "convergence")
