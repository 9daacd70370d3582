"""Find the verb, import only its module, and show a user's mistake as one message."""

import importlib
import logging
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from mutspad.errors import MutspadError
from mutspad.locks import join_jobs
from mutspad.startup import uncollected

VERBS = {
    "ablate": "score one task without each unit of the POS features",
    "build-lexicon": "collect words, characters and word vectors of an experiment",
    "claim": "judge the paper's sentences by the results",
    "compare": "test all methods against each other, sentence by sentence",
    "describe": "turn the parameters and tables into pages of the report",
    "download": "fetch one raw file of the registry",
    "embed": "compute the vectors of a frozen contextual encoder",
    "export-crate": "pack a finished run as a Workflow Run RO-Crate",
    "fit": "train one run with one seed",
    "generate-demo": "write the synthetic corpora of the demo",
    "judge-silver": "compare silver labels with gold where a sentence has both",
    "list-times": "collect the run times that Snakemake measured",
    "measure-precision": "find out whether bfloat16 pays on this machine",
    "plot": "plot how the methods converge",
    "plot-ablation": "plot how much each task needs each unit",
    "predict": "annotate dev and test with a trained model",
    "prepare": "turn raw corpora into the processed format",
    "prepare-text": "collect the unlabelled text of a domain",
    "pretrain-lm": "train a small ELMo of our own on raw text",
    "rank-words": "find the words that activate each unit of the POS features",
    "record": "write the provenance of an experiment beside its tables",
    "resolve-run": "write the complete configuration of one run",
    "score": "score the predictions of one run and seed",
    "sync": "get every artefact back from the DVC remote",
    "tabulate": "write one of the paper's tables from the scores",
    "tabulate-units": "write the table of the units that matter most",
    "unify": "add silver layers to the training sets of a domain",
}


class LazyGroup(click.Group):
    """Import a verb's module only when it is called: scoring must not wait for torch."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the verbs."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb `cmd_name`."""
        if cmd_name not in VERBS:
            return None
        name = f"mutspad.cli.{cmd_name.replace('-', '_')}"
        # An import freezes what the interpreter holds by then: not again for nothing.
        with nullcontext() if name in sys.modules else uncollected():
            module = importlib.import_module(name)
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show the verbs without importing them."""
        with formatter.section("Verbs"):
            formatter.write_dl(sorted(VERBS.items()))


@click.group(cls=LazyGroup)
def cli() -> None:
    """Reproduce MuTSPad step by step; `snakemake` and `dvc repro` call these verbs for you."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)


def main(arguments: list[str] | None = None) -> Any:
    """Run a verb; a mistake of the user ends with its message and exit status 1."""
    # Set by the workflow alone: this process is one of its jobs.
    if "MUTSPAD_LOCKS" in os.environ:
        join_jobs(Path(os.environ["MUTSPAD_LOCKS"]))
    try:
        return cli.main(args=arguments, prog_name="mutspad")
    except MutspadError as error:
        click.echo(f"mutspad: error: {error}", err=True)
        sys.exit(1)
