"""Write the table of the units that matter most, and a page to browse them all (paper, Table 4).

Example: mutspad step tabulate-units --ablation results/demo/ablation/tuned-multi/seed1
         --params '{...}' --results results/demo

results/<experiment>/tables/
├── table4.csv     a row a word: task, class, unit, drop, word, activation
├── table4.md      the table for people, with its notes
└── table4.html    every unit and class, in one file that needs no other
"""

from pathlib import Path

import click

from mutspad.config import AblationParams, parse_json
from mutspad.files import write_text
from mutspad.report.ablation.drops import read_ablations
from mutspad.report.ablation.unit_words import read_unit_words
from mutspad.report.tables.table4 import render_page, table4


@click.command("tabulate-units")
@click.option("--ablation", type=click.Path(path_type=Path), required=True, help="Of one seed.")
@click.option("--params", required=True, help="The section ablation, as JSON.")
@click.option("--results", type=click.Path(path_type=Path), required=True)
def command(*, ablation: Path, params: str, results: Path) -> None:
    """Read the drops of every task and the words of every unit; write the table three times."""
    limits = parse_json(AblationParams, params, "--params", "the section ablation as JSON")
    run = read_ablations(ablation)
    words = read_unit_words(ablation / "activations.json")
    table = table4(run, words, limits)
    write_text(results / "tables" / "table4.csv", table.to_csv())
    write_text(results / "tables" / "table4.md", table.markdown)
    write_text(results / "tables" / "table4.html", render_page(run, words, limits))
