"""Find the words that activate each unit of the POS features most (paper 5.5).

Example: mutspad step rank-words --plan results/demo/plan.json --seed 1 --results results/demo

results/<experiment>/ablation/<model>/seed<k>/
└── activations.json    unit -> the words with the greatest positive and negative activations
"""

import logging
from pathlib import Path

import click

from mutspad.cli.options import plan_option, results_option, seed_option
from mutspad.cli.step.predict import open_contextual
from mutspad.config.base import SPLITS
from mutspad.data.conllup import read_conllup
from mutspad.errors import CheckpointError
from mutspad.files import write_json
from mutspad.models.checkpoint import load_model
from mutspad.plan.layout import Layout
from mutspad.plan.plan import read_plan
from mutspad.report.ablation.activations import distinct_sentences, find_unit_words
from mutspad.report.ablation.unit_words import to_json
from mutspad.tasks import PAPER_TASKS
from mutspad.training.seeding import make_deterministic

logger = logging.getLogger(__name__)


@click.command("rank-words")
@plan_option
@seed_option
@results_option
def command(*, plan_file: Path, seed: int, results: Path) -> None:
    """Run the model over every distinct sentence of the corpora; write the words of each unit."""
    make_deterministic()
    plan, layout = read_plan(plan_file), Layout(results)
    folder = layout.model(plan.ablated, seed)
    loaded = load_model(folder)
    run = loaded.run
    sentences = distinct_sentences(
        read_conllup(layout.corpus(run.domain, task, f"{split}.conllup"))
        for task in PAPER_TASKS
        for split in SPLITS
    )
    try:
        units = find_unit_words(
            loaded.model,
            loaded.vocabulary,
            sentences,
            count=plan.params.ablation.words,
            contextual=open_contextual(run, layout),
        )
    except CheckpointError as error:
        raise CheckpointError(f"{folder}: {error}") from None
    write_json(layout.ablation(plan.ablated, seed) / "activations.json", to_json(units))
    logger.info("%d units, %d sentences", len(units), len(sentences))
