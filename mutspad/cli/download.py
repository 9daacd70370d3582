"""Fetch one raw file of the registry: from the mirror, the licensed folder or its URL.

Example: MUTSPAD_MIRROR=my-mirror mutspad download ud-ewt/en_ewt-ud-dev.conllu

raw/
└── <corpus>/<file>    whole and of the registry's hash, or not there
"""

from pathlib import Path

import click

from mutspad.cli.options import raw_files_options
from mutspad.data.download import fetch
from mutspad.data.registry import load_registry


@click.command("download")
@click.argument("path")
@raw_files_options
def command(*, path: str, raw: Path, mirror: Path | None, licensed: Path | None) -> None:
    """Fetch the file that the registry lists under PATH."""
    fetch(load_registry().file(path), raw_dir=raw, mirror=mirror, licensed=licensed)
