"""Read the run times that Snakemake measured, job by job."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd

COLUMNS = ("phase", "job", "seconds", "cpu_seconds", "max_rss_mib")


def read_run_times(root: Path) -> pd.DataFrame:
    """Read every benchmark file below a folder, one row a job, longest first.

    Returns
    -------
    pandas.DataFrame
        Phase, job, seconds of wall clock and of processor, peak memory in MiB, and when the job
        started and ended (`ended`: when its benchmark file was written; UTC). Not-a-number stands
        for what was too short to measure. Empty without a file.
    """
    jobs = [_read(path, root) for path in sorted(root.rglob("*.tsv"))]
    if not jobs:
        return pd.DataFrame(columns=[*COLUMNS, "started", "ended"])
    return pd.concat(jobs).sort_values(["seconds", "job"], ascending=[False, True])


def _read(path: Path, root: Path) -> pd.DataFrame:
    """Read one job's measures; `-` stands for what was too short to measure."""
    measured = pd.read_csv(path, sep="\t", na_values="-")
    relative = path.relative_to(root).with_suffix("")
    ended = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return pd.DataFrame(
        {
            "phase": relative.parts[0],
            "job": relative.as_posix(),
            "seconds": measured["s"],
            "cpu_seconds": measured["cpu_time"],
            "max_rss_mib": measured["max_rss"],
            "started": [_clock(ended - timedelta(seconds=float(s))) for s in measured["s"]],
            "ended": _clock(ended),
        }
    )


def _clock(moment: datetime) -> str:
    """Format a time to the second, as RO-Crate requires."""
    return moment.isoformat(timespec="seconds")
