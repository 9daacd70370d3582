"""Fetch raw files of the registry: from the mirror, the licensed folder, their URL or packages.

Example: MUTSPAD_MIRROR=my-mirror mutspad download ud-ewt/en_ewt-ud-dev.conllu
         mutspad download elmo-small

raw/
└── <corpus>/<file>    whole and of the registry's hash, or not there
"""

from pathlib import Path

import click

from mutspad.cli.options import raw_files_options
from mutspad.data.download import fetch
from mutspad.data.registry import load_registry


@click.command("download")
@click.argument("name")
@raw_files_options
def command(*, name: str, raw: Path, mirror: Path | None, licensed: Path | None) -> None:
    """Fetch NAME: a file of the registry by its path, or all files of an entry."""
    for entry in load_registry().find_files(name):
        fetch(entry, raw_dir=raw, mirror=mirror, licensed=licensed)
