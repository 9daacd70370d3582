"""Fetch one raw file of the registry: from the mirror, the licensed folder or its URL.

Example: MUTSPAD_MIRROR=my-mirror mutspad download ud-ewt/en_ewt-ud-dev.conllu

raw/
└── <corpus>/<file>    whole and of the registry's hash, or not there
"""

from pathlib import Path

import click

from mutspad.data.download import fetch
from mutspad.data.registry import load_registry


@click.command("download")
@click.argument("path")
@click.option(
    "--raw",
    type=click.Path(path_type=Path),
    default=Path("raw"),
    show_default=True,
    help="Folder of the raw corpora: files are looked for here first, downloads go here.",
)
@click.option(
    "--mirror",
    type=click.Path(path_type=Path),
    envvar="MUTSPAD_MIRROR",
    help="Folder with a copy of files of raw/, asked before the network (env: MUTSPAD_MIRROR).",
)
@click.option(
    "--licensed",
    type=click.Path(path_type=Path),
    envvar="MUTSPAD_LICENSED",
    help="Folder with the licensed corpora, wsj/ and conll2003/ (env: MUTSPAD_LICENSED).",
)
def command(*, path: str, raw: Path, mirror: Path | None, licensed: Path | None) -> None:
    """Fetch the file that the registry lists under PATH."""
    fetch(load_registry().file(path), raw_dir=raw, mirror=mirror, licensed=licensed)
