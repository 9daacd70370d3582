"""A training that was killed ends with the same bytes as one that was not."""

import os
import pickle
import random

import pytest
import torch
from safetensors.torch import save

from mutspad.models.checkpoint import LoadedModel
from mutspad.models.transformer import HuggingFaceEncoder
from mutspad.tasks import TASKS, Task
from mutspad.training.resume import Checkpoint
from mutspad.training.stages import fit_run
from tests.tiny import Fragile, KilledError

TEXT = [("omg", "owls"), ("so", "sweeet", "!"), ("go", "Ana"), ("two", "owls", "!")]
ADVERSARIAL = {"target": "tweets", "hidden": 4, "max_reversal": 1.0, "steepness": 10.0}
KILLS = 6


@pytest.fixture
def train(make_run, sentences, corpora, lexicon, bert):
    """Return a function that trains a run of a kind and returns its weights' bytes and history."""
    start = fit_run(
        make_run(name="parent", phase="pretrain", training={"max_epochs": 1}),
        seed=2,
        train=corpora,
        dev=corpora,
        lexicon=lexicon,
        parent=None,
    )
    parent = LoadedModel(start.model, start.vocabulary, start.run, 2)
    encoder = {
        "name": "bert",
        "kind": "huggingface",
        "source": bert,
        "trained": True,
        "learning_rate": 0.01,
        "layer_decay": 0.5,
        "forms": {"the": "mary"},
    }
    kinds = {
        "multi": (make_run(training={"max_epochs": 3}), corpora, ()),
        "unified": (make_run(training={"max_epochs": 12}, unified=True), sentences, ()),
        "adversarial": (
            make_run((Task.POS,), {"max_epochs": 4}, adversarial=ADVERSARIAL),
            {Task.POS: corpora[Task.POS]},
            TEXT,
        ),
        "encoder": (make_run(training={"max_epochs": 3}, encoder=encoder), corpora, ()),
        "finetune": (
            make_run(training={"max_epochs": 3}, phase="finetune", parent="parent"),
            corpora,
            (),
        ),
    }

    def fit(kind, checkpoint=None):
        run, data, text = kinds[kind]
        fitted = fit_run(
            run,
            seed=1,
            train=data,
            dev={task: corpora[task] for task in run.tasks},
            lexicon=lexicon,
            parent=parent if run.phase == "finetune" else None,
            # A new one each time: training moves it.
            encoder=HuggingFaceEncoder.from_source(bert) if run.encoder else None,
            unlabelled=text,
            checkpoint=checkpoint,
        )
        return save(fitted.model.state_dict()), [record.as_row() for record in fitted.history]

    return fit


@pytest.mark.parametrize("kind", ["multi", "unified", "adversarial", "encoder", "finetune"])
def test_a_training_ends_alike_wherever_it_was_stopped(kind, train, tmp_path):
    expected = train(kind)
    chance = random.Random(7)  # noqa: S311
    for number in range(2):
        checkpoint = Fragile(tmp_path / f"{number}.ckpt", "this one", 0)
        stopped = 0
        while True:
            checkpoint.lives = chance.randint(1, 6)
            # What other work in the process drew must not matter.
            torch.rand(chance.randint(1, 9))
            try:
                found = train(kind, checkpoint)
                break
            except KilledError:
                stopped += 1
        assert found == expected
        assert stopped > 0


def test_a_killed_process_is_taken_up(train, kill_often, tmp_path):
    kept = Checkpoint(tmp_path / "kept.ckpt", "this one", 0)
    kill_often(lambda: train("multi", kept), train("multi"), kept.path, KILLS)


def test_a_checkpoint_is_read_again_only_by_its_own_training(tmp_path, caplog):
    kept = Checkpoint(tmp_path / "kept.ckpt", "one", 0)
    assert kept.read() is None
    kept.write({"epoch": 3})
    assert kept.read() == {"epoch": 3}
    assert Checkpoint(kept.path, "another", 0).read() is None
    assert "another training" in caplog.text
    kept.remove()
    assert not kept.path.exists()


@pytest.mark.parametrize("content", [b"", b"torn", pickle.dumps({"identity": "one"})])
def test_a_damaged_checkpoint_is_left_aside(content, tmp_path, caplog):
    path = tmp_path / "kept.ckpt"
    path.write_bytes(content)
    assert Checkpoint(path, "one", 0).read() is None
    assert "starting afresh" in caplog.text


def test_a_checkpoint_runs_no_code(tmp_path):
    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "sprung"),))

    torch.save({"identity": "one", "state": Trap()}, tmp_path / "kept.ckpt")
    assert Checkpoint(tmp_path / "kept.ckpt", "one", 0).read() is None
    assert not (tmp_path / "sprung").exists()


def test_a_checkpoint_waits_for_its_time(tmp_path):
    assert Checkpoint(tmp_path / "kept.ckpt", "one", 0).due()
    assert not Checkpoint(tmp_path / "kept.ckpt", "one", 3600).due()


def test_every_task_is_in_the_state(train):
    assert {f"loss_{task}" for task in TASKS} <= set(train("multi")[1][0])
