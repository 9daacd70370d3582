"""Adapt to a domain of your own: check a recipe, train every method, report which one helps.

Example: mutspad adapt my-domain/recipe.yaml --check
         mutspad adapt my-domain/recipe.yaml --cores 4 --curve 50,100,200

my-domain/                  or the folder that --work names
├── params.yaml             the recipe as parameters of the workflow
└── results/my-domain/
    ├── report.html         methods side by side, tests, curves, errors, examples
    └── model/              the best model on dev, for `mutspad tag --model`
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

import mutspad
from mutspad.errors import MutspadError
from mutspad.files import write_text

ROOT = Path(mutspad.__file__).resolve().parent.parent
FOLDERS = ("MUTSPAD_MIRROR", "MUTSPAD_LICENSED")


@click.command("adapt")
@click.argument("recipe_file", metavar="RECIPE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--check", "only_check", is_flag=True, help="Read every corpus and stop.")
@click.option("--cores", default=1, show_default=True, help="How many jobs run at once.")
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the run; a second call goes on there. Default: the folder of the recipe.",
)
@click.option(
    "--curve",
    default="",
    help="Train on so many target sentences, too: 50,100,200. How many should you annotate?",
)
def command(
    *, recipe_file: Path, only_check: bool, cores: int, work: Path | None, curve: str
) -> None:
    """Check RECIPE, then run it."""
    try:
        sizes = sorted({int(size) for size in curve.split(",") if size})
    except ValueError:
        raise click.BadParameter("expected numbers such as 50,100", param_hint="--curve") from None
    if not (ROOT / "Snakefile").is_file():
        raise MutspadError(
            f"{ROOT}: expected a checkout with its Snakefile, found the package alone. Clone the "
            "repository and install it by `make setup`"
        )
    work = work or recipe_file.parent
    # They may be named from here, and the run is elsewhere.
    os.environ.update(
        {name: str(Path(os.environ[name]).resolve()) for name in FOLDERS if os.environ.get(name)}
    )
    # Imported only now: a mistake in the arguments need not wait for pandas.
    from mutspad.adapt.recipe import WRITTEN, build_params, dump_params, read_recipe
    from mutspad.config.document import Document

    recipe = read_recipe(recipe_file)
    shipped: dict[str, Any] = Document.open(ROOT / "params.yaml").values or {}
    folder = os.path.relpath(recipe_file.parent.resolve(), work.resolve())
    params = build_params(recipe, shipped, folder, sizes)
    path = work / "params.yaml"
    if path.exists() and not path.read_text("utf-8").startswith(WRITTEN):
        raise MutspadError(
            f"{path}: expected no other parameters in the folder of the run, found some. Name "
            "another folder by --work"
        )
    work.mkdir(parents=True, exist_ok=True)
    with chdir(work):
        check(params, sizes)
        if not only_check:
            write_text("params.yaml", dump_params(params, recipe_file.name))
            run(cores, Path("results", recipe.name))


def check(params: Mapping[str, Any], sizes: Sequence[int]) -> None:
    """Print what the corpora are and what is wrong with them; stop at errors."""
    from mutspad.adapt.check import check_sizes, estimate, find_problems, read_all
    from mutspad.config.base import SPLITS
    from mutspad.config.load import parse_params
    from mutspad.plan.build import build_plan
    from mutspad.plan.files import Files

    mirror, licensed = map(os.environ.get, FOLDERS)
    plan = build_plan(parse_params(params), mirror=mirror, licensed=licensed)
    readings, problems = read_all(plan, Files(plan, mirror, licensed))
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    for header in ("domain", "task", "corpus", *SPLITS, "labels"):
        table.add_column(header, overflow="fold")
    for reading in readings:
        counts = [
            f"{len(reading.splits[split])} ({reading.words(split)})"
            if split in reading.splits
            # Of train, a share serves as the split that is missing.
            else ("held out" if reading.splits else "not here yet")
            for split in SPLITS
        ]
        labels = reading.labels("train")
        shown = ", ".join(sorted(labels)[:12]) + (", ..." if len(labels) > 12 else "")
        table.add_row(
            reading.domain, reading.task, reading.corpus, *counts, f"{len(labels)}: {shown}"
        )
    console = Console(highlight=False, width=max(100, Console().width))
    console.print("Sentences (words) of each split; labels of train", markup=False)
    console.print(table)
    problems += find_problems(plan, readings)
    problems += check_sizes(readings, sizes)
    for problem in problems:
        kind = "error" if problem.error else "warning"
        console.print(f"{kind}: {problem.text}", markup=False, soft_wrap=True)
    seconds, memory = estimate(plan, readings, ROOT / "benchmarks")
    lacking = "" if all(r.splits for r in readings) else ", corpora that are here alone"
    console.print(
        f"{len(plan.trained())} trainings: at most {seconds / 60:.0f} minutes of one core and "
        f"{memory:.1f} GiB each (measured at the sizes of the paper: benchmarks/{lacking})",
        markup=False,
    )
    errors = sum(problem.error for problem in problems)
    if errors:
        raise MutspadError(f"expected corpora without errors, found {errors}; they are named above")


def run(cores: int, results: Path) -> None:
    """Run the workflow here, then export the best model."""
    from mutspad.adapt.export import export_best

    logger = str(ROOT / "workflow" / "logger")
    done = subprocess.run(  # noqa: S603 - the Snakemake of this environment
        [
            *(sys.executable, "-m", "snakemake", "adapt", f"--cores={cores}"),
            f"--snakefile={ROOT / 'Snakefile'}",
            f"--workflow-profile={ROOT / 'profiles' / 'default'}",
            *("--logger", "line"),
        ],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), logger])},
        check=False,
    )
    if done.returncode:
        sys.exit(done.returncode)
    click.echo(f"{(results / 'report.html').resolve()}")
    for folder in export_best(results):
        click.echo(f"mutspad tag FILE --model {folder.resolve()}")
