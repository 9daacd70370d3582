"""Test every method of Tables 2 and 3 against every other on the same test sentences.

Example: mutspad step compare --experiment demo --seed 1 --seed 2 --report '{...}'
         --statistics '{"shuffles": 10000, "resamples": 10000, "confidence": 0.95, "seed": 13}'
         --results results/demo

results/<experiment>/statistics/
├── differences.csv      each pair of rows: difference, bootstrap interval, p-values
├── seeds.csv            the score of every row, task, split and seed
└── counts/<task>.csv    what each test sentence adds to the score of each run and seed
"""

from pathlib import Path

import click

from mutspad.cli.options import seeds_option
from mutspad.config import ReportParams, StatisticsParams, parse_json
from mutspad.evaluation.counts import Counts
from mutspad.files import write_text
from mutspad.report.statistics.comparisons import (
    Comparisons,
    counts_frame,
    differences_frame,
    list_rows,
    seeds_frame,
)
from mutspad.report.statistics.reading import count_runs, read_results
from mutspad.tasks import TASKS, Task


@click.command("compare")
@click.option("--experiment", required=True)
@seeds_option
@click.option("--report", required=True, help="The run behind every cell, as JSON.")
@click.option("--statistics", required=True, help="The section statistics, as JSON.")
@click.option("--results", type=click.Path(path_type=Path), required=True)
def command(
    *, experiment: str, seeds: tuple[int, ...], report: str, statistics: str, results: Path
) -> None:
    """Count what each test sentence adds to each score; compare all pairs of rows."""
    cells = parse_json(ReportParams, report, "--report", "the rows of the tables")
    params = parse_json(StatisticsParams, statistics, "--statistics", "the section statistics")
    scored, records = read_results(results, experiment=experiment, seeds=seeds, report=cells)
    rows = list_rows(scored)
    counts: dict[Task, dict[str, Counts]] = {}
    sentences: dict[Task, list[str]] = {}
    frames = {}
    for task in TASKS:
        runs = {row[task]: records[row[task]] for row in rows.values() if task in row}
        if runs:
            sentences[task], counts[task] = count_runs(results, task, runs)
            frames[f"counts/{task}"] = counts_frame(sentences[task], counts[task], seeds)
    frames["differences"] = differences_frame(Comparisons(rows, counts, sentences, params))
    frames["seeds"] = seeds_frame(rows, records)
    for name, frame in frames.items():
        text = frame.to_csv(index=False, lineterminator="\n")
        write_text(results / "statistics" / f"{name}.csv", text)
