"""Compare the silver labels of each unified training set with gold, wherever a sentence has both.

Example: mutspad step judge-silver --plan results/demo/plan.json --seed 1 --results results/demo

results/<experiment>/silver/
└── seed<k>.json    every comparison of every layer, with all confusions
"""

from pathlib import Path

import click

from mutspad.cli.options import plan_option, results_option, seed_option
from mutspad.config.base import SPLITS
from mutspad.data.conllup import read_conllup
from mutspad.data.predictions import read_predictions, select_predictions
from mutspad.data.sentence import Sentence
from mutspad.files import write_text
from mutspad.plan.layout import PREDICTED, Layout
from mutspad.plan.plan import read_plan
from mutspad.report.tables.silver import format_rows, judge_layer


@click.command("judge-silver")
@plan_option
@seed_option
@results_option
def command(*, plan_file: Path, seed: int, results: Path) -> None:
    """Read unified sets, gold corpora and the labellers' predictions; write every comparison."""
    plan, layout = read_plan(plan_file), Layout(results)
    rows = []
    for domain in plan.unified_domains(seed):
        unified = read_conllup(layout.unified(domain, seed))
        for task, model in plan.labellers[domain].items():
            gold: dict[str, list[Sentence]] = {
                split: read_conllup(layout.corpus(domain, task, f"{split}.conllup"))
                for split in SPLITS
            }
            predicted = {}
            for split in PREDICTED:
                path = layout.predictions(model, seed, split)
                found = read_predictions(path)
                predicted[split] = select_predictions(found, task, gold[split], path)
            rows += judge_layer(
                task, unified, gold, predicted, domain=domain, seed=seed, labeller=model
            )
    write_text(layout.silver(seed), format_rows(rows))
