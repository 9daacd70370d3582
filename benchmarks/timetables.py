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

    Raises
    ------
    ValueError
        When that list holds a job twice, without a figure, or that the experiment lacks.
    """
    jobs = _read_jobs(experiment)
    if jobs is None:
        return Record(remark=_sum_up(experiment))
    peaks = jobs.set_index("job")["max_rss_mib"].astype(float)
    again = _read_again(experiment, peaks.index)
    before = peaks.copy()
    peaks.update(again["max_rss_mib"])
    largest = peaks.idxmax()
    remark = f"the job {largest}"
    if len(again):
        remark += (
            f", {'run again' if largest in again.index else 'of the whole run'}; run again since, "
            f"by themselves: {len(again)} of {len(peaks)} jobs, on {_join(again, 'instructions')} "
            f"in {_join(again, 'precision')}; before, the largest was {before.idxmax()} with "
            f"{before.max() / 1024:.2f} GiB"
        )
    return Record(samples={"ours": {"": [float(peaks.max()) / 1024]}}, remark=remark)


def _read_again(experiment: str, known: pd.Index) -> pd.DataFrame:
    """Read the list of jobs that were run again, by job; without one, nothing."""
    path = FOLDER / f"{experiment}_again.csv"
    if not path.is_file():
        return pd.DataFrame(columns=["max_rss_mib"], dtype=float)
    again = pd.read_csv(path).set_index("job")
    wrong = again.index[
        again["max_rss_mib"].isna() | again.index.duplicated() | ~again.index.isin(known)
    ]
    if len(wrong):
        raise ValueError(
            f"{path}: expected each job once, with a figure and named as in {experiment}.csv, "
            f"found {list(wrong)}"
        )
    return again


def _join(again: pd.DataFrame, column: str) -> str:
    """Name the values of a column, each once."""
    return ", ".join(again[column].drop_duplicates())


def _read_jobs(experiment: str) -> pd.DataFrame | None:
    """Read the list of an experiment's jobs, if there is one."""
    path = FOLDER / f"{experiment}.csv"
    return pd.read_csv(path) if path.is_file() else None


def _sum_up(experiment: str) -> str:
    """Sum up what an experiment's jobs add up to."""
    jobs = _read_jobs(experiment)
    if jobs is None:
        return f"no benchmarks/{experiment}.csv"
    minutes = jobs["cpu_seconds"].sum() / 60
    return f"its {len(jobs)} jobs add up to {minutes:.0f} minutes of processor time"
