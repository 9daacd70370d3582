"""The verb `judge-silver`: unified sets, gold corpora and predictions in, one table twice out."""

import pandas as pd
import pytest

from mutspad.cli.main import main
from mutspad.data.conllup import write_conllup
from mutspad.data.sentence import Layer, Origin, Sentence
from mutspad.plan.layout import Layout
from mutspad.plan.plan import write_plan
from mutspad.tasks import Task


def tagged(id_, words, tags, origin=Origin.GOLD):
    return Sentence(id_, tuple(words)).with_layers({Task.POS: Layer(tuple(tags), origin)})


@pytest.fixture
def results(plan_of, tmp_path):
    """Write a small experiment of two seeds."""
    plan = plan_of(seeds=[1, 2])
    changes = {"labellers": {"tweets": {Task.POS: "tweets.pos"}}, "models": {}}
    write_plan(plan.model_copy(update=changes), Layout(tmp_path))
    for split in ("train", "dev", "test"):
        gold = [tagged(f"{split}-1", (split, "ok"), ("NN", "UH"))]
        write_conllup(tmp_path / "corpora" / "tweets" / "pos" / f"{split}.conllup", gold)
        for seed, tag in ((1, "NN"), (2, "VB")):
            made = [tagged(f"{split}-1", (split, "ok"), (tag, "UH"), Origin.SILVER)]
            write_conllup(Layout(tmp_path).predictions("tweets.pos", seed, split), made)
            unified = tmp_path / "unified" / "tweets" / f"seed{seed}" / "train.conllup"
            write_conllup(unified, [tagged("c-1", ("dev", "ok"), ("NN", tag), Origin.SILVER)])
    return tmp_path


def judge(results):
    output = results / "statistics" / "silver.csv"
    with pytest.raises(SystemExit) as stopped:
        main(
            [
                "step",
                "judge-silver",
                "--plan",
                str(results / "plan.json"),
                "--results",
                str(results),
            ]
        )
    return stopped.value.code, output


def test_every_seed_is_compared_and_both_files_are_written(results):
    code, output = judge(results)
    assert code == 0
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


def test_a_missing_file_is_one_message_and_no_table(results, capsys):
    Layout(results).predictions("tweets.pos", 2, "test").unlink()
    code, output = judge(results)
    assert code == 1
    assert "seed2/test.conllup: expected" in capsys.readouterr().err
    assert not output.parent.exists()
