"""Judge what the paper says it found by the results of an experiment.

Example: mutspad claim --experiment demo --seed 1 --seed 2 --report '{...}'
         --unavailable 'elmo_small=weights not available' --statistics '{...}'
         --results results/demo

results/<experiment>/
├── claims.md      the verdicts, and what each rests on
└── claims.json    the same for machines
"""

from pathlib import Path

import click
import pandas as pd

from mutspad.analysis.claims_page import build_markdown, build_record
from mutspad.analysis.comparisons import Comparisons, list_rows
from mutspad.analysis.judging import Material, judge_claims
from mutspad.analysis.reading import read_counts, read_results
from mutspad.analysis.trainings import read_trainings
from mutspad.config import ReportParams, StatisticsParams, parse_json
from mutspad.files import write_json, write_text


@click.command("claim")
@click.option("--experiment", required=True)
@click.option("--seed", "seeds", type=int, multiple=True, required=True)
@click.option("--report", required=True, help="The run behind every cell, as JSON.")
@click.option("--unavailable", multiple=True, help="ROW=REASON, a row of missing weights.")
@click.option("--statistics", required=True, help="The section statistics, as JSON.")
@click.option("--results", type=click.Path(path_type=Path), required=True)
def command(
    *,
    experiment: str,
    seeds: tuple[int, ...],
    report: str,
    unavailable: tuple[str, ...],
    statistics: str,
    results: Path,
) -> None:
    """Read the counts, how runs were trained and what units do; write the verdicts twice."""
    cells = parse_json(ReportParams, report, "--report", "the rows of the tables")
    params = parse_json(StatisticsParams, statistics, "--statistics", "the section statistics")
    scored, _ = read_results(
        results,
        experiment=experiment,
        seeds=seeds,
        report=cells,
        unavailable=dict(map(_parse_reason, unavailable)),
    )
    rows = list_rows(scored)
    drops = results / "figures" / "figure2.csv"
    material = Material(
        scored,
        Comparisons(rows, read_counts(results, rows, seeds), params),
        read_trainings(results, cells.table3, seeds),
        pd.read_csv(drops, index_col="unit") if drops.is_file() else None,
    )
    judged = judge_claims(material)
    write_text(results / "claims.md", build_markdown(scored, judged, params))
    write_json(results / "claims.json", build_record(scored, judged, params))


def _parse_reason(pair: str) -> tuple[str, str]:
    """Split ROW=REASON."""
    row, _, reason = pair.partition("=")
    if not row or not reason:
        raise click.BadParameter(f"expected ROW=REASON, found {pair}", param_hint="--unavailable")
    return row, reason
