import pytest

from mutspad.files import write_text
from mutspad.plan.layout import Layout
from mutspad.report.statistics.trainings import read_trainings

HISTORY = "epoch,dev_mean,best\n0,40,False\n1,60.5,True\n"


@pytest.fixture
def plan(plan_of):
    """Plan two seeds; of Table 3 one row has run."""
    plan = plan_of(seeds=[1, 2])
    dropped = {"source_unification": {}, "source_target_unification": {}}
    return plan.model_copy(update={"rows": plan.rows | dropped})


@pytest.fixture
def folder(plan, tmp_path):
    for model in ("news.all", "news.tweets.all"):
        for seed in plan.seeds:
            write_text(Layout(tmp_path).curve(model, seed), HISTORY)
    return tmp_path


def test_a_row_was_trained_in_two_stages(plan, folder):
    trainings = read_trainings(folder, plan)
    assert list(trainings) == ["without_unification"]
    assert list(trainings["without_unification"]) == ["row", "parent"]
    training = trainings["without_unification"]["parent"][1]
    assert training.dev == (40.0, 60.5)
    assert training.max_epochs == plan.resolve("news.all").training.max_epochs
    assert training.epochs_to_best == 2


def test_a_history_that_is_not_there_is_named(plan, folder):
    Layout(folder).curve("news.all", 2).unlink()
    with pytest.raises(FileNotFoundError, match=r"seed2\.history\.csv"):
        read_trainings(folder, plan)
