"""Collect words, characters and word vectors of an experiment.

Example: mutspad step build-lexicon --corpora results/quick/corpora --domain news --domain tweets
         --vectors '{"source": "glove-42b", ...}' --lexicon results/quick/lexicon

results/<experiment>/lexicon/
├── lexicon.json           words, characters, where the vectors come from, how much they cover
└── vectors.safetensors    one row a word
"""

from functools import partial
from pathlib import Path

import click

from mutspad.cli.options import path_option, raw_files_options
from mutspad.config.network import VectorsParams
from mutspad.config.params import parse_json
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
    "--vectors",
    "vectors_json",
    required=True,
    help="The section vectors of params.yaml, as JSON; a substitute is recorded in lexicon.json.",
)
@raw_files_options
@path_option("--lexicon", help="Folder to write: lexicon.json and vectors.safetensors.")
def command(
    *,
    corpora: Path,
    domains: tuple[str, ...],
    vectors_json: str,
    raw: Path,
    mirror: Path | None,
    licensed: Path | None,
    lexicon: Path,
) -> None:
    """Read every split of every corpus and keep the words that models can meet."""
    params = parse_json(VectorsParams, vectors_json, "--vectors", "the section vectors as JSON")
    folders = [corpora / domain for domain in sorted(domains)]
    training = _read(folders, "*/train.conllup")
    other = _read(folders, "*/dev.conllup") + _read(folders, "*/test.conllup")
    needed = collect_forms(training, other)
    get = partial(fetch, raw_dir=raw, mirror=mirror, licensed=licensed)
    chosen, path = choose_source(params.source, params.substitute, get)
    vectors = open_vectors(chosen, needed, dim=params.dim, path=path)
    built = build_lexicon(
        training,
        other,
        vectors=vectors,
        lowercase=params.lowercase,
        scale=params.scale,
        substitute_for=None if chosen == params.source else params.source,
    )
    write_lexicon(lexicon, built)


def _read(folders: list[Path], pattern: str) -> list[Sentence]:
    """Read every corpus file that matches, in a fixed order."""
    paths = [path for folder in folders for path in sorted(folder.glob(pattern))]
    return [sentence for path in paths for sentence in read_conllup(path)]
