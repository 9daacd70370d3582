"""The verb `judge-silver`: unified sets, gold corpora and predictions in, one table twice out."""

import json

import pandas as pd
import pytest

from mutspad.cli.main import main
from mutspad.data.conllup import write_conllup
from mutspad.data.sentence import Layer, Origin, Sentence
from mutspad.tasks import Task

UNIFY = json.dumps({"tweets": {"pos": "mono-pos"}})


def tagged(id_, words, tags, origin=Origin.GOLD):
    return Sentence(id_, tuple(words)).with_layers({Task.POS: Layer(tuple(tags), origin)})


@pytest.fixture
def results(tmp_path):
    """Write a small experiment of two seeds."""
    for split in ("train", "dev", "test"):
        gold = [tagged(f"{split}-1", (split, "ok"), ("NN", "UH"))]
        write_conllup(tmp_path / "corpora" / "tweets" / "pos" / f"{split}.conllup", gold)
        for seed, tag in ((1, "NN"), (2, "VB")):
            made = [tagged(f"{split}-1", (split, "ok"), (tag, "UH"), Origin.SILVER)]
            folder = tmp_path / "predictions" / "mono-pos" / f"seed{seed}"
            write_conllup(folder / f"pos.{split}.conllup", made)
            unified = tmp_path / "unified" / "tweets" / f"seed{seed}" / "train.conllup"
            write_conllup(unified, [tagged("c-1", ("dev", "ok"), ("NN", tag), Origin.SILVER)])
    return tmp_path


def judge(results, *arguments, unify=UNIFY):
    output = results / "statistics" / "silver.csv"
    flags = ["--results", str(results), "--experiment", "quick", "--seed", "1", "--seed", "2"]
    with pytest.raises(SystemExit) as stopped:
        main(["step", "judge-silver", *flags, "--unify", unify, *arguments])
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
    assert "| Tweets POS | mono-pos" in output.with_suffix(".md").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "unify", "code", "said"),
    [
        ([], "{", 1, "--unify: expected the section unify as JSON"),
        ([], '{"tweets": {"mood": "x"}}', 1, "--unify: expected the section unify as JSON"),
        ([], '{"news": {"pos": "mono-pos"}}', 1, "unified/news/seed1/train.conllup: expected a"),
        (["--labeller", "pos=x"], UNIFY, 2, "expected DOMAIN:TASK=FOLDER"),
        (["--labeller", "tweets:pos=nowhere"], UNIFY, 1, "nowhere/model.json: expected"),
    ],
)
def test_a_mistake_is_one_message_and_no_file(results, capsys, arguments, unify, code, said):
    found, output = judge(results, *arguments, unify=unify)
    assert found == code
    assert said in capsys.readouterr().err
    assert not output.parent.exists()
