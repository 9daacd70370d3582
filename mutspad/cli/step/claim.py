"""Judge what the paper says it found by the results of an experiment.

Example: mutspad step claim --experiment demo --seed 1 --seed 2 --report '{...}'
         --unavailable 'elmo_small=weights not available' --statistics '{...}'
         --ablation results/demo/ablation/tuned-multi/seed1 5 --results results/demo

results/<experiment>/
├── claims.md      the verdicts, and what each rests on
└── claims.json    the same for machines
"""

from pathlib import Path

import click

from mutspad.cli.options import parse_reason, seeds_option
from mutspad.config import ReportParams, StatisticsParams, parse_json
from mutspad.files import write_json, write_text
from mutspad.report.ablation.drops import read_ablations
from mutspad.report.claims.judging import Material, judge_claims
from mutspad.report.claims.page import build_markdown, build_record
from mutspad.report.statistics.comparisons import Comparisons, list_rows
from mutspad.report.statistics.reading import read_counts, read_results
from mutspad.report.statistics.trainings import read_trainings


@click.command("claim")
@click.option("--experiment", required=True)
@seeds_option
@click.option("--report", required=True, help="The run behind every cell, as JSON.")
@click.option("--unavailable", multiple=True, help="ROW=REASON, a row of missing weights.")
@click.option("--statistics", required=True, help="The section statistics, as JSON.")
@click.option(
    "--ablation",
    type=(click.Path(path_type=Path), int),
    help="The folder of one seed, and the least gold words of a class; optional.",
)
@click.option("--results", type=click.Path(path_type=Path), required=True)
def command(
    *,
    experiment: str,
    seeds: tuple[int, ...],
    report: str,
    unavailable: tuple[str, ...],
    statistics: str,
    ablation: tuple[Path, int] | None,
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
        unavailable=dict(map(parse_reason, unavailable)),
    )
    rows = list_rows(scored)
    material = Material(
        scored,
        Comparisons(rows, *read_counts(results, rows, seeds), params),
        read_trainings(results, cells.table3, seeds),
        *((read_ablations(ablation[0]), ablation[1]) if ablation else ()),
    )
    judged = judge_claims(material)
    write_text(results / "claims.md", build_markdown(scored, judged, params))
    write_json(results / "claims.json", build_record(scored, judged, params))
