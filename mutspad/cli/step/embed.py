"""Compute the vectors of a frozen contextual encoder for every sentence of a domain.

Example: mutspad step embed --encoder '{"kind": "huggingface", "source": "..."}' --name minilm
         --corpora results/quick/corpora/tweets --output results/quick/contextual/minilm/tweets

A sentence that stands in several splits or tasks is read once.

results/<experiment>/contextual/<encoder>/
├── <domain>.npy     one row a word, [words, layers, dim] in half precision
└── <domain>.json    the encoder, and where each sentence begins
"""

import logging
from pathlib import Path

import click

from mutspad.cli.options import corpora_option, path_option
from mutspad.config.params import parse_json
from mutspad.config.sections import Encoder
from mutspad.data.conllup import read_conllup
from mutspad.data.contextual import write_contextual
from mutspad.errors import EncoderError
from mutspad.models.encoders import open_encoder
from mutspad.training.seeding import make_deterministic

logger = logging.getLogger(__name__)


@click.command("embed")
@click.option(
    "--encoder", required=True, help="The section of the encoder in params.yaml, as JSON."
)
@click.option("--name", required=True, help="Name of the encoder in params.yaml.")
@path_option(
    "--folder",
    required=False,
    help="Folder of the encoder's files; not for a model of a package or of the hub.",
)
@corpora_option
@path_option(
    "--output", help="The files to write, path without suffix: <output>.npy and <output>.json."
)
def command(*, encoder: str, name: str, folder: Path | None, corpora: Path, output: Path) -> None:
    """Read every split of every task, embed each distinct sentence, write the vectors."""
    make_deterministic()
    params = parse_json(Encoder, encoder, "--encoder", "a section of encoders as JSON")
    splits = ("dev.conllup", "test.conllup", "train.conllup")
    files = sorted(file for split in splits for file in corpora.glob(f"*/{split}"))
    if not files:
        raise EncoderError(
            f"{corpora}: expected <task>/<split>.conllup, found none. "
            "Run `mutspad step prepare` first"
        )
    opened = open_encoder(params, folder)
    rows = write_contextual(
        output,
        encoder=name,
        sentences=(sentence.words for file in files for sentence in read_conllup(file)),
        embed=opened.embed,
        n_layers=opened.n_layers,
        dim=opened.dim,
    )
    logger.info("%d words, %d layers of %d numbers each", rows, opened.n_layers, opened.dim)
