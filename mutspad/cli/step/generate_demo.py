"""Write the synthetic corpora of the demo.

Example: mutspad step generate-demo --demo '{"seed": 7, "news": {...}, "tweets": {...}}' --raw raw

raw/demo/<corpus>/
└── {train,dev,test}.conllup    one layer a corpus, as in the paper
"""

from pathlib import Path

import click

from mutspad.cli.options import raw_option
from mutspad.config import DemoParams, parse_json
from mutspad.data.conllup import write_conllup
from mutspad.data.demo import generate
from mutspad.data.registry import load_registry


@click.command("generate-demo")
@click.option("--demo", required=True, help="The section corpora.demo of params.yaml, as JSON.")
@raw_option
def command(*, demo: str, raw: Path) -> None:
    """Generate every corpus of the demo."""
    params = parse_json(DemoParams, demo, "--demo", "the section corpora.demo as JSON")
    registry = load_registry()
    for name, splits in generate(params).items():
        for split, sentences in splits.items():
            write_conllup(raw / registry.corpus(name).files[split].path, sentences)
