"""Collect the run times that Snakemake measured, job by job.

Example: mutspad list-times --benchmarks benchmarks/runs/quick --output benchmarks/quick.csv

benchmarks/
└── <experiment>.csv    phase, job, seconds of wall clock and of processor, peak memory in MiB
"""

from pathlib import Path

import click

from mutspad.cli.options import path_option
from mutspad.errors import MutspadError
from mutspad.files import write_text
from mutspad.report.provenance.run_times import COLUMNS, read_run_times


@click.command("list-times")
@path_option(
    "--benchmarks", help="Folder of Snakemake's benchmark files, benchmarks/runs/<experiment>."
)
@path_option("--output", help="The CSV file to write, one line a job.")
def command(*, benchmarks: Path, output: Path) -> None:
    """Read every benchmark file below a folder and write one line a job, longest first."""
    jobs = read_run_times(benchmarks)
    if jobs.empty:
        raise MutspadError(f"{benchmarks}: expected benchmark files of a run, found none")
    write_text(output, jobs[[*COLUMNS]].to_csv(index=False, float_format="%.1f"))
    total = jobs["cpu_seconds"].sum()
    click.echo(f"{len(jobs)} jobs, {total / 60:.1f} minutes of processor time: {output}")
