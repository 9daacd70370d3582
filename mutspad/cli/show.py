"""Print Table 2 of a finished run on the terminal, and where its other results are.

Example: mutspad show --results results/demo
"""

from contextlib import suppress
from pathlib import Path

import click
import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from mutspad.errors import ConfigError, MutspadError
from mutspad.plan.layout import Layout
from mutspad.plan.plan import read_plan
from mutspad.report.tables.rows import MNRG, Column, main_column, order_tasks

WIDTH = 100
PLACES = {
    "Tables 1 to 4, with all notes": "tables/",
    "Figure 2, convergence": "figures/",
    "Units to browse": "tables/table4.html",
    "The paper's claims, judged": "claims.md",
    "Tests of every difference": "statistics/",
    "Scores, models, predictions": "",
    "Where the numbers come from": "provenance.json",
}


@click.command("show")
@click.option(
    "--results",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help="Folder of the experiment's results, such as results/demo.",
)
def command(*, results: Path) -> None:
    """Print the rows of Table 2 that this experiment has trained, and where the rest is.

    On real corpora the paper's scores stand beside ours, in brackets.
    """
    source = results / "tables" / "table2.csv"
    if not source.is_file():
        raise MutspadError(
            f"{source}: expected the table of a finished run, found no file. Run snakemake all"
        )
    frame = pd.read_csv(source)
    plan = Layout(results).plan
    if plan.is_file():
        with suppress(ConfigError):  # that of another version says nothing here
            read_plan(plan)  # which defines tasks of one's own
    heading = source.with_suffix(".md").read_text(encoding="utf-8").splitlines()[0]
    if "synthetic data" in heading:
        # Nothing to compare: the paper's scores are on other data.
        frame = frame[[name for name in frame.columns if not name.endswith("_paper")]]
        heading = heading.removesuffix(", ours (the paper's)")
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Method")
    columns = [*map(main_column, order_tasks()), MNRG]
    for column in columns:
        table.add_column(column.header, justify="right", no_wrap=True)
    for _, row in frame[frame["seeds"].notna()].iterrows():
        table.add_row(row["method"], *(_show_cell(row, column) for column in columns))
    # Not the terminal's width: a pipe has none, and a log is read later.
    console = Console(width=WIDTH, highlight=False)
    console.print(heading.lstrip("# "), markup=False)
    console.print(table)
    for what, place in PLACES.items():
        console.print(f"{what + ':':31}{results / place}", markup=False)


def _show_cell(row: pd.Series, column: Column) -> str:
    """Write our score and, in brackets, the paper's; a dash where there is none."""
    digits = 2 if column.task else 1
    ours, paper = row.get(column.key), row.get(f"{column.key}_paper")
    if pd.isna(ours):
        return "-"
    return f"{ours:.{digits}f}" + ("" if pd.isna(paper) else f" ({paper:.{digits}f})")
