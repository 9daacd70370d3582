"""Plot how much the classes of each task need each unit of the POS features (paper, Figure 2).

Example: mutspad step plot-ablation --plan results/demo/plan.json --results results/demo

results/<experiment>/figures/
├── figure2.pdf    a heat map, rows POS, CK, NER and DP, columns units
├── figure2.png
└── figure2.csv    its data: unit, pos, chunk, ner, dep; the maximum class-score drop in points
"""

from pathlib import Path

import click

from mutspad.cli.options import plan_option, results_option
from mutspad.files import write_text
from mutspad.plan.plan import read_plan
from mutspad.report.ablation.drops import read_ablated
from mutspad.report.figures import max_drop_frame, plot_max_drops, save_figure


@click.command("plot-ablation")
@plan_option
@results_option
def command(*, plan_file: Path, results: Path) -> None:
    """Read the drops of every task; write the figure as PDF and PNG, and its data."""
    plan = read_plan(plan_file)
    run = read_ablated(results, plan)
    drops = max_drop_frame(run, plan.params.ablation.min_support)
    figure = plot_max_drops(drops, run.title("Figure 2", "what each task loses with each unit"))
    stem = results / "figures" / "figure2"
    write_text(stem.with_suffix(".csv"), drops.to_csv(lineterminator="\n"))
    save_figure(figure, stem)
