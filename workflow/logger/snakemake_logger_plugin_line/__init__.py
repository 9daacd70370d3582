"""Show a running workflow in one line: what is done, how much, and how long the rest will take.

Snakemake finds logger plugins by the name of their package on the Python path:

    PYTHONPATH=workflow/logger snakemake --cores all --logger line

On a terminal the line is rewritten in place; elsewhere a new one is written now and then. A job
that fails is named, with the end of its log. The complete listing is in `.snakemake/log/`.
"""

import shutil
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from logging import WARNING, LogRecord
from pathlib import Path
from typing import Any

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

LOG_LINES = 20
"""Lines of a failed job's log that are shown."""

QUIET_SECONDS = 15
"""Time between two lines where they are not rewritten in place."""


class Progress:
    """Count jobs and estimate how long the rest will take.

    Parameters
    ----------
    counts
        How many jobs of each rule there are.
    now
        When the first of them may start, in seconds.
    """

    def __init__(self, counts: Mapping[str, int], now: float) -> None:
        self.started = now
        self.total = sum(counts.values())
        self.left = Counter(counts)
        self.running: dict[int, tuple[str, float]] = {}
        self.seconds: dict[str, list[float]] = defaultdict(list)

    @property
    def done(self) -> int:
        """Count the jobs that have ended."""
        return sum(map(len, self.seconds.values()))

    def start(self, job: int, rule: str, now: float) -> None:
        """Note that a job has started."""
        self.running[job] = rule, now

    def finish(self, job: int, now: float) -> None:
        """Note that a job has ended."""
        rule, started = self.running.pop(job)
        self.seconds[rule].append(now - started)
        self.left[rule] -= 1

    def seconds_left(self, now: float) -> float | None:
        """Estimate the time until the end, None before the first job has ended.

        A job takes as long as those of its rule did on the mean, or all jobs where none of its
        rule has ended; as many run at a time as did so far.
        """
        ended = [seconds for times in self.seconds.values() for seconds in times]
        spent = [now - started for _, started in self.running.values()]
        if not ended or now <= self.started:
            return None
        means = {rule: sum(times) / len(times) for rule, times in self.seconds.items() if times}
        mean = sum(ended) / len(ended)
        work = sum(count * means.get(rule, mean) for rule, count in self.left.items())
        at_a_time = (sum(ended) + sum(spent)) / (now - self.started)
        return max(work - sum(spent), 0.0) / max(at_a_time, 1.0)


def describe(rule: str, wildcards: Iterable[object]) -> str:
    """Name a job by its rule and wildcards, such as `train baseline (tweets.pos, 1)`."""
    values = ", ".join(map(str, wildcards))
    return rule.replace("_", " ") + (f" ({values})" if values else "")


def show_seconds(seconds: float) -> str:
    """Write a duration as people say it, such as `3 min 20 s`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


class LogHandler(LogHandlerBase):
    """Write the line, failures and warnings to stderr."""

    writes_to_stream = True
    writes_to_file = False
    has_filter = True
    has_formatter = True
    needs_rulegraph = False

    def __post_init__(self) -> None:
        self.progress: Progress | None = None
        self.names: dict[int, str] = {}
        self.in_place = sys.stderr.isatty()
        self.shown = float("-inf")

    def emit(self, record: LogRecord) -> None:
        """Show what a record of Snakemake's says."""
        fields: dict[str, Any] = vars(record)
        event, now = fields.get("event"), time.monotonic()
        if event == LogEvent.RUN_INFO:
            counts = {rule: count for rule, count in fields["stats"].items() if rule != "total"}
            self.progress = Progress(counts, now)
        elif event == LogEvent.JOB_INFO and self.progress:
            rule, wildcards = fields["rule_name"], fields["wildcards"] or {}
            self.names[fields["jobid"]] = describe(rule, wildcards.values())
            self.progress.start(fields["jobid"], rule, now)
            self._show_line(now)
        elif event == LogEvent.JOB_FINISHED and self.progress:
            self.progress.finish(fields["job_id"], now)
            self._show_line(now)
            if self.progress.done == self.progress.total:
                took = show_seconds(now - self.progress.started)
                self._write(f"{self.progress.total} jobs done in {took}.")
        elif event == LogEvent.JOB_ERROR:
            self._show_failure(fields)
        # What a failed command was says less than its log, which follows.
        elif fields.get("exception") == "RuleException" and "CalledProcessError" in str(record.msg):
            pass
        elif record.levelno >= WARNING or "Nothing to be done" in str(record.msg):
            self._write(record.getMessage())

    def _show_line(self, now: float) -> None:
        """Write how far the workflow is, unless the last such line stays and is recent."""
        if self.progress is None or not (self.in_place or now - self.shown >= QUIET_SECONDS):
            return
        self.shown = now
        done, total = self.progress.done, self.progress.total
        left = self.progress.seconds_left(now)
        parts = [f"{done} of {total} jobs", show_seconds(now - self.progress.started)]
        if left is not None:
            parts.append(f"about {show_seconds(left)} left")
        parts += [self.names[job] for job in reversed(self.progress.running)][:1]
        line = ", ".join(parts)
        if self.in_place:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"\r\x1b[K{line[:width]}")
            sys.stderr.flush()
        else:
            self._write(line)

    def _show_failure(self, fields: Mapping[str, Any]) -> None:
        """Name a failed job and write the end of its log."""
        name = self.names.get(fields["jobid"], describe(fields["rule_name"], ()))
        lines = [f"Failed: {name}"]
        for path in map(Path, fields["log"]):
            if path.is_file():
                text = path.read_text(encoding="utf-8", errors="replace").splitlines()
                lines += [f"End of {path}:", *(f"  {line}" for line in text[-LOG_LINES:])]
        if len(lines) == 1:
            lines.append(f"Command: {fields['shellcmd']}")
        self._write("\n".join(lines))

    def _write(self, text: str) -> None:
        """Write lines that stay."""
        sys.stderr.write(("\r\x1b[K" if self.in_place else "") + text + "\n")
        sys.stderr.flush()
