"""Find the words that activate each unit of the POS features most (paper 5.5).

Example: mutspad step rank-words --model results/demo/models/news.tweets.all/seed1
         --corpora results/demo/corpora/tweets --plan results/demo/plan.json
         --output results/demo/ablation/news.tweets.all/seed1/activations.json

results/<experiment>/ablation/<run>/seed<k>/
└── activations.json    unit -> the words with the greatest positive and negative activations
"""

import logging
from pathlib import Path

import click

from mutspad.cli.options import corpora_option, path_option, plan_option
from mutspad.data.conllup import read_conllup
from mutspad.data.contextual import read_contextual
from mutspad.errors import CheckpointError
from mutspad.files import write_json
from mutspad.models.checkpoint import load_model
from mutspad.plan.plan import read_plan
from mutspad.report.ablation.activations import distinct_sentences, find_unit_words
from mutspad.report.ablation.unit_words import to_json
from mutspad.tasks import PAPER_TASKS
from mutspad.training.seeding import make_deterministic

logger = logging.getLogger(__name__)


@click.command("rank-words")
@path_option(
    "--model", help="Folder of the trained model, with model.json and weights.safetensors."
)
@corpora_option
@plan_option
@path_option(
    "--contextual",
    required=False,
    help="Stored vectors of the model's frozen encoder, path without suffix; not for other models.",
)
@path_option(
    "--output",
    help="JSON file to write: unit -> words and their activations.",
)
def command(
    *, model: Path, corpora: Path, plan_file: Path, contextual: Path | None, output: Path
) -> None:
    """Run the model over every distinct sentence of the corpora; write the words of each unit."""
    make_deterministic()
    limits = read_plan(plan_file).params.ablation
    loaded = load_model(model)
    sentences = distinct_sentences(
        read_conllup(corpora / task / f"{split}.conllup")
        for task in PAPER_TASKS
        for split in ("train", "dev", "test")
    )
    try:
        units = find_unit_words(
            loaded.model,
            loaded.vocabulary,
            sentences,
            count=limits.words,
            contextual=None if contextual is None else read_contextual(contextual),
        )
    except CheckpointError as error:
        raise CheckpointError(f"{model}: {error}") from None
    write_json(output, to_json(units))
    logger.info("%d units, %d sentences", len(units), len(sentences))
