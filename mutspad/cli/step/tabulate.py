"""Write one of the paper's tables from the scores, or Table 4 from the ablation.

Example: mutspad step tabulate --number 2 --plan results/demo/plan.json --results results/demo

results/<experiment>/tables/
├── table<n>.csv    numbers for machines: ours with spread and number of seeds, the paper's
├── table<n>.md     the table for people, with its notes
├── metrics.json    of Table 2: the mean scores of each row, for `dvc metrics`
└── table4.html     of Table 4: every unit and class, in one file that needs no other
"""

from pathlib import Path

import click

from mutspad.cli.options import plan_option, results_option
from mutspad.files import write_json, write_text
from mutspad.plan.layout import Layout
from mutspad.plan.plan import read_plan
from mutspad.report.ablation.drops import read_ablated
from mutspad.report.ablation.unit_words import read_unit_words
from mutspad.report.statistics.reading import read_results, read_setting
from mutspad.report.tables.table1 import table1
from mutspad.report.tables.table2 import list_metrics, table2
from mutspad.report.tables.table3 import table3
from mutspad.report.tables.table4 import render_page, table4


@click.command("tabulate")
@click.option("--number", type=click.IntRange(1, 4), required=True, help="The paper's number.")
@plan_option
@results_option
def command(*, number: int, plan_file: Path, results: Path) -> None:
    """Read what the table shows, and write it as CSV and Markdown."""
    plan, folder = read_plan(plan_file), results / "tables"
    if number == 1:
        table = table1(read_setting(results))
    elif number == 2:
        table = table2(read_results(results, plan))
        write_json(folder / "metrics.json", list_metrics(table.frame))
    elif number == 3:
        table = table3(read_results(results, plan))
    else:
        ablation = Layout(results).ablation(plan.ablated, plan.seeds[0])
        shown = (
            read_ablated(results, plan),
            read_unit_words(ablation / "activations.json"),
            plan.params.ablation,
        )
        table = table4(*shown)
        write_text(folder / "table4.html", render_page(*shown))
    write_text(folder / f"table{number}.csv", table.to_csv())
    write_text(folder / f"table{number}.md", table.markdown)
