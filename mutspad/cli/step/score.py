"""Score predictions against gold, all models of one seed in one process; no model is loaded.

Example: mutspad step score --plan results/demo/plan.json --seed 1 --results results/demo

results/<experiment>/scores/<model>/
├── seed<k>.json           dev and test scores, number of parameters, the resolved parameters
├── seed<k>.counts.csv     what each test sentence adds to the scores; of models behind a row
└── seed<k>.history.csv    how the model was trained; not of one that is applied as it is
"""

from functools import cache
from pathlib import Path

import click

from mutspad.cli.options import plan_option, results_option, seed_option
from mutspad.data.conllup import read_conllup
from mutspad.data.predictions import read_predictions, select_predictions
from mutspad.evaluation.counts import Counted, count_layers, format_counts
from mutspad.evaluation.score import build_scores, score_layers, score_single_root
from mutspad.files import read_json, write_bytes, write_json, write_text
from mutspad.plan.layout import MODEL_FILES, PREDICTED, Layout
from mutspad.plan.plan import read_plan
from mutspad.tasks import Task


@click.command("score")
@plan_option
@seed_option
@results_option
def command(*, plan_file: Path, seed: int, results: Path) -> None:
    """Score every task of every model on dev and test, trees also on single-root references."""
    plan, layout = read_plan(plan_file), Layout(results)
    behind_rows = set(plan.report.models())
    read_gold = cache(read_conllup)
    for name, model in plan.models.items():
        if seed not in model.seeds:
            continue
        run = plan.resolve(name)
        scored: dict[Task, dict[str, dict[str, float]]] = {task: {} for task in run.tasks}
        counted: dict[Task, Counted] = {}
        for split in PREDICTED:
            path = layout.predictions(name, seed, split)
            found = read_predictions(path)
            for task in run.tasks:
                gold = read_gold(layout.corpus(run.domain, task, f"{split}.conllup"))
                predicted = select_predictions(found, task, gold, path)
                scored[task][split] = score_layers(task, gold, predicted)
                if plan.corpora[run.domain][task].single_root:
                    fixed = f"{split}.single-root.conllup"
                    reference = read_gold(layout.corpus(run.domain, task, fixed))
                    scored[task][split] |= score_single_root(reference, predicted)
                if split == "test" and name in behind_rows:
                    counts = count_layers(task, gold, predicted)
                    counted[task] = Counted([sentence.id for sentence in gold], counts)
        predictor = plan.predictor(name)
        n_parameters = read_json(layout.model(predictor, seed) / MODEL_FILES[0])["n_parameters"]
        write_json(layout.scores(name, seed), build_scores(run, seed, n_parameters, scored))
        if counted:
            write_text(layout.counts(name, seed), format_counts(counted))
        if predictor == name:
            write_bytes(layout.curve(name, seed), layout.history(name, seed).read_bytes())
