"""Write the synthetic corpora of the demo.

Example: mutspad step generate-demo --plan results/demo/plan.json --raw raw

raw/demo/<corpus>/
└── {train,dev,test}.conllup    one layer a corpus, as in the paper
"""

from pathlib import Path

import click

from mutspad.cli.options import plan_option, raw_option
from mutspad.data.conllup import write_conllup
from mutspad.data.demo import generate
from mutspad.data.registry import load_registry
from mutspad.errors import ConfigError
from mutspad.plan.plan import read_plan


@click.command("generate-demo")
@plan_option
@raw_option
def command(*, plan_file: Path, raw: Path) -> None:
    """Generate every corpus of the demo."""
    params = read_plan(plan_file).params.corpora.demo
    if params is None:
        raise ConfigError("corpora.demo: expected the sizes of the demo's corpora, found null")
    registry = load_registry()
    for name, splits in generate(params).items():
        for split, sentences in splits.items():
            write_conllup(raw / registry.corpus(name).files[split].path, sentences)
