"""Score predictions against gold, all models of an experiment in one process; no model is loaded.

Example: mutspad step score --plan results/demo/plan.json --results results/demo
         mutspad step score --plan results/demo/plan.json --results results/demo --model tweets.pos

results/<experiment>/scores/<model>/
└── seed<k>.json    dev and test scores, number of parameters, the resolved parameters
"""

from functools import cache
from pathlib import Path

import click

from mutspad.cli.options import plan_option, results_option
from mutspad.data.conllup import read_conllup
from mutspad.data.predictions import read_predictions, select_predictions
from mutspad.data.sentence import Sentence
from mutspad.evaluation.score import build_scores, score_layers, score_single_root
from mutspad.files import read_json, write_json
from mutspad.plan.layout import MODEL_FILES, PREDICTED, Layout
from mutspad.plan.plan import read_plan
from mutspad.tasks import Task


@click.command("score")
@plan_option
@results_option
@click.option("--model", "models", multiple=True, help="Only this model; may be given repeatedly.")
def command(*, plan_file: Path, results: Path, models: tuple[str, ...]) -> None:
    """Score every task of every model on dev and test, trees also on single-root references."""
    plan, layout = read_plan(plan_file), Layout(results)
    read_gold = cache(read_conllup)
    for name in models or plan.models:
        run = plan.resolve(name)
        for seed in plan.seeds:
            scored: dict[Task, dict[str, dict[str, float]]] = {task: {} for task in run.tasks}
            for split in PREDICTED:
                path = layout.predictions(name, seed, split)
                found = read_predictions(path)
                for task in run.tasks:
                    gold = read_gold(layout.corpus(run.domain, task, f"{split}.conllup"))
                    predicted = _select(found, task, gold, path)
                    scored[task][split] = score_layers(task, gold, predicted)
                    if plan.corpora[run.domain][task].single_root:
                        fixed = f"{split}.single-root.conllup"
                        reference = read_gold(layout.corpus(run.domain, task, fixed))
                        scored[task][split] |= score_single_root(reference, predicted)
            model = layout.model(plan.predictor(name), seed) / MODEL_FILES[0]
            n_parameters = read_json(model)["n_parameters"]
            write_json(layout.scores(name, seed), build_scores(run, seed, n_parameters, scored))


def _select(
    found: dict[str, Sentence], task: Task, gold: list[Sentence], path: Path
) -> list[Sentence]:
    """Return one task's predictions in the order of the gold sentences."""
    return select_predictions(found, task, (sentence.id for sentence in gold), path)
