"""Score the predictions of one run and seed against gold; no model is loaded.

Example: mutspad step score --run results/demo/runs/tuned-multi.json --seed 1
         --model results/demo/finetune/tuned-multi/seed1/model.json
         --corpora results/demo/corpora/tweets
         --predictions results/demo/predictions/tuned-multi/seed1
         --scores results/demo/scores/tuned-multi/seed1.json

results/<experiment>/scores/<run>/
└── seed<k>.json    dev and test scores, number of parameters, the resolved configuration
"""

from pathlib import Path

import click

from mutspad.config import read_run
from mutspad.data.conllup import read_conllup
from mutspad.evaluation.score import build_scores, score_layers, score_single_root
from mutspad.files import read_json, write_json
from mutspad.tasks import Task


@click.command("score")
@click.option("--run", "run_file", type=click.Path(path_type=Path), required=True)
@click.option("--seed", type=int, required=True)
@click.option("--model", type=click.Path(path_type=Path), required=True, help="Its model.json.")
@click.option("--corpora", type=click.Path(path_type=Path), required=True, help="Of the domain.")
@click.option("--predictions", type=click.Path(path_type=Path), required=True)
@click.option("--single-root", "references", multiple=True, help="SPLIT=FILE, trees of one root.")
@click.option("--scores", type=click.Path(path_type=Path), required=True)
def command(
    *,
    run_file: Path,
    seed: int,
    model: Path,
    corpora: Path,
    predictions: Path,
    references: tuple[str, ...],
    scores: Path,
) -> None:
    """Score every task of the run on dev and test, trees also on single-root references."""
    single_root = dict(map(_parse_reference, references))
    run = read_run(run_file)
    scored: dict[Task, dict[str, dict[str, float]]] = {}
    for task in run.tasks:
        scored[task] = {}
        for split in ("dev", "test"):
            predicted = read_conllup(predictions / f"{task}.{split}.conllup")
            gold = read_conllup(corpora / task / f"{split}.conllup")
            scored[task][split] = score_layers(task, gold, predicted)
            if task is Task.DEP and split in single_root:
                reference = read_conllup(single_root[split])
                scored[task][split] |= score_single_root(reference, predicted)
    n_parameters = read_json(model)["n_parameters"]
    write_json(scores, build_scores(run, seed, n_parameters, scored))


def _parse_reference(pair: str) -> tuple[str, Path]:
    """Split SPLIT=FILE."""
    split, _, file = pair.partition("=")
    if split not in ("dev", "test") or not file:
        raise click.BadParameter(
            f"expected SPLIT=FILE with dev or test, found {pair}", param_hint="--single-root"
        )
    return split, Path(file)
