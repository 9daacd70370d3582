"""Find the verb, import only its module, and show a user's mistake as one message."""

import importlib
import logging
import sys
from typing import Any

import click

from mutspad.errors import MutspadError

VERBS = {
    "download": "fetch one raw file of the registry",
    "export-conllu": "write predictions as CoNLL-U, for official scorers",
    "export-crate": "pack a finished run as a Workflow Run RO-Crate",
    "list-times": "collect the run times that Snakemake measured",
    "show": "print Table 2 of a finished run, and where the rest is",
    "sync": "get every artefact back from the DVC remote",
    "tag": "tag a text, or a file of texts",
}
STEPS = {
    "ablate": "score one task without each unit of the POS features",
    "build-lexicon": "collect words, characters and word vectors of an experiment",
    "claim": "judge the paper's sentences by the results",
    "compare": "test all methods against each other, sentence by sentence",
    "describe": "turn the parameters and tables into pages of the report",
    "embed": "compute the vectors of a frozen contextual encoder",
    "fit": "train one model with one seed, and predict with it",
    "generate-demo": "write the synthetic corpora of the demo",
    "judge-silver": "compare silver labels with gold where a sentence has both",
    "measure-precision": "find out whether bfloat16 pays on this machine",
    "plot": "plot how the methods converge",
    "plot-ablation": "plot how much each task needs each unit",
    "predict": "apply a trained model to another domain",
    "prepare": "turn raw corpora into the processed format",
    "prepare-text": "collect the unlabelled text of a domain",
    "pretrain-lm": "train a small ELMo of our own on raw text",
    "rank-words": "find the words that activate each unit of the POS features",
    "record": "write the provenance of an experiment beside its tables",
    "score": "score the predictions of all models",
    "tabulate-study": "tabulate the trials of the study on dev",
    "tabulate": "write one of the paper's tables from the scores",
    "tabulate-units": "write the table of the units that matter most",
    "try-setting": "train one trial of the study, a setting drawn from its space",
    "unify": "add silver layers to the training sets of a domain",
}


class LazyGroup(click.Group):
    """Import a verb's module only when it is called: scoring must not wait for torch.

    `fit-all` is in `<package>/fit_all.py`; `verbs` says in half a line what each does.
    """

    def __init__(self, *args: Any, package: str, verbs: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.package = package
        self.verbs = verbs

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the verbs, and the commands that were added to the group."""
        return sorted([*self.verbs, *self.commands])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb `cmd_name`."""
        if cmd_name not in self.verbs:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(f"{self.package}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb that is called; name the group of one that is in another."""
        for name, group in self.commands.items():
            if args[0] not in self.verbs and args[0] in getattr(group, "verbs", ()):
                ctx.fail(
                    f"No such command '{args[0]}'. Did you mean: {ctx.info_name} {name} {args[0]}?"
                )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show the verbs without importing them."""
        with formatter.section("Verbs"):
            formatter.write_dl(sorted(self.verbs.items()))
        if self.commands:
            with formatter.section("Called by the workflow"):
                formatter.write_dl(
                    [
                        (name, group.get_short_help_str(limit=80))
                        for name, group in self.commands.items()
                    ]
                )


@click.group(cls=LazyGroup, package="mutspad.cli", verbs=VERBS)
def cli() -> None:
    """Reproduce MuTSPad: supervised multi-task pretraining and adaptation for tweets.

    To run an experiment call `snakemake` or `dvc repro`.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)


@cli.group(cls=LazyGroup, package="mutspad.cli.step", verbs=STEPS)
def step() -> None:
    """Run one step of the workflow: files in, files out."""


def main(arguments: list[str] | None = None) -> Any:
    """Run a verb; a mistake of the user ends with its message and exit status 1."""
    try:
        return cli.main(args=arguments, prog_name="mutspad")
    except MutspadError as error:
        message = str(error)
    except OSError as error:
        # A file that is not there, a folder without permission, a full disk.
        message = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    click.echo(f"mutspad: error: {message}", err=True)
    sys.exit(1)
