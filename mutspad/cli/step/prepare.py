"""Turn raw corpora into the processed format of one domain and task.

Example: mutspad step prepare --domain news --task chunk --corpus conll2000 --held-out 0.1
         --held-out-seed 13 --token-budget-seed 13 --output results/paper/corpora/news/chunk

results/<experiment>/corpora/<domain>/<task>/
├── train.conllup
├── dev.conllup
├── test.conllup
├── {dev,test}.single-root.conllup    only where the corpus has such references (TweeBank)
└── summary.json                      which corpora, how many sentences, tokens and classes
"""

from pathlib import Path

import click

from mutspad.cli.options import anonymise_option, path_option, raw_files_options
from mutspad.config.own_tasks import TaskParams
from mutspad.config.params import parse_json
from mutspad.config.sections import OwnCorpus
from mutspad.data.conllup import write_conllup
from mutspad.data.download import verify
from mutspad.data.prepare import prepare
from mutspad.data.registry import CorpusChoice, load_registry
from mutspad.files import write_json
from mutspad.tasks import TASKS, Task, add_tasks


@click.command("prepare")
@click.option(
    "--domain", required=True, help="The domain that the corpora belong to, such as tweets."
)
@click.option("--task", required=True, help="The task whose layer is read.")
@click.option(
    "--own-task",
    "own_tasks",
    type=(str, str),
    multiple=True,
    help="Name of a task of the user's, and its definition as JSON. Repeatable.",
)
@click.option(
    "--corpus",
    "names",
    multiple=True,
    required=True,
    help="Name of a corpus in the registry; repeat to join several in this order.",
)
@click.option(
    "--substitute-for",
    help="The licensed corpus that the named ones replace; recorded in summary.json.",
)
@anonymise_option
@click.option(
    "--held-out",
    type=float,
    required=True,
    help="Share of the training sentences that serves as dev where a corpus has no dev split.",
)
@click.option(
    "--held-out-seed", type=int, required=True, help="Seed of the choice of held-out sentences."
)
@click.option(
    "--token-budget",
    type=int,
    help="Most tokens of train and of dev, sentences drawn at random. Default: every sentence.",
)
@click.option(
    "--token-budget-seed", type=int, required=True, help="Seed of the draw for the token budget."
)
@click.option(
    "--sentence-budget",
    type=int,
    help="Most sentences of train, drawn with the seed of the token budget. Default: all.",
)
@click.option(
    "--own",
    "own_corpora",
    type=(str, str),
    multiple=True,
    help="Name of a corpus in files of the user's, and its description as JSON. Repeatable.",
)
@raw_files_options
@path_option("--output", help="Folder to write: {train,dev,test}.conllup and summary.json.")
def command(
    *,
    domain: str,
    task: str,
    own_tasks: tuple[tuple[str, str], ...],
    names: tuple[str, ...],
    substitute_for: str | None,
    anonymise: bool,
    held_out: float,
    held_out_seed: int,
    token_budget: int | None,
    token_budget_seed: int,
    sentence_budget: int | None,
    own_corpora: tuple[tuple[str, str], ...],
    raw: Path,
    mirror: Path | None,
    licensed: Path | None,
    output: Path,
) -> None:
    """Read, hold out, sample, anonymise; write the splits and their summary."""
    defined = {
        name: parse_json(TaskParams, text, f"--own-task {name}", "a task")
        for name, text in own_tasks
    }
    add_tasks({name: definition.describe(name) for name, definition in defined.items()})
    if task not in TASKS:
        raise click.BadParameter(f"--task: expected one of {', '.join(TASKS)}, found {task}")
    own = {
        name: parse_json(OwnCorpus, text, f"--own {name}", "a corpus") for name, text in own_corpora
    }
    registry = load_registry().with_own(own)
    paths = {name: registry.corpus(name).raw_paths(raw, mirror, licensed) for name in names}
    for name in names:
        for role, entry in registry.corpus(name).files.items():
            # Downloads were checked when they came; a file may have been changed since.
            if entry.sha256 is not None:
                verify(paths[name][role], entry, source=paths[name][role])
    prepared = prepare(
        domain,
        Task(task),
        CorpusChoice(names=list(names), substitute_for=substitute_for),
        paths,
        anonymised=anonymise,
        held_out=held_out,
        held_out_seed=held_out_seed,
        token_budget=token_budget,
        token_budget_seed=token_budget_seed,
        sentence_budget=sentence_budget,
        registry=registry,
    )
    for split, sentences in prepared.splits.items():
        write_conllup(output / f"{split}.conllup", sentences)
    for split, sentences in prepared.single_root.items():
        write_conllup(output / f"{split}.single-root.conllup", sentences)
    write_json(output / "summary.json", prepared.summary)
