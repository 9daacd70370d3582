"""Write the provenance of an experiment beside its tables.

Example: mutspad step record --parameters '{"experiment": "demo", ...}' --results results/demo
         --artefact 'tables/*' --artefact 'figures/*' --benchmarks benchmarks/runs/demo

results/<experiment>/
└── provenance.json    git revision, packages, machine, corpora with hashes, parameters, run times;
                       each artefact with its SHA-256 and the environment it was first recorded
                       under: those of the parameters' corpora, encoders, runs and seeds by
                       themselves, others by their patterns
"""

from pathlib import Path

import click

from mutspad.config import Params, parse_json
from mutspad.data.registry import load_registry
from mutspad.files import read_json, write_json
from mutspad.report.provenance.environment import describe_environment
from mutspad.report.provenance.extent import name_artefacts
from mutspad.report.provenance.provenance import (
    build_record,
    describe_encoders,
    describe_raw_files,
    hash_files,
    name_sources,
)
from mutspad.report.provenance.run_times import read_run_times
from mutspad.report.records import Setting

# What a run writes into the checkout: changed, it does not make the revision dirty.
OUTPUTS = ("results", "dvc.lock", "benchmarks/*.csv")
EXPECTED = "the resolved parameters as JSON"


@click.command("record")
@click.option("--parameters", required=True, help="All parameters, resolved, as JSON.")
@click.option("--results", type=click.Path(path_type=Path), required=True)
@click.option("--artefact", "patterns", multiple=True, required=True, help="Others, below it.")
@click.option("--benchmarks", type=click.Path(path_type=Path), required=True)
@click.option("--lock", type=click.Path(path_type=Path), default=Path("requirements.txt"))
@click.option("--raw", type=click.Path(path_type=Path), default=Path("raw"))
@click.option("--mirror", type=click.Path(path_type=Path), envvar="MUTSPAD_MIRROR")
@click.option("--licensed", type=click.Path(path_type=Path), envvar="MUTSPAD_LICENSED")
def command(
    *,
    parameters: str,
    results: Path,
    patterns: tuple[str, ...],
    benchmarks: Path,
    lock: Path,
    raw: Path,
    mirror: Path | None,
    licensed: Path | None,
) -> None:
    """Read what lies there and describe the machine; what an older record knows stays known."""
    output = results / "provenance.json"
    params = parse_json(Params, parameters, "--parameters", EXPECTED)
    setting = Setting.read(
        params.experiment,
        [read_json(path) for path in sorted(results.glob("corpora/*/*/summary.json"))],
        read_json(results / "lexicon" / "lexicon.json"),
    )
    registry = load_registry()
    sources = name_sources(params, setting, registry)
    run_times = read_run_times(benchmarks)
    record = build_record(
        params,
        setting,
        environment=describe_environment(Path(), lock.read_text("utf-8"), outputs=OUTPUTS),
        artefacts=hash_files(results, [*name_artefacts(params), *patterns]),
        # Its own time would make each record another one.
        run_times=run_times[run_times["phase"] != "record"],
        raw_files=describe_raw_files(registry, sources, (raw, mirror, licensed))
        | describe_encoders(params),
        previous=read_json(output) if output.is_file() else None,
    )
    write_json(output, record)
