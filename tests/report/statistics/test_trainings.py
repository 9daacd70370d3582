from pathlib import Path

import pytest
import yaml

from mutspad.config import parse_params, resolve_run
from mutspad.errors import MutspadError
from mutspad.files import write_text
from mutspad.report.statistics.reading import read_counts
from mutspad.report.statistics.trainings import read_trainings
from mutspad.tasks import Task

PARAMS = Path(__file__).resolve().parents[3] / "params.yaml"
HISTORY = "epoch,dev_mean,best\n0,40,False\n1,60.5,True\n"


@pytest.fixture
def folder(tmp_path):
    params = parse_params(yaml.safe_load(PARAMS.read_text()))
    for name in ("tuned-multi", "news-multi", "tweets-multi", "tuned-mono-pos"):
        run = resolve_run(params, name)
        write_text(tmp_path / "runs" / f"{name}.json", run.model_dump_json())
        for seed in (1, 2):
            write_text(tmp_path / run.phase / name / f"seed{seed}" / "history.csv", HISTORY)
    return tmp_path


def test_a_row_was_trained_in_two_stages(folder):
    rows = {
        "without_unification": dict.fromkeys(Task, "tuned-multi"),
        # From random weights, and of several runs: neither has a stage before.
        "multi_task_learning": dict.fromkeys(Task, "tweets-multi"),
        "mixed": {Task.POS: "tuned-mono-pos", Task.NER: "tuned-multi"},
        "not_run": {},
    }
    trainings = read_trainings(folder, rows, [1, 2])
    assert list(trainings) == ["without_unification"]
    assert list(trainings["without_unification"]) == ["row", "parent"]
    training = trainings["without_unification"]["parent"][1]
    assert training.dev == (40.0, 60.5)
    assert (
        training.max_epochs
        == resolve_run(
            parse_params(yaml.safe_load(PARAMS.read_text())), "news-multi"
        ).training.max_epochs
    )
    assert training.epochs_to_best == 2


def test_a_history_and_counts_that_are_not_there_are_named(folder):
    (folder / "pretrain" / "news-multi" / "seed2" / "history.csv").unlink()
    rows = {"without_unification": dict.fromkeys(Task, "tuned-multi")}
    with pytest.raises(MutspadError, match=r"seed2/history\.csv: expected the history of a run"):
        read_trainings(folder, rows, [1, 2])
    with pytest.raises(MutspadError, match=r"counts/pos\.csv: expected counts, found no file"):
        read_counts(folder, rows, [1])
