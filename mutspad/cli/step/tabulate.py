"""Write one of the paper's tables from the scores.

Example: mutspad step tabulate --number 2 --experiment demo --seed 1 --seed 2 --report '{...}'
         --unavailable 'elmo_small=no network' --results results/demo

results/<experiment>/tables/
├── table<n>.csv    numbers for machines: ours with spread and number of seeds, the paper's
└── table<n>.md     the table for people, with its notes
"""

from pathlib import Path

import click

from mutspad.cli.options import parse_reason, seeds_option
from mutspad.config import ReportParams, parse_json
from mutspad.files import read_json, write_text
from mutspad.report.tables.rows import Results
from mutspad.report.tables.table1 import table1
from mutspad.report.tables.table2 import table2
from mutspad.report.tables.table3 import table3

RUN_TABLES = {2: table2, 3: table3}


@click.command("tabulate")
@click.option("--number", type=click.IntRange(1, 3), required=True)
@click.option("--experiment", required=True)
@seeds_option
@click.option("--report", required=True, help="The run behind every cell, as JSON.")
@click.option("--unavailable", multiple=True, help="ROW=REASON, a row of missing weights.")
@click.option("--results", type=click.Path(path_type=Path), required=True)
def command(
    *,
    number: int,
    experiment: str,
    seeds: tuple[int, ...],
    report: str,
    unavailable: tuple[str, ...],
    results: Path,
) -> None:
    """Read the summaries, the lexicon and the scores; write the table twice."""
    reasons = dict(map(parse_reason, unavailable))
    summaries = [read_json(path) for path in sorted(results.glob("corpora/*/*/summary.json"))]
    vectors = read_json(results / "lexicon" / "lexicon.json")
    if number == 1:
        table = table1(experiment=experiment, summaries=summaries, vectors=vectors)
    else:
        rows = parse_json(ReportParams, report, "--report", "the rows of the tables")
        paths = [
            results / "scores" / run / f"seed{seed}.json" for run in rows.runs() for seed in seeds
        ]
        language_model = results / "language_model" / "summary.json"
        table = RUN_TABLES[number](
            Results.read(
                experiment=experiment,
                seeds=seeds,
                report=rows,
                scores=map(read_json, paths),
                summaries=summaries,
                vectors=vectors,
                language_model=read_json(language_model) if language_model.is_file() else None,
                unavailable=reasons,
            )
        )
    write_text(results / "tables" / f"table{number}.csv", table.to_csv())
    write_text(results / "tables" / f"table{number}.md", table.markdown)
