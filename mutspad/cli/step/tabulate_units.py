"""Write the table of the units that matter most, and a page to browse them all (paper, Table 4).

Example: mutspad step tabulate-units --plan results/demo/plan.json --results results/demo

results/<experiment>/tables/
├── table4.csv     a row a word: task, class, unit, drop, word, activation
├── table4.md      the table for people, with its notes
└── table4.html    every unit and class, in one file that needs no other
"""

from pathlib import Path

import click

from mutspad.cli.options import plan_option, results_option
from mutspad.files import write_text
from mutspad.plan.layout import Layout
from mutspad.plan.plan import read_plan
from mutspad.report.ablation.drops import read_ablated
from mutspad.report.ablation.unit_words import read_unit_words
from mutspad.report.tables.table4 import render_page, table4


@click.command("tabulate-units")
@plan_option
@results_option
def command(*, plan_file: Path, results: Path) -> None:
    """Read the drops of every task and the words of every unit; write the table three times."""
    plan = read_plan(plan_file)
    limits, run = plan.params.ablation, read_ablated(results, plan)
    folder = Layout(results).ablation(plan.ablated, plan.seeds[0])
    words = read_unit_words(folder / "activations.json")
    table = table4(run, words, limits)
    write_text(results / "tables" / "table4.csv", table.to_csv())
    write_text(results / "tables" / "table4.md", table.markdown)
    write_text(results / "tables" / "table4.html", render_page(run, words, limits))
