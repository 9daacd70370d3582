"""Ablate the units of the POS features one at a time and score one task without each (paper 5.5).

Example: mutspad step ablate --plan results/demo/plan.json --seed 1 --results results/demo
         --task dep

results/<experiment>/ablation/<model>/seed<k>/
├── <task>.csv     how far each class's score drops (columns, points) without each unit (rows)
└── <task>.json    support of each class and its score without ablation; sentences and words
"""

import logging
from pathlib import Path

import click

from mutspad.cli.options import plan_option, results_option, seed_option
from mutspad.cli.step.predict import open_contextual
from mutspad.data.conllup import read_conllup
from mutspad.errors import CheckpointError
from mutspad.files import write_json, write_text
from mutspad.models.checkpoint import load_model
from mutspad.plan.layout import Layout
from mutspad.plan.plan import read_plan
from mutspad.report.ablation.ablate import ablate, spread
from mutspad.tasks import PAPER_TASKS, Task
from mutspad.training.seeding import make_deterministic

logger = logging.getLogger(__name__)


@click.command("ablate")
@plan_option
@seed_option
@results_option
@click.option(
    "--task",
    type=click.Choice(PAPER_TASKS),
    required=True,
    help="The task to score without each unit.",
)
def command(*, plan_file: Path, seed: int, results: Path, task: str) -> None:
    """Ablate every unit and score the task's dev set, or as much of it as the parameters say."""
    make_deterministic()
    plan, layout = read_plan(plan_file), Layout(results)
    folder, output = layout.model(plan.ablated, seed), layout.ablation(plan.ablated, seed)
    loaded = load_model(folder)
    run = loaded.run
    dev = read_conllup(layout.corpus(run.domain, task, "dev.conllup"))
    try:
        ablation = ablate(
            loaded.model,
            loaded.vocabulary,
            spread(dev, plan.params.ablation.sentences),
            Task(task),
            multi_root=run.multi_root,
            contextual=open_contextual(run, layout),
        )
    except CheckpointError as error:
        raise CheckpointError(f"{folder}: {error}") from None
    record = ablation.to_record(experiment=run.experiment, run=run.name, seed=loaded.seed)
    write_json(output / f"{task}.json", record)
    write_text(output / f"{task}.csv", ablation.to_frame().to_csv(lineterminator="\n"))
    logger.info("%s: %d units, %d words", task, len(ablation.drops), ablation.words)
