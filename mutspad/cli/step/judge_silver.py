"""Compare the silver labels of each unified training set with gold, wherever a sentence has both.

Example: mutspad step judge-silver --results results/demo --experiment demo --seed 1 --seed 2
         --unify '{"tweets": {"ner": "tweets-mono-ner"}}'
         --labeller tweets:ner=results/demo/baselines/tweets-mono-ner/seed1

results/<experiment>/statistics/
├── silver.csv    every comparison of every layer and seed, numbers for machines
└── silver.md     a summary
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from pydantic import RootModel

from mutspad.cli.options import seeds_option
from mutspad.config import parse_json
from mutspad.data.conllup import read_conllup
from mutspad.data.sentence import Sentence
from mutspad.files import write_text
from mutspad.report.tables.silver import judge_layer, tabulate_quality
from mutspad.tasks import Task

Splits = Mapping[str, Sequence[Sentence]]


class Labellers(RootModel[dict[str, dict[Task, str]]]):
    """Name the run that labels each domain and task, as the section unify does."""


@click.command("judge-silver")
@click.option("--results", type=click.Path(path_type=Path), required=True)
@click.option("--experiment", required=True)
@seeds_option
@click.option("--unify", required=True, help="Domain -> task -> run, as JSON.")
@click.option("--labeller", "models", multiple=True, help="DOMAIN:TASK=MODEL FOLDER; optional.")
def command(
    *,
    results: Path,
    experiment: str,
    seeds: tuple[int, ...],
    unify: str,
    models: tuple[str, ...],
) -> None:
    """Read unified sets, gold corpora and the labellers' predictions; write one table twice."""
    labellers = parse_json(Labellers, unify, "--unify", "the section unify as JSON").root
    folders = [_parse_model(model) for model in models]
    qualities = []
    for domain, runs in labellers.items():
        for seed in seeds:
            unified = read_conllup(results / "unified" / domain / f"seed{seed}" / "train.conllup")
            for task, run in runs.items():
                gold = _read(results / "corpora" / domain / task, ("train", "dev", "test"))
                made = results / "predictions" / run / f"seed{seed}"
                predicted = {**_read(made, ("dev", "test"), f"{task}.")}
                for place, folder in folders:
                    if place == (domain, task):
                        predicted |= _apply(folder, task, gold, seed)
                quality = judge_layer(
                    task, unified, gold, predicted, domain=domain, seed=seed, labeller=run
                )
                qualities.append(quality)
    table = tabulate_quality(qualities, experiment)
    write_text(results / "statistics" / "silver.csv", table.to_csv())
    write_text(results / "statistics" / "silver.md", table.markdown)


def _read(folder: Path, splits: Sequence[str], prefix: str = "") -> Splits:
    """Read some splits."""
    return {split: read_conllup(folder / f"{prefix}{split}.conllup") for split in splits}


def _apply(folder: Path, task: Task, gold: Splits, seed: int) -> Splits:
    """Let a model of this seed annotate what it was trained on; nothing for another seed's."""
    # Imported here: without a model to apply, nobody waits for torch.
    from mutspad.models.checkpoint import load_model
    from mutspad.training.device import place_model
    from mutspad.training.predict import annotate
    from mutspad.training.seeding import make_deterministic

    make_deterministic()
    loaded = load_model(folder)
    if loaded.seed != seed:
        return {}
    annotated = annotate(
        place_model(loaded),
        loaded.vocabulary,
        gold["train"],
        [task],
        multi_root=loaded.run.multi_root,
    )
    return {"train": annotated}


def _parse_model(text: str) -> tuple[tuple[str, str], Path]:
    """Split DOMAIN:TASK=MODEL FOLDER."""
    place, _, folder = text.partition("=")
    domain, _, task = place.partition(":")
    if not domain or task not in set(Task) or not folder:
        raise click.BadParameter(
            f"expected DOMAIN:TASK=FOLDER with one of {', '.join(Task)}, found {text}",
            param_hint="--labeller",
        )
    return (domain, task), Path(folder)
