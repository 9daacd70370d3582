"""Turn raw corpora into the processed format of one domain and task.

Example: mutspad step prepare --output results/paper/corpora/news/chunk
         --preparation '{"domain": "news", "task": "chunk", "names": ["conll2000"], ...}'

results/<experiment>/corpora/<domain>/<task>/
├── train.conllup
├── dev.conllup
├── test.conllup
├── {dev,test}.single-root.conllup    only where the corpus has such references (TweeBank)
└── summary.json                      which corpora, how many sentences, tokens and classes
"""

from pathlib import Path

import click

from mutspad.cli.options import path_option, raw_files_options
from mutspad.config.params import Preparation, parse_json
from mutspad.data.conllup import write_conllup
from mutspad.data.download import verify
from mutspad.data.prepare import prepare
from mutspad.data.registry import load_registry
from mutspad.files import write_json


@click.command("prepare")
@click.option(
    "--preparation",
    required=True,
    help="The domain and task, their corpora and what is done to them, as JSON.",
)
@raw_files_options
@path_option("--output", help="Folder to write: {train,dev,test}.conllup and summary.json.")
def command(
    *, preparation: str, raw: Path, mirror: Path | None, licensed: Path | None, output: Path
) -> None:
    """Read, hold out, sample, anonymise; write the splits and their summary."""
    wanted = parse_json(Preparation, preparation, "--preparation", "a preparation as JSON")
    registry = load_registry().with_own(wanted.own)
    paths = {name: registry.corpus(name).raw_paths(raw, mirror, licensed) for name in wanted.names}
    for name in wanted.names:
        for role, entry in registry.corpus(name).files.items():
            # Downloads were checked when they came; a file may have been changed since.
            if entry.sha256 is not None:
                verify(paths[name][role], entry, source=paths[name][role])
    prepared = prepare(wanted, paths, registry)
    for split, sentences in prepared.splits.items():
        write_conllup(output / f"{split}.conllup", sentences)
    for split, sentences in prepared.single_root.items():
        write_conllup(output / f"{split}.single-root.conllup", sentences)
    write_json(output / "summary.json", prepared.summary)
