"""Write the provenance of an experiment beside its tables.

Example: mutspad step record --plan results/demo/plan.json --results results/demo
         --benchmarks benchmarks/runs/demo

results/<experiment>/
└── provenance.json    git revision, packages, machine, corpora with hashes, parameters, run times;
                       SHA-256 of each artefact
"""

from pathlib import Path

import click

from mutspad.cli.options import path_option, plan_option, raw_files_options, results_option
from mutspad.files import write_json
from mutspad.plan.plan import read_plan
from mutspad.report.provenance.environment import describe_environment
from mutspad.report.provenance.provenance import (
    build_record,
    describe_encoders,
    describe_raw_files,
    hash_files,
    name_artefacts,
    name_sources,
)
from mutspad.report.provenance.run_times import read_run_times
from mutspad.report.statistics.reading import read_setting

# Beside those that follow from the plan's models and corpora.
ARTEFACTS = ("tables/*", "figures/*", "statistics/**/*", "claims.*")
# What a run writes into the checkout: changed, it does not make the revision dirty.
OUTPUTS = ("results", "dvc.lock", "benchmarks/*.csv")


@click.command("record")
@plan_option
@results_option
@path_option("--benchmarks", help="Folder of Snakemake's benchmark files, for the run times.")
@path_option(
    "--lock",
    default=Path("requirements.txt"),
    show_default=True,
    help="The pinned packages; the record names installed ones that differ.",
)
@raw_files_options
def command(
    *,
    plan_file: Path,
    results: Path,
    benchmarks: Path,
    lock: Path,
    raw: Path,
    mirror: Path | None,
    licensed: Path | None,
) -> None:
    """Describe commit, machine, packages, corpora and run times, and hash every artefact."""
    plan = read_plan(plan_file)
    setting = read_setting(results)
    registry = plan.registry
    sources = name_sources(plan, setting, registry)
    run_times = read_run_times(benchmarks)
    record = build_record(
        plan,
        setting,
        environment=describe_environment(Path(), lock.read_text("utf-8"), outputs=OUTPUTS),
        artefacts=hash_files(results, [*name_artefacts(plan), *ARTEFACTS]),
        # Its own time would make each record another one.
        run_times=run_times[run_times["phase"] != "record"],
        raw_files=describe_raw_files(registry, sources, (raw, mirror, licensed, Path()))
        | describe_encoders(plan),
    )
    write_json(results / "provenance.json", record)
