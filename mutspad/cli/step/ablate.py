"""Ablate the units of the POS features one at a time and score one task without each (paper 5.5).

Example: mutspad step ablate --model results/demo/models/news.tweets.all/seed1
         --corpora results/demo/corpora/tweets --task dep --plan results/demo/plan.json
         --output results/demo/ablation/news.tweets.all/seed1/dep.csv

results/<experiment>/ablation/<run>/seed<k>/
├── <task>.csv     how far each class's score drops (columns, points) without each unit (rows)
└── <task>.json    support of each class and its score without ablation; sentences and words
"""

import logging
from pathlib import Path

import click

from mutspad.cli.options import corpora_option, path_option, plan_option
from mutspad.data.conllup import read_conllup
from mutspad.data.contextual import read_contextual
from mutspad.errors import CheckpointError
from mutspad.files import write_json, write_text
from mutspad.models.checkpoint import load_model
from mutspad.plan.plan import read_plan
from mutspad.report.ablation.ablate import ablate, spread
from mutspad.tasks import PAPER_TASKS, Task
from mutspad.training.seeding import make_deterministic

logger = logging.getLogger(__name__)


@click.command("ablate")
@path_option(
    "--model", help="Folder of the trained model, with model.json and weights.safetensors."
)
@corpora_option
@click.option(
    "--task",
    type=click.Choice(PAPER_TASKS),
    required=True,
    help="The task to score without each unit.",
)
@plan_option
@path_option(
    "--contextual",
    required=False,
    help="Stored vectors of the model's frozen encoder, path without suffix; not for other models.",
)
@path_option(
    "--output",
    help="The CSV file to write: classes in columns, units in rows; a .json goes beside it.",
)
def command(
    *, model: Path, corpora: Path, task: str, plan_file: Path, contextual: Path | None, output: Path
) -> None:
    """Ablate every unit and score the task's dev set, or as much of it as the parameters say."""
    make_deterministic()
    limits = read_plan(plan_file).params.ablation
    loaded = load_model(model)
    try:
        ablation = ablate(
            loaded.model,
            loaded.vocabulary,
            spread(read_conllup(corpora / task / "dev.conllup"), limits.sentences),
            Task(task),
            multi_root=loaded.run.multi_root,
            contextual=None if contextual is None else read_contextual(contextual),
        )
    except CheckpointError as error:
        raise CheckpointError(f"{model}: {error}") from None
    run = loaded.run
    record = ablation.to_record(experiment=run.experiment, run=run.name, seed=loaded.seed)
    write_json(output.with_suffix(".json"), record)
    write_text(output, ablation.to_frame().to_csv(lineterminator="\n"))
    logger.info("%s: %d units, %d words", task, len(ablation.units), ablation.words)
