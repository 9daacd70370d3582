"""Train one trial of the study: a model with a setting drawn from the space.

Example: mutspad step try-setting --plan results/paper/plan.json --number 3
         --model results/paper/plan/tweets.pos.json --results results/paper

results/<experiment>/study/trials/<model>/
└── <number>.json    the setting, and the dev score after each epoch; test is never read
"""

from pathlib import Path

import click

from mutspad.cli.options import model_option, plan_option, results_option
from mutspad.cli.step.fit import train
from mutspad.config.params import read_run
from mutspad.files import write_json
from mutspad.plan.layout import Layout
from mutspad.plan.plan import read_plan
from mutspad.training.study import apply_setting, draw_setting


@click.command("try-setting")
@plan_option
@model_option
@click.option(
    "--number",
    type=click.IntRange(min=0),
    required=True,
    help="The trial, counted from 0.",
)
@results_option
def command(*, plan_file: Path, model_file: Path, number: int, results: Path) -> None:
    """Draw the setting of the trial, train, write its dev scores."""
    plan, run, layout = read_plan(plan_file), read_run(model_file), Layout(results)
    study = plan.params.study
    setting = draw_setting(study.space, study.seed, number)
    fitted = train(apply_setting(run, setting), layout, seed=plan.seeds[0], checkpoint=None)
    best = next(record for record in fitted.history if record.best)
    write_json(
        layout.trial(run.name, number),
        {
            "model": run.name,
            "number": number,
            "seed": plan.seeds[0],
            "setting": setting,
            "dev": best.dev_mean,
            "best_epoch": best.epoch,
            "epochs": [record.dev_mean for record in fitted.history],
        },
    )
