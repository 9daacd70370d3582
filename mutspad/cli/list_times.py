"""Collect the run times that Snakemake measured, job by job.

Example: mutspad list-times --benchmarks benchmarks/runs/quick --output benchmarks/quick.csv

benchmarks/
└── <experiment>.csv    phase, job, seconds of wall clock and of processor, peak memory in MiB
"""

from pathlib import Path

import click
import pandas as pd

from mutspad.errors import MutspadError
from mutspad.files import write_text


@click.command("list-times")
@click.option("--benchmarks", type=click.Path(path_type=Path), required=True)
@click.option("--output", type=click.Path(path_type=Path), required=True)
def command(*, benchmarks: Path, output: Path) -> None:
    """Read every benchmark file below a folder and write one line a job, longest first."""
    paths = sorted(benchmarks.rglob("*.tsv"))
    if not paths:
        raise MutspadError(f"{benchmarks}: expected benchmark files of a run, found none")
    jobs = pd.concat([_read(path, benchmarks) for path in paths])
    jobs = jobs.sort_values(["seconds", "job"], ascending=[False, True])
    write_text(output, jobs.to_csv(index=False, float_format="%.1f"))
    total = jobs["cpu_seconds"].sum()
    click.echo(f"{len(jobs)} jobs, {total / 60:.1f} minutes of processor time: {output}")


def _read(path: Path, root: Path) -> pd.DataFrame:
    """Read one job's measures; `-` stands for what was too short to measure."""
    measured = pd.read_csv(path, sep="\t", na_values="-")
    relative = path.relative_to(root).with_suffix("")
    return pd.DataFrame(
        {
            "phase": relative.parts[0],
            "job": relative.as_posix(),
            "seconds": measured["s"],
            "cpu_seconds": measured["cpu_time"],
            "max_rss_mib": measured["max_rss"],
        }
    )
