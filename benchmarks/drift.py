"""Measure how far scores drift with what the bytes depend on: threads, bf16, and the fast paths.

Example: python -m benchmarks.drift --results results/quick --seed 1 --seed 2 --seed 3

Trains the POS tagger and the parser of the target domain anew in each setting, from the corpora and
the lexicon that a run of the pipeline has left, and scores them on the dev and the test set. Adds a
line a training to benchmarks/drift.csv; trainings that are there, by this code of `mutspad step
fit` on such a processor, are not made again. Prints for each setting the differences from the usual
one, beside the spread over seeds.
"""

import csv
import multiprocessing
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from itertools import product
from pathlib import Path
from typing import NamedTuple

import click
import pandas as pd
import torch
from rich.progress import track

from benchmarks.machine import describe_machine
from mutspad.config.params import Run, read_run
from mutspad.data.conllup import read_conllup
from mutspad.data.lexicon import read_lexicon
from mutspad.evaluation.score import score_layers
from mutspad.fingerprint import code_of
from mutspad.models import fast
from mutspad.training.predict import annotate
from mutspad.training.stages import fit_run


class Setting(NamedTuple):
    """Settings of a training: precision, number of threads, fast paths or not."""

    precision: str = "fp32"
    threads: int = 1
    plain: bool = False


USUAL = "fp32, 1 thread"
SETTINGS = {
    USUAL: Setting(),
    "fp32, 2 threads": Setting(threads=2),
    "bf16, 1 thread": Setting(precision="bf16"),
    "plain paths": Setting(plain=True),
}
RUNS = ("tweets.pos", "tweets.dep")
OUTPUT = Path("benchmarks/drift.csv")
ORIGIN = ("experiment", "code", "instructions")
"""What was trained on, the code of `mutspad step fit` and what the processor can do."""
KEY = (*ORIGIN, "run", "seed", "setting")
FIELDS = (*KEY, "metric", "dev", "test")

Job = tuple[Path, Mapping[str, str], str, int, str]


@click.command()
@click.option("--results", type=click.Path(path_type=Path), default=Path("results/quick"))
@click.option("--seed", "seeds", type=int, multiple=True, default=(1, 2, 3))
@click.option("--run", "runs", multiple=True, type=click.Choice(RUNS), default=RUNS)
@click.option("--setting", "settings", multiple=True, type=click.Choice([*SETTINGS]))
@click.option("--jobs", default=1, show_default=True, help="Trainings at once.")
def main(
    *,
    results: Path,
    seeds: tuple[int, ...],
    runs: tuple[str, ...],
    settings: tuple[str, ...],
    jobs: int,
) -> None:
    """Train what is missing, then print the differences."""
    done = {tuple(row[field] for field in KEY) for row in _read()}
    # Now, not when a training has ended: the files may be others by then.
    origin = _describe_origin(results)
    chosen = dict.fromkeys([USUAL, *settings]) if settings else SETTINGS
    left = [
        (results, origin, *key)
        for key in product(runs, seeds, chosen)
        if (*origin.values(), *map(str, key)) not in done
    ]
    # A process a training: the number of threads is a process's.
    with multiprocessing.get_context("spawn").Pool(jobs, maxtasksperchild=1) as pool:
        for row in track(pool.imap_unordered(train, left, chunksize=1), total=len(left)):
            _add(row)
    click.echo(summarise(pd.read_csv(OUTPUT)).to_markdown(index=False, floatfmt=".2f"))


def train(job: Job) -> dict[str, object]:
    """Train one run with one seed in one setting; score it on dev and test."""
    results, origin, name, seed, setting = job
    precision, threads, plain = SETTINGS[setting]
    torch.set_num_threads(threads)
    # The package takes one thread a job, so that bytes repeat; this is what is measured here.
    torch.set_num_threads = _keep
    run = _with_precision(read_run(results / "plan" / f"{name}.json"), precision)
    (task,) = run.tasks
    corpora = results / "corpora" / run.domain / task
    splits = {
        split: read_conllup(corpora / f"{split}.conllup") for split in ("train", "dev", "test")
    }
    with fast.plain() if plain else nullcontext():
        fitted = fit_run(
            run,
            seed=seed,
            train={task: splits["train"]},
            dev={task: splits["dev"]},
            lexicon=read_lexicon(results / "lexicon"),
            parent=None,
        )
        scores = {}
        for split in ("dev", "test"):
            predicted = annotate(
                fitted.model,
                fitted.vocabulary,
                splits[split],
                [task],
                multi_root=run.multi_root,
            )
            scores[split] = score_layers(task, splits[split], predicted)[task.spec.metric]
    return {
        **origin,
        "run": name,
        "seed": seed,
        "setting": setting,
        "metric": task.spec.metric,
        **{split: f"{score:.4f}" for split, score in scores.items()},
    }


def summarise(frame: pd.DataFrame) -> pd.DataFrame:
    """Tabulate the mean and the largest difference of each setting from the usual one."""
    rows = []
    for of_one, of_run in frame.groupby([*ORIGIN, "run"], sort=False):
        for split in ("dev", "test"):
            scores = of_run.pivot_table(index="seed", columns="setting", values=split)
            for setting in (name for name in SETTINGS if name != USUAL and name in scores):
                pairs = scores[[USUAL, setting]].dropna()
                difference = pairs[setting] - pairs[USUAL]
                rows.append(
                    {
                        **dict(zip((*ORIGIN, "run"), of_one, strict=True)),
                        "split": split,
                        "setting": setting,
                        "seeds": len(pairs),
                        f"mean, {USUAL}": pairs[USUAL].mean(),
                        "sd over seeds": pairs[USUAL].std(),
                        "mean difference": difference.mean(),
                        "sd of it": difference.std(),
                        "largest": difference.abs().max(),
                    }
                )
    return pd.DataFrame(rows)


def _describe_origin(results: Path) -> dict[str, str]:
    """Name the experiment, the code that trains and the instructions of the processor."""
    values = (
        results.name,
        code_of("mutspad.cli.step.fit", "torch"),
        describe_machine()["instructions"],
    )
    return dict(zip(ORIGIN, values, strict=True))


def _keep(nthreads: int) -> None:
    """Leave the number of threads as it is."""


def _with_precision(run: Run, precision: str) -> Run:
    training = run.training.model_copy(update={"precision": precision, "device": "cpu"})
    return run.model_copy(update={"training": training})


def _read() -> Iterator[dict[str, str]]:
    if OUTPUT.is_file():
        with OUTPUT.open(newline="") as file:
            yield from csv.DictReader(file)


def _add(row: dict[str, object]) -> None:
    fresh = not OUTPUT.is_file()
    with OUTPUT.open("a", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        if fresh:
            writer.writeheader()
        writer.writerow(row)


if __name__ == "__main__":
    main()
