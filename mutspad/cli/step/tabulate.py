"""Write one of the paper's tables from the scores.

Example: mutspad step tabulate --number 2 --plan results/demo/plan.json --results results/demo

results/<experiment>/tables/
├── table<n>.csv    numbers for machines: ours with spread and number of seeds, the paper's
├── table<n>.md     the table for people, with its notes
└── metrics.json    of Table 2: the mean scores of each row, for `dvc metrics`
"""

from pathlib import Path

import click

from mutspad.cli.options import plan_option, results_option
from mutspad.files import write_json, write_text
from mutspad.plan.plan import read_plan
from mutspad.report.statistics.reading import read_results, read_setting
from mutspad.report.tables.table1 import table1
from mutspad.report.tables.table2 import list_metrics, table2
from mutspad.report.tables.table3 import table3

SCORE_TABLES = {2: table2, 3: table3}


@click.command("tabulate")
@click.option("--number", type=click.IntRange(1, 3), required=True, help="The paper's number.")
@plan_option
@results_option
def command(*, number: int, plan_file: Path, results: Path) -> None:
    """Read what there is to say of the data, and the scores; write the table twice."""
    plan = read_plan(plan_file)
    if number == 1:
        table = table1(read_setting(results))
    else:
        table = SCORE_TABLES[number](read_results(results, plan))
    if number == 2:
        write_json(results / "tables" / "metrics.json", list_metrics(table.frame))
    write_text(results / "tables" / f"table{number}.csv", table.to_csv())
    write_text(results / "tables" / f"table{number}.md", table.markdown)
