"""Collect the unlabelled text of one domain.

Example: mutspad step prepare-text --domain tweets --corpora results/quick/corpora/tweets
         --anonymise --raw-file raw/wnut17-raw/gurez.10000 --text results/quick/text/tweets.txt
         --summary results/quick/text/tweets.json

results/<experiment>/text/
├── <domain>.txt     one sentence a line, tokens separated by one space; nothing of dev or test
└── <domain>.json    sentences, tokens, tokens of each source, how many sentences were left out
"""

import logging
from pathlib import Path

import click

from mutspad.cli.options import anonymise_option, corpora_option, path_option
from mutspad.data.conllup import read_conllup
from mutspad.data.lines import read_lines
from mutspad.data.text import Words, collect_text, write_sentences
from mutspad.files import write_json

logger = logging.getLogger(__name__)


@click.command("prepare-text")
@click.option("--domain", required=True, help="The domain whose text is collected, such as tweets.")
@corpora_option
@path_option(
    "--raw-file",
    "raw_files",
    multiple=True,
    required=False,
    help="File of raw text, a document a line; repeat for several.",
)
@anonymise_option
@path_option("--text", help="The text file to write, one tokenised sentence a line.")
@path_option(
    "--summary", help="The JSON file to write: where the text is from and how much there is."
)
def command(
    *,
    domain: str,
    corpora: Path,
    raw_files: tuple[Path, ...],
    anonymise: bool,
    text: Path,
    summary: Path,
) -> None:
    """Join training sentences and raw files, without what stands in dev or test."""
    collected = collect_text(
        domain,
        training=_read(corpora, "train"),
        held_back=_read(corpora, "dev") + _read(corpora, "test"),
        raw={
            f"{path.parent.name}/{path.name}": [line for _, line in read_lines(path)]
            for path in raw_files
        },
        anonymised=anonymise,
    )
    left_out = ", ".join(f"{n} {why}" for why, n in collected.summary["left_out"].items())
    logger.info(
        "%s: %d sentences, %d tokens; left out: %s",
        domain,
        collected.summary["sentences"],
        collected.summary["tokens"],
        left_out,
    )
    write_sentences(text, collected.sentences)
    write_json(summary, collected.summary)


def _read(corpora: Path, split: str) -> list[Words]:
    """Read the words of a split of every task, in a fixed order."""
    paths = sorted(corpora.glob(f"*/{split}.conllup"))
    return [sentence.words for path in paths for sentence in read_conllup(path)]
