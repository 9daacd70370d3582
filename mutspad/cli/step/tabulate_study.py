"""Tabulate the trials of the study: every trial, the best settings, what more trials would give.

Example: mutspad step tabulate-study --plan results/paper/plan.json --results results/paper

results/<experiment>/study/
├── study.csv    one row a trial: its setting, its dev score, its epochs
└── study.md     for each model: the space, the best trials, the expected best dev score
"""

from pathlib import Path

import click

from mutspad.cli.options import plan_option, results_option
from mutspad.files import read_json, write_text
from mutspad.plan.layout import Layout
from mutspad.plan.plan import read_plan
from mutspad.report.study import collect_trials, describe_study


@click.command("tabulate-study")
@plan_option
@results_option
def command(*, plan_file: Path, results: Path) -> None:
    """Read all trials, write the table and the page."""
    plan, layout = read_plan(plan_file), Layout(results)
    study = plan.params.study
    trials = collect_trials(
        read_json(layout.trial(model, number))
        for model in plan.studied()
        for number in range(study.trials)
    )
    write_text(layout.study("csv"), trials.to_csv(index=False, float_format="%.6g"))
    write_text(layout.study("md"), describe_study(trials, study))
