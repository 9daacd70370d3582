"""Find the verb, import only its module, and show a user's mistake as one message."""

import ast
import errno
import importlib
import logging
import sys
from pathlib import Path
from typing import Any

import click

from mutspad.errors import MutspadError

NOT_VERBS = ("main", "options")


class LazyGroup(click.Group):
    """Import a verb's module only when it is called: scoring must not wait for torch.

    `fit-all` is in `<package>/fit_all.py`, whose first line says what the verb does.
    """

    def __init__(self, *args: Any, package: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.package = package
        folder = Path(importlib.import_module(package).__path__[0])
        self.verbs = {
            path.stem.replace("_", "-"): path
            for path in sorted(folder.glob("[a-z]*.py"))
            if path.stem not in NOT_VERBS
        }

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
            formatter.write_dl([(name, _first_line(path)) for name, path in self.verbs.items()])
        if self.commands:
            with formatter.section("Called by the workflow"):
                formatter.write_dl(
                    [
                        (name, group.get_short_help_str(limit=80))
                        for name, group in self.commands.items()
                    ]
                )


def _first_line(path: Path) -> str:
    """Read what a module says that it does."""
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0]


class Verbs(LazyGroup):
    """Show what goes wrong as one message and exit status 1; with `--debug`, as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Call the verb."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            if ctx.params["debug"] or isinstance(
                error, (click.ClickException, click.exceptions.Exit, click.Abort)
            ):
                raise
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # click ends quietly when a reader such as `head` has had enough
            expected = isinstance(error, (MutspadError, OSError))
            if ctx.invoked_subcommand == "step" and not expected:
                raise  # it goes to the log of the workflow, where only a traceback helps
            click.echo(f"mutspad: error: {_describe(error)}", err=True)
            ctx.exit(1)


def _describe(error: Exception) -> str:
    """Describe what went wrong, and what to do about it."""
    if isinstance(error, MutspadError):
        return str(error)
    if isinstance(error, OSError):
        # A file that is not there, a folder without permission, a full disk.
        return f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return (
        f"{type(error).__name__}: {error}. This is a fault of mutspad; report it with what "
        "'mutspad --debug ...' shows"
    )


@click.group(cls=Verbs, package="mutspad.cli")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(*, debug: bool) -> None:  # noqa: ARG001 - read from the context
    """Reproduce MuTSPad: supervised multi-task pretraining and adaptation for tweets.

    To run an experiment call `snakemake` or `dvc repro`.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)


@cli.group(cls=LazyGroup, package="mutspad.cli.step")
def step() -> None:
    """Run one step of the workflow: files in, files out."""


def main(arguments: list[str] | None = None) -> Any:
    """Run a verb."""
    return cli.main(args=arguments, prog_name="mutspad")
