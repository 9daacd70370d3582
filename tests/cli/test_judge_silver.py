"""The verbs `judge-silver` and `tabulate-silver`: each seed by itself, then one table twice."""

import pandas as pd
import pytest

from mutspad.cli.main import main
from mutspad.data.conllup import write_conllup
from mutspad.data.sentence import Layer, Origin, Sentence
from mutspad.plan.layout import Layout
from mutspad.plan.models import PlannedModel
from mutspad.plan.plan import write_plan
from mutspad.tasks import Task


def tagged(id_, words, tags, origin=Origin.GOLD):
    return Sentence(id_, tuple(words)).with_layers({Task.POS: Layer(tuple(tags), origin)})


@pytest.fixture
def results(plan_of, tmp_path):
    """Write a small experiment of two seeds."""
    plan = plan_of(seeds=[1, 2])
    model = PlannedModel(phase="baselines", domain="tweets", tasks=[Task.POS], seeds=[1, 2])
    labellers = {"tweets": {Task.POS: "tweets.pos"}}
    changes = {"labellers": labellers, "models": {"tweets.pos": model}}
    write_plan(plan.model_copy(update=changes), Layout(tmp_path))
    for split in ("train", "dev", "test"):
        gold = [tagged(f"{split}-1", (split, "ok"), ("NN", "UH"))]
        write_conllup(tmp_path / "corpora" / "tweets" / "pos" / f"{split}.conllup", gold)
        for seed, tag in ((1, "NN"), (2, "VB")):
            made = [tagged(f"{split}-1", (split, "ok"), (tag, "UH"), Origin.SILVER)]
            if split != "train":  # of which nobody predicts anything
                write_conllup(Layout(tmp_path).predictions("tweets.pos", seed, split), made)
            unified = tmp_path / "unified" / "tweets" / f"seed{seed}" / "train.conllup"
            write_conllup(unified, [tagged("c-1", ("dev", "ok"), ("NN", tag), Origin.SILVER)])
    return tmp_path


def call(verb, results, *more):
    with pytest.raises(SystemExit) as stopped:
        main(["step", verb, "--plan", str(results / "plan.json"), "--results", str(results), *more])
    return stopped.value.code


def test_every_seed_is_compared_and_both_files_are_written(results):
    for seed in ("2", "1"):
        assert call("judge-silver", results, "--seed", seed) == 0
    assert call("tabulate-silver", results) == 0
    output = results / "statistics" / "silver.csv"
    frame = pd.read_csv(output)
    assert list(zip(frame.seed, frame.evidence, frame.agreement, strict=True)) == [
        (1, "dev", 100.0),
        (1, "test", 100.0),
        (1, "same words, held out", 50.0),
        (2, "dev", 50.0),
        (2, "test", 50.0),
        (2, "same words, held out", 50.0),
    ]
    assert "UH → VB (1)" in set(frame.confusions)
    assert "| Tweets POS | tweets.pos" in output.with_suffix(".md").read_text("utf-8")


def test_the_file_between_them_keeps_the_order_of_equal_confusions(results):
    # The one that was met first comes first, not the first of the alphabet.
    words = ("a", "b", "c")
    gold = [tagged("dev-1", words, ("NN", "NN", "NN"))]
    write_conllup(results / "corpora" / "tweets" / "pos" / "dev.conllup", gold)
    for seed in (1, 2):
        path = Layout(results).predictions("tweets.pos", seed, "dev")
        write_conllup(path, [tagged("dev-1", words, ("ZZ", "VB", "NN"), Origin.SILVER)])
        assert call("judge-silver", results, "--seed", str(seed)) == 0
    assert call("tabulate-silver", results) == 0
    frame = pd.read_csv(results / "statistics" / "silver.csv")
    assert frame.confusions[frame.evidence == "dev"].tolist() == ["NN → ZZ (1), NN → VB (1)"] * 2


def test_a_missing_file_is_one_message_and_no_table(results, capsys):
    Layout(results).predictions("tweets.pos", 2, "test").unlink()
    assert call("judge-silver", results, "--seed", "2") == 1
    assert "seed2/test.conllup: expected" in capsys.readouterr().err
    assert not Layout(results).silver(2).exists()
