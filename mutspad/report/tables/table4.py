"""Table 4: the words that activate the most important units of each task (paper 5.5)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, StrictUndefined

from mutspad.config.sections import AblationParams
from mutspad.report.ablation.drops import AblatedRun
from mutspad.report.ablation.unit_words import UnitWords
from mutspad.report.tables.form import Notes, Section, Table, render
from mutspad.tasks import PAPER_TASKS, Task

SHOWN: tuple[Task, ...] = (Task.CHUNK, Task.DEP, Task.NER)
"""The tasks of the paper's table, in its order."""
TEMPLATE = Path(__file__).with_suffix(".html.j2")
SIGNS = ("(+)", "(\u2212)")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|~&#$])")


@dataclass(frozen=True, slots=True)
class KeyUnit:
    """A class, its score in per cent, and the unit without which it drops most, with its words."""

    task: Task
    name: str
    support: int
    score: float
    unit: int
    drop: float
    words: list[tuple[str, float]]


def find_key_units(
    run: AblatedRun, words: Mapping[int, UnitWords], task: Task, params: AblationParams
) -> list[KeyUnit]:
    """Find the classes of a task that lose most, each with the unit they lose most without.

    Classes with too few gold words and classes that no unit helps are not among them.
    """
    ablation = run.ablations[task]
    drops = np.where(ablation.supported(params.min_support), ablation.drops, -np.inf)
    places = drops.argmax(axis=0)
    losses = drops.max(axis=0)
    order = np.argsort(-losses, kind="stable")[: params.classes]
    return [
        KeyUnit(
            task=task,
            name=ablation.classes[column],
            support=int(ablation.supports[column]),
            score=float(ablation.base[column]),
            unit=int(places[column]),
            drop=float(losses[column]),
            words=words[int(places[column])].strongest(params.words),
        )
        for column in order
        if losses[column] > 0
    ]


def table4(run: AblatedRun, words: Mapping[int, UnitWords], params: AblationParams) -> Table:
    """Tabulate for each task above POS the classes that lose most, and their units' words."""
    notes = Notes()
    keys = [key for task in SHOWN for key in find_key_units(run, words, task, params)]
    rows = [
        [
            key.task.spec.label,
            _escape(key.name),
            f"{key.support:,}",
            f"{key.score:.1f}",
            f"POS-Unit-{key.unit}",
            f"{key.drop:.2f}",
            "; ".join(f"{_escape(word)} {SIGNS[value < 0]}" for word, value in key.words),
        ]
        for key in keys
    ]
    notes.general = describe_method(run, params)
    title = run.title("Table 4", "the words behind the units that matter most")
    headers = ["Task", "Class", "Gold words", "F1", "Unit", "Drop", f"Top-{params.words} words"]
    return Table(title, _build_frame(keys), render([Section(title, headers, rows)], notes))


def describe_method(run: AblatedRun, params: AblationParams) -> list[str]:
    """Build the notes on scores, thresholds and data of the table."""
    data = ", ".join(
        f"{task.spec.label} {run.ablations[task].words:,} words" for task in PAPER_TASKS
    )
    return [
        "Drop: points by which the F1 of the class falls on the dev set when nothing reads the "
        "unit; the unit shown is the one with the greatest drop, a task's classes those with the "
        "greatest drops",
        "F1 (ours, the paper does not say which score): over words, of a POS tag, an IOB2 tag (O "
        "counts as one) or a relation, which is right only where the head is right too",
        f"Classes with fewer than {params.min_support} gold words are left out, and classes that "
        f"no unit helps. Dev data: {data}",
        "Words: forms of the target corpora by their strongest activation in any sentence, "
        f"{SIGNS[0]} positive or {SIGNS[1]} negative",
        "Units are numbered by each training: those of the paper are others",
    ]


def render_page(run: AblatedRun, words: Mapping[int, UnitWords], params: AblationParams) -> str:
    """Render a self-contained HTML page for browsing all units and classes."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        title=run.title("Table 4", "the words behind the units that matter most"),
        keys=[
            key for task in (Task.POS, *SHOWN) for key in find_key_units(run, words, task, params)
        ],
        task_labels={task: task.spec.label for task in PAPER_TASKS},
        notes=describe_method(run, params),
        n_words=params.words,
        data=_build_data(run, words, params),
    )


def _escape(text: str) -> str:
    """Escape characters that have a meaning in Markdown."""
    return _MARKDOWN.sub(r"\\\1", text)


def _build_frame(keys: Sequence[KeyUnit]) -> pd.DataFrame:
    """Build the frame, a row a word."""
    return pd.DataFrame(
        {
            "task": str(key.task),
            "class": key.name,
            "support": key.support,
            "f1": key.score,
            "unit": key.unit,
            "drop": key.drop,
            "rank": rank,
            "word": word,
            "activation": activation,
        }
        for key in keys
        for rank, (word, activation) in enumerate(key.words, start=1)
    )


def _build_data(
    run: AblatedRun, words: Mapping[int, UnitWords], params: AblationParams
) -> dict[str, Any]:
    """Build the JSON data of the page's script."""
    tasks = []
    for task in PAPER_TASKS:
        ablation = run.ablations[task]
        tasks.append(
            {
                "key": str(task),
                "label": task.spec.label,
                "classes": ablation.classes,
                "supports": ablation.supports.tolist(),
                "scores": ablation.base.round(1).tolist(),
                "counted": ablation.supported(params.min_support).tolist(),
                "drops": ablation.drops.T.round(2).tolist(),
            }
        )
    units = range(len(run.ablations[Task.POS].drops))
    return {
        "units": list(units),
        "tasks": tasks,
        "words": [
            {
                "positive": words[unit].positive,
                "negative": words[unit].negative,
                "strongest": words[unit].strongest(params.words),
            }
            for unit in units
        ],
    }
