"""Measure every line side by side with the peers and write what it came to.

Example: python -m benchmarks.run --only train-dep --repetitions 1 --steps 20

benchmarks/
├── results.json    machine, versions, every sample; a line is stored when it is measured
├── results.md      made from it: medians, spread, goals, by how much one is missed and why
└── results.png     how much of each goal is reached

A line that is stored with the same settings and code is not measured again, unless `--only` names
it.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import click
from rich.console import Console

from benchmarks.cores import measure_cores
from benchmarks.inputs import Inputs
from benchmarks.jobs import PEERS, ROOT
from benchmarks.lines import LINES
from benchmarks.machine import describe_machine, list_versions, measure_load
from benchmarks.plot import plot
from benchmarks.prediction import (
    measure_ablation,
    measure_beside_stanza,
    measure_cold_start,
    measure_prediction,
)
from benchmarks.record import Record, Results, Settings
from benchmarks.render import render
from benchmarks.timetables import read_peak_memory, read_wall_clock
from benchmarks.training import measure_parser, measure_tagger, measure_unified
from mutspad.files import write_text
from mutspad.fingerprint import code_of

FOLDER = ROOT / "benchmarks"
MODEL = Path("models", "news-unified.tweets.all", "seed1")

Note = Callable[[str], None]

# The verb whose code is measured, and how.
MEASURES: Mapping[str, tuple[str, Callable[[Settings, Inputs, Note], Record]]] = {
    "train-dep": ("mutspad.cli.step.fit", measure_parser),
    "train-pos": ("mutspad.cli.step.fit", measure_tagger),
    "unified-epoch": ("mutspad.cli.step.fit", measure_unified),
    "predict": ("mutspad.tagging.pipeline", measure_prediction),
    "predict-stanza": ("mutspad.tagging.pipeline", measure_beside_stanza),
    "cold-start": ("mutspad.tagging.pipeline", measure_cold_start),
    "ablation": ("mutspad.cli.step.ablate", measure_ablation),
    "two-cores": ("mutspad.cli.step.fit", lambda settings, _, note: measure_cores(settings, note)),
}
READINGS: Mapping[str, Callable[[], Record]] = {
    "quick-clock": lambda: read_wall_clock("quick"),
    "paper-clock": lambda: read_wall_clock("paper"),
    "paper-memory": lambda: read_peak_memory("paper"),
}


@click.command()
@click.option("--only", multiple=True, type=click.Choice([line.name for line in LINES]))
@click.option("--repetitions", type=click.IntRange(1), default=3, show_default=True)
@click.option(
    "--steps", type=click.IntRange(1), default=100, show_default=True, help="Batches a training."
)
@click.option("--sentences", type=int, help="Dev sentences of the ablation; all by default.")
@click.option(
    "--results",
    type=click.Path(path_type=Path, exists=True),
    default=ROOT / "results" / "quick",
    help="Corpora, lexicon and unified sentences are read there; results/quick by default.",
)
@click.option(
    "--model",
    type=click.Path(path_type=Path, exists=True),
    help=f"A trained multi-task model; {MODEL} below --results by default.",
)
@click.option("--output", type=click.Path(path_type=Path), default=FOLDER, help="benchmarks/.")
def command(
    *,
    only: tuple[str, ...],
    repetitions: int,
    steps: int,
    sentences: int | None,
    results: Path,
    model: Path | None,
    output: Path,
) -> None:
    """Measure the lines that are not stored yet, and store each as it is done."""
    if not PEERS.exists():
        raise click.ClickException(f"{PEERS}: expected the peers; install them: make bench")
    settings = Settings(repetitions=repetitions, steps=steps, sentences=sentences)
    inputs = Inputs(results.resolve(), (model or results / MODEL).resolve())
    _require(inputs)
    console = Console(stderr=True, log_path=False)
    stored = _open(output / "results.json", console)
    for name, (verb, measure) in MEASURES.items():
        origin = {"settings": settings, "code": code_of(verb, "torch")}
        if name not in only if only else _is_stored(stored, name, origin):
            continue
        busy = measure_load()
        record = measure(settings, inputs, partial(console.log, f"{name}:"))
        stored.lines[name] = record.model_copy(update=origin | {"busy": busy})
        _write(stored, output)
        console.log(f"{name}: stored")
    _write(stored, output)


def _require(inputs: Inputs) -> None:
    """Refuse to begin an hour of measuring without what its last lines need."""
    for path in (inputs.model / "model.json", inputs.unified, inputs.tweets):
        if not path.exists():
            raise click.ClickException(
                f"{path}: expected the results of the quick experiment, found none; name a folder "
                "with --results, or: snakemake --cores 2 all --config experiment=quick"
            )


def _open(path: Path, console: Console) -> Results:
    """Open what was measured on this machine with these versions; else begin anew."""
    fresh = Results(machine=describe_machine(), versions=list_versions())
    if path.is_file():
        stored = Results.read(path)
        if (stored.machine, stored.versions) == (fresh.machine, fresh.versions):
            return stored
        console.log(f"{path}: of another machine or other versions; all is measured anew")
    return fresh


def _is_stored(results: Results, name: str, origin: Mapping[str, object]) -> bool:
    """Return whether a line was measured with these settings and this code."""
    record = results.lines.get(name, Record())
    return all(getattr(record, part) == value for part, value in origin.items())


def _write(results: Results, folder: Path) -> None:
    """Write the results in all three forms, with what the timetables say now."""
    results.lines.update({name: read() for name, read in READINGS.items()})
    results.write(folder / "results.json")
    write_text(folder / "results.md", render(results))
    plot(results, folder / "results.png")


if __name__ == "__main__":
    command()
