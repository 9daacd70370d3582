"""The verbs `compare` and `claim` on a folder with two small methods of one task."""

import json
import random

import numpy as np
import pandas as pd
import pytest

from mutspad.cli.main import main
from mutspad.data.sentence import Layer, Origin, Sentence
from mutspad.evaluation.counts import Counted, count_layers, format_counts
from mutspad.evaluation.score import score_layers
from mutspad.files import write_json, write_text
from mutspad.plan.layout import Layout
from mutspad.plan.models import PlannedModel
from mutspad.plan.plan import read_plan, write_plan
from mutspad.report.ablation.drops import Ablation
from mutspad.tasks import TASKS, Task

TAGS = ("NOUN", "VERB", "ADJ")
# How often a word is right.
RUNS = {"mono": 0.5, "multi": 0.9}


def build_sentences(share=1.0, origin=Origin.GOLD, seed=0):
    """Build thirty sentences; the tags of some words are wrong."""
    chance = random.Random(seed)  # noqa: S311
    return [
        Sentence(
            f"s{number}",
            ("a", "b", "c", "d"),
            {
                Task.POS: Layer(
                    tuple(
                        TAGS[(number + place + (chance.random() > share)) % 3] for place in range(4)
                    ),
                    origin,
                )
            },
        )
        for number in range(30)
    ]


def write_counts(folder, run, seed, gold, predicted):
    """Write the counts of POS, as scoring does."""
    counted = Counted([s.id for s in gold], count_layers(Task.POS, gold, predicted))
    write_text(Layout(folder).counts(run, seed), format_counts({Task.POS: counted}))


@pytest.fixture
def folder(plan_of, tmp_path):
    plan = plan_of(seeds=[1, 2], statistics={"shuffles": 200, "resamples": 200})
    rows = {
        "mono_task_learning": {Task.POS: "mono"},
        "multi_task_learning": {Task.POS: "multi"},
        "elmo_large": {},
    }
    model = PlannedModel(phase="baselines", domain="tweets", tasks=[Task.POS], seeds=[1, 2])
    models = dict.fromkeys(RUNS, model)
    changes = {"rows": {row: {} for row in plan.rows} | rows, "models": models}
    write_plan(plan.model_copy(update=changes), Layout(tmp_path))
    vectors = {"source": "none", "substitute_for": None, "dim": 8}
    data = {"experiment": "demo", "summaries": [], "vectors": vectors, "language_model": None}
    write_json(tmp_path / "data.json", data)
    gold = build_sentences()
    for run, share in RUNS.items():
        for seed in (1, 2):
            predicted = build_sentences(share, Origin.SILVER, seed)
            write_counts(tmp_path, run, seed, gold, predicted)
            scores = score_layers(Task.POS, gold, predicted)
            record = {
                "run": run,
                "seed": seed,
                "experiment": "demo",
                "config": {"domain": "tweets"},
                "scores": {"pos": {"dev": scores, "test": scores}},
            }
            write_json(tmp_path / "scores" / run / f"seed{seed}.json", record)
    return tmp_path


def call(verb, folder):
    with pytest.raises(SystemExit) as stopped:
        main(["step", verb, "--plan", str(folder / "plan.json"), "--results", str(folder)])
    return stopped.value.code


def read_all(folder):
    paths = [*sorted((folder / "statistics").rglob("*.csv")), *sorted(folder.glob("claims.*"))]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_methods_are_compared_and_claims_judged_the_same_way_every_time(folder):
    assert call("compare", folder) == 0
    assert call("claim", folder) == 0
    first = read_all(folder)
    assert list(first) == [
        "statistics/differences.csv",
        "statistics/seeds.csv",
        "claims.json",
        "claims.md",
    ]
    differences = pd.read_csv(folder / "statistics" / "differences.csv")
    assert differences.loc[0, ["a", "b", "task"]].tolist() == [
        "multi_task_learning",
        "mono_task_learning",
        "pos",
    ]
    assert differences.loc[0, "p_holm"] == pytest.approx(1 / 201, abs=1e-6)
    assert differences.loc[0, "ci_low"] > 0
    assert len(pd.read_csv(folder / "statistics" / "seeds.csv")) == 2 * 2 * 2
    record = json.loads((folder / "claims.json").read_text())
    judged = {claim["id"]: claim for claim in record["claims"]}
    # POS is as claimed, the other tasks have not run.
    assert judged["multi-task-helps"]["comparisons"][0]["outcome"] == "as claimed"
    assert judged["multi-task-helps"]["verdict"] == "cannot be tested here"
    assert "ELMo large: weights not available" in judged["elmo-helps"]["obstacles"]
    assert call("compare", folder) == 0
    assert call("claim", folder) == 0
    assert read_all(folder) == first


def test_what_units_do_is_read_with_its_least_support(folder):
    plan = read_plan(folder / "plan.json")
    place = Layout(folder).ablation(plan.ablated, 1)
    for task in TASKS:
        # The second class has few words and would drop most.
        ablation = Ablation(
            task=task,
            classes=("many", "few"),
            supports=np.array([20, 4]),
            base=np.array([50.0, 50.0]),
            drops=np.array([[3.0, 70.0], [-1.0, 70.0]]),
            sentences=9,
            words=39,
        )
        write_text(place / f"{task}.csv", ablation.to_frame().to_csv(lineterminator="\n"))
        record = ablation.to_record(experiment="demo", run=plan.ablated, seed=1)
        write_json(place / f"{task}.json", record)
    assert call("compare", folder) == 0
    assert call("claim", folder) == 0
    page = (folder / "claims.md").read_text()
    assert "2 units, classes with at least 5 gold words: POS 1.00 and -1.00 (1 classes)" in page


def test_counts_of_other_predictions_than_the_scores_are_refused(folder, capsys):
    predicted = build_sentences(0.7, Origin.SILVER, 9)
    write_counts(folder, "multi", 2, build_sentences(), predicted)
    assert call("compare", folder) == 1
    assert "run multi, seed 2: expected counts with pos accuracy" in capsys.readouterr().err
    assert not (folder / "statistics").exists()


def test_counts_of_another_test_set_are_refused(folder, capsys):
    path = Layout(folder).counts("multi", 2)
    path.write_text(path.read_text().replace("s7,", "t7,"))
    assert call("compare", folder) == 1
    assert f"{path}: expected counts of the pos test sentences" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "found"), [("pos,s0,1\n", "pos,s0,1"), ("pos,s0,1,x\n", "pos,s0,1,x")]
)
def test_a_damaged_line_of_counts_is_named(folder, capsys, line, found):
    path = Layout(folder).counts("mono", 1)
    path.write_text("task,sentence,hits,size\n" + line)
    assert call("compare", folder) == 1
    assert f"{path}:2: expected task, sentence and two whole numbers, found {found}" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize("name", ["seed1.json", "seed1.counts.csv"])
def test_missing_scores_and_counts_are_refused(folder, capsys, name):
    (folder / "scores" / "mono" / name).unlink()
    assert call("compare", folder) == 1
    assert f"mono/{name}: No such file or directory" in capsys.readouterr().err


def test_seeds_of_other_parameters_do_not_add_up(folder, capsys):
    path = Layout(folder).scores("mono", 2)
    record = json.loads(path.read_text())
    write_json(path, record | {"config": {"domain": "tweets", "training": {"max_epochs": 3}}})
    assert call("compare", folder) == 1
    assert (
        "run mono, seed 2: expected the parameters of seed 1, found other values of training"
        in capsys.readouterr().err
    )
