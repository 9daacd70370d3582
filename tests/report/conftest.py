"""A small world of made-up scores in which every kind of table cell occurs."""

from collections.abc import Callable
from typing import Any

import pytest

from mutspad.plan.plan import Plan
from mutspad.plan.rows import Rows
from mutspad.report.records import ScoreBook, Setting, read_record
from mutspad.report.tables.rows import Results
from mutspad.tasks import Task

EXPERIMENT = "paper"
SEEDS = (1, 2)
MAIN = {"pos": "accuracy", "chunk": "f1", "ner": "f1", "dep": "las"}

# run -> task -> (test, dev); the seeds lie 1 below and 1 above.
RUNS: dict[str, dict[str, tuple[float, float]]] = {
    "mono": {"pos": (80, 80), "dep": (60, 60), "ner": (40, 40), "chunk": (70, 70)},
    "multi": {"pos": (85, 85), "dep": (64, 64), "ner": (37, 37), "chunk": (76, 76)},
    "as-is": {"dep": (50, 50), "chunk": (55, 55)},
    "plain": {"pos": (90, 92), "dep": (70, 71), "ner": (52, 50), "chunk": (79, 82)},
    "source": {"pos": (90, 91), "dep": (74, 70), "ner": (46, 51), "chunk": (82, 81)},
    "both": {"pos": (89, 93), "dep": (72, 72), "ner": (43, 43), "chunk": (80, 80)},
}
SUMMARIES: dict[tuple[str, str], tuple[str, str, int, int, int | None, int]] = {
    ("news", "pos"): ("wsj", "3", 36, 912344, 131768, 129654),
    ("news", "chunk"): ("conll2000", "1", 22, 211727, None, 47377),
    ("news", "ner"): ("conll2003", "1", 4, 203621, 51362, 46435),
    ("news", "dep"): ("ud-ewt", "r2.5", 49, 204585, 25148, 25096),
    ("tweets", "pos"): ("tweebank2", "2bdd029", 17, 24753, 11759, 19095),
    ("tweets", "chunk"): ("tchunk", "1", 18, 10652, 2242, 2291),
    ("tweets", "ner"): ("wnut17", "1", 6, 62730, 15733, 23394),
    ("tweets", "dep"): ("tweebank2", "2bdd029", 47, 24753, 11759, 19095),
}


def run_scores(run: str, seed: int, experiment: str = EXPERIMENT) -> dict[str, Any]:
    shift = 2 * seed - 3
    scores: dict[str, Any] = {}
    for task, (test, dev) in RUNS[run].items():
        scores[task] = {
            split: {MAIN[task]: float(value + shift), "words": 10}
            for split, value in (("test", test), ("dev", dev))
        }
        if task == "dep":
            for metrics in scores[task].values():
                metrics |= {"uas": metrics["las"] + 5, "las_single_root": metrics["las"] - 2}
    return {
        "run": run,
        "seed": seed,
        "experiment": experiment,
        "parameters": 7,
        "config": {"model": {"char_dim": 50, "parser": {"hidden": 400}}},
        "scores": scores,
    }


def all_runs_of(run: str) -> dict[Task, str]:
    return {Task(task): run for task in RUNS[run]}


def summary(domain: str, task: str) -> dict[str, Any]:
    name, version, classes, *counts = SUMMARIES[domain, task]
    published = {
        split: None if tokens is None else {"sentences": 100, "tokens": tokens}
        for split, tokens in zip(("train", "dev", "test"), counts, strict=True)
    }
    used = {
        split: dict(size or {"sentences": 10, "tokens": 1234}) for split, size in published.items()
    }
    return {
        "task": task,
        "domain": domain,
        "corpora": [{"name": name, "version": version}],
        "substitute_for": None,
        "classes": classes,
        "published": published,
        "used": used,
        "multi_root": {"train": 0, "dev": 0, "test": 0},
        "held_out": {"share": 0.1, "seed": 13, "corpora": [name]}
        if published["dev"] is None
        else None,
        "token_budget": None,
        "anonymised": domain == "tweets",
    }


@pytest.fixture
def summaries() -> dict[tuple[str, str], dict[str, Any]]:
    return {place: summary(*place) for place in SUMMARIES}


@pytest.fixture
def vectors() -> dict[str, Any]:
    return {"source": "glove-42b", "substitute_for": None, "dim": 300, "words": []}


@pytest.fixture
def scores() -> list[dict[str, Any]]:
    return [run_scores(run, seed) for run in RUNS for seed in SEEDS]


@pytest.fixture
def report(plan_of: Callable[..., Plan]) -> Rows:
    described = plan_of().report.described
    return Rows(
        table2={
            **{row: {} for row in plan_of().report.table2},
            "mono_task_learning": all_runs_of("mono"),
            "multi_task_learning": all_runs_of("multi"),
            "elmo_small": {},
            "mono_task_pretraining_as_is": all_runs_of("as-is"),
        },
        table3={
            "without_unification": all_runs_of("plain"),
            "source_unification": all_runs_of("source"),
            "source_target_unification": all_runs_of("both"),
        },
        described=described,
    )


@pytest.fixture
def build_setting(
    summaries: dict[tuple[str, str], dict[str, Any]], vectors: dict[str, Any]
) -> Callable[..., Setting]:
    """Describe the data of the small world, with changes."""

    def call(experiment: str = EXPERIMENT, **changes: Any) -> Setting:
        raw = {"experiment": experiment, "summaries": [*summaries.values()], "vectors": vectors}
        return read_record(Setting, "data", {**raw, "language_model": None, **changes})

    return call


@pytest.fixture
def read_results(
    report: Rows, scores: list[dict[str, Any]], build_setting: Callable[..., Setting]
) -> Callable[..., Results]:
    """Read the small world, with changes."""

    def call(**changes: Any) -> Results:
        arguments: dict[str, Any] = {
            "experiment": EXPERIMENT,
            "seeds": SEEDS,
            "report": report,
            "scores": scores,
            "language_model": None,
        }
        given = arguments | changes
        return Results(
            build_setting(given["experiment"], language_model=given["language_model"]),
            ScoreBook(given["experiment"], given["seeds"], given["scores"]),
            given["report"],
            given.get("unavailable", {}),
        )

    return call
