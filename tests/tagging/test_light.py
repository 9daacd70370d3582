"""Numpy alone predicts what torch predicts."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from mutspad.data.sentence import Sentence
from mutspad.errors import CheckpointError
from mutspad.models.checkpoint import load_model, save_model
from mutspad.tagging.full import FullModel
from mutspad.tagging.light import LightModel
from mutspad.tasks import TASKS, Task

WORDS = ("@USER", "Ada", "sails", "to", "Oslo", "and", "BERGEN", "unheard", "\U0001f642", ".")


@pytest.fixture(params=["as written", "both cases", "kept branches"])
def folder(request, model_folder, tmp_path):
    """A model whose predictions are not the same everywhere, as its weights are random."""
    loaded = load_model(model_folder)
    params = loaded.run.model.model_copy(
        update={
            "both_cases": request.param != "as written",
            "parser": loaded.run.model.parser.model_copy(update={"layers": 2}),
        }
    )
    # The branches of tags and chunks stay, as in a model whose parent has them.
    tasks = [Task.NER, Task.DEP] if request.param == "kept branches" else list(TASKS)
    run = loaded.run.model_copy(update={"model": params, "tasks": tasks})
    torch.manual_seed(3)
    network = type(loaded.model)(
        params=params,
        tasks=tasks,
        vocabulary=loaded.vocabulary,
        word_dim=loaded.model.word_dim,
    )
    with torch.no_grad():
        for weights in network.parameters():
            weights.copy_(torch.randn_like(weights))
    save_model(tmp_path / "m", network, loaded.vocabulary, run, seed=1)
    return tmp_path / "m"


@pytest.mark.parametrize("multi_root", [True, False])
def test_numpy_predicts_what_torch_predicts(folder, multi_root):
    rng = np.random.default_rng(1)
    sentences = [
        Sentence(str(number), tuple(rng.choice(WORDS, size=1 + number % 9))) for number in range(60)
    ]
    loaded = load_model(folder)
    run = loaded.run.model_copy(update={"multi_root": multi_root})
    light = LightModel.load(folder)
    light.run = run
    expected = FullModel(dataclasses.replace(loaded, run=run)).annotate(sentences, 64)
    assert light.annotate(sentences, 64) == expected
    for task in run.tasks:
        assert len({label for each in expected for label in each.layers[task].labels}) > 1


def test_other_weights_than_those_described_are_refused(model_folder, tmp_path):
    for name in ("model.json", "weights.safetensors"):
        (tmp_path / name).write_bytes((model_folder / name).read_bytes())
    description = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps({**description, "weights_sha256": "0"}))
    with pytest.raises(CheckpointError, match="found others"):
        LightModel.load(tmp_path)
    (tmp_path / "weights.safetensors").unlink()
    with pytest.raises(CheckpointError, match="expected the weights of a model"):
        LightModel.load(tmp_path)
