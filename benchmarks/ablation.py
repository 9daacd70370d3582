"""Measure the ablation of all units against one model and one pass a unit (paper 5.5).

Example: python -m benchmarks.ablation --model results/quick/models/news.tweets.all/seed1
         --corpora results/quick/corpora/tweets

Prints or writes JSON. Seconds are processor seconds of one thread, so that other jobs on the
machine hardly count. The slow loop runs for a few units only and is extrapolated to all, as every
unit costs it the same; the fast one runs for all. Both score the same sentences and must agree.
"""

import copy
import json
import time
from collections.abc import Sequence
from operator import eq
from pathlib import Path
from typing import Any

import click
import numpy as np

from mutspad.data.conllup import read_conllup
from mutspad.data.contextual import read_contextual
from mutspad.data.sentence import Layer, Sentence
from mutspad.data.vocab import Vocabulary
from mutspad.models.checkpoint import load_model
from mutspad.models.mutspad import MuTSPad
from mutspad.report.ablation.ablate import ablate, predict_ablated, spread
from mutspad.tasks import TASKS, Task
from mutspad.training.predict import annotate
from mutspad.training.seeding import make_deterministic


@click.command()
@click.option("--model", type=click.Path(path_type=Path), required=True)
@click.option("--corpora", type=click.Path(path_type=Path), required=True, help="Of the domain.")
@click.option("--contextual", type=click.Path(path_type=Path), help="Cached vectors, no suffix.")
@click.option("--task", "tasks", type=click.Choice([*TASKS]), multiple=True, default=TASKS)
@click.option("--sentences", type=int, help="Dev sentences a task, evenly spaced; all by default.")
@click.option("--measured-units", type=int, default=3, help="Units of the slow loop.")
@click.option("--output", type=click.Path(path_type=Path), help="A file in place of the terminal.")
def command(
    *,
    model: Path,
    corpora: Path,
    contextual: Path | None,
    tasks: tuple[str, ...],
    sentences: int | None,
    measured_units: int,
    output: Path | None,
) -> None:
    """Measure each task on its dev set."""
    make_deterministic()
    loaded = load_model(model)
    vectors = None if contextual is None else read_contextual(contextual)
    n_units = loaded.model.feature_dim(Task.POS)
    sample = np.linspace(0, n_units - 1, measured_units).round().astype(int).tolist()
    measured = {}
    for task in tasks:
        dev = spread(read_conllup(corpora / task / "dev.conllup"), sentences)
        data = (loaded.model, loaded.vocabulary, dev, Task(task))
        start = time.process_time()
        options: dict[str, Any] = {"multi_root": loaded.run.multi_root, "contextual": vectors}
        fast = ablate(*data, **options)
        middle = time.process_time()
        slow = [_annotate_without(unit, *data, **options) for unit in sample]
        slow_unit = (time.process_time() - middle) / len(sample)
        alike = predict_ablated(*data, units=sample, **options)
        measured[task] = {
            "sentences": fast.sentences,
            "words": fast.words,
            "fast_seconds": middle - start,
            "slow_seconds_extrapolated": slow_unit * n_units,
            "ratio": slow_unit * n_units / (middle - start),
            "equal_on_measured_units": all(map(eq, alike, slow)),
        }
    fast_total = sum(one["fast_seconds"] for one in measured.values())
    slow_total = sum(one["slow_seconds_extrapolated"] for one in measured.values())
    result = {
        "units": n_units,
        "slow_units_measured": len(sample),
        "tasks": measured,
        "fast_seconds": fast_total,
        "slow_seconds_extrapolated": slow_total,
        "ratio": slow_total / fast_total,
    }
    text = json.dumps(result, indent=2)
    if output is None:
        click.echo(text)
    else:
        output.write_text(text, encoding="utf-8")


def _annotate_without(
    unit: int,
    model: MuTSPad,
    vocabulary: Vocabulary,
    sentences: Sequence[Sentence],
    task: Task,
    **options: Any,
) -> list[Layer]:
    """Annotate by a copy of the model in which nothing reads a unit."""
    variant = copy.deepcopy(model)
    state = variant.state_dict()
    for name in (f"reductions.{Task.POS}.weight", f"heads.{Task.POS}.classifier.weight"):
        state[name][:, unit] = 0.0
    annotated = annotate(variant, vocabulary, sentences, [task], **options)
    return [sentence.layers[task] for sentence in annotated]


if __name__ == "__main__":
    command()
