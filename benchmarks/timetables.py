"""Lines that are read from the times of whole experiments: wall clock and memory."""

import pandas as pd

from benchmarks.jobs import ROOT
from benchmarks.record import Record

FOLDER = ROOT / "benchmarks"


def read_wall_clock(experiment: str) -> Record:
    """Read from `commands.csv` how many minutes a whole experiment took on two cores."""
    commands = pd.read_csv(FOLDER / "commands.csv")
    command = f"snakemake --cores 2 all --config experiment={experiment}"
    found = commands.loc[commands["command"] == command, "seconds"]
    remark = _sum_up(experiment)
    if found.empty:
        return Record(remark=remark)
    note = commands.loc[found.index[0], "note"]
    return Record(
        samples={"ours": {"": [float(found.iloc[0]) / 60]}}, remark=f"{remark}; the clock: {note}"
    )


def read_peak_memory(experiment: str) -> Record:
    """Read from the list of jobs how many GiB the largest took.

    Of a job that was run again since, by itself and with later code (`<experiment>_again.csv`), the
    later run counts.
    """
    jobs = _read_jobs(experiment)
    if jobs is None:
        return Record(remark=_sum_up(experiment))
    peaks = jobs.set_index("job")["max_rss_mib"].astype(float)
    remark = ""
    path = FOLDER / f"{experiment}_again.csv"
    if path.is_file():
        again = pd.read_csv(path).set_index("job")["max_rss_mib"].astype(float)
        unknown = again.index.difference(peaks.index)
        if len(unknown):
            raise ValueError(f"{path}: expected jobs of {experiment}.csv, found {list(unknown)}")
        largest = peaks.nlargest(1)
        peaks.update(again)
        remark = (
            f"; run again since, with later code: {len(again)} of {len(peaks)} jobs; before, the "
            f"largest was {largest.index[0]} with {largest.iloc[0] / 1024:.2f} GiB"
        )
    return Record(
        samples={"ours": {"": [float(peaks.max()) / 1024]}},
        remark=f"the job {peaks.idxmax()}{remark}",
    )


def _read_jobs(experiment: str) -> pd.DataFrame | None:
    """Read the list of an experiment's jobs, if there is one."""
    path = FOLDER / f"{experiment}.csv"
    return pd.read_csv(path) if path.is_file() else None


def _sum_up(experiment: str) -> str:
    """Say what an experiment's jobs add up to."""
    jobs = _read_jobs(experiment)
    if jobs is None:
        return f"no benchmarks/{experiment}.csv"
    minutes = jobs["cpu_seconds"].sum() / 60
    return f"its {len(jobs)} jobs add up to {minutes:.0f} minutes of processor time"
