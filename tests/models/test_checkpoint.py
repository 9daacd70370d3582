import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from mutspad.config import Run, TrainingParams
from mutspad.errors import CheckpointError
from mutspad.models.checkpoint import load_model, save_model
from mutspad.tasks import TASKS, Task


@pytest.fixture
def run(params):
    return Run(
        name="toy",
        experiment="test",
        phase="baselines",
        domain="tweets",
        tasks=list(TASKS),
        parent=None,
        unified=False,
        corpora=dict.fromkeys(TASKS, "toy"),
        multi_root=True,
        equivalents={task: {} for task in TASKS},
        model=params,
        training=TrainingParams(
            batch_sentences=2,
            learning_rate=0.1,
            momentum=0.0,
            decay=0.0,
            clip_norm=5.0,
            max_epochs=1,
            patience=1,
            loss_weights=dict.fromkeys(TASKS, 1.0),
        ),
    )


@pytest.fixture
def saved(tmp_path, build_model, vocabulary, run):
    """Return a model and the folder it was saved to."""
    model = build_model()
    save_model(tmp_path / "seed4", model, vocabulary, run, seed=4)
    return model, tmp_path / "seed4"


def edit_weights(folder, change):
    weights = load_file(folder / "weights.safetensors")
    change(weights)
    save_file(weights, folder / "weights.safetensors")


def edit_description(folder, change):
    description = json.loads((folder / "model.json").read_text())
    change(description)
    (folder / "model.json").write_text(json.dumps(description))


def test_a_loaded_model_is_the_saved_one(saved, vocabulary, run, batch):
    model, folder = saved
    before = torch.get_rng_state()
    loaded = load_model(folder)
    assert torch.equal(torch.get_rng_state(), before)
    assert (loaded.vocabulary, loaded.run, loaded.seed) == (vocabulary, run, 4)
    assert loaded.n_parameters == model.n_parameters() == loaded.model.n_parameters()
    assert not loaded.model.training
    expected = model.predict(batch, TASKS, multi_root=True)
    assert loaded.model.predict(batch, TASKS, multi_root=True) == expected


def test_a_loaded_model_can_be_trained(saved, batch):
    model = load_model(saved[1]).model.train()
    model.losses(batch, [Task.DEP])[Task.DEP].backward()
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert model.encoder.words.weight.grad.is_sparse


def test_equal_models_give_equal_bytes(saved, tmp_path, vocabulary, run):
    model, folder = saved
    save_model(tmp_path / "again", model, vocabulary, run, seed=4)
    for name in ("model.json", "weights.safetensors"):
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == ["model.json", "weights.safetensors"]


@pytest.mark.parametrize("name", ["model.json", "weights.safetensors"])
def test_a_missing_file_is_named(saved, name):
    (saved[1] / name).unlink()
    with pytest.raises(CheckpointError, match=rf"{name}: expected .*, found no file"):
        load_model(saved[1])


@pytest.mark.parametrize("name", ["model.json", "weights.safetensors"])
def test_half_a_file_is_named(saved, name):
    path = saved[1] / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(CheckpointError, match=rf"{name}(:\d+)?: expected"):
        load_model(saved[1])


def test_weights_of_another_training_are_noticed(saved):
    edit_weights(saved[1], lambda weights: weights["reductions.pos.bias"].add_(1))
    with pytest.raises(CheckpointError, match=r"expected the weights that model\.json describes"):
        load_model(saved[1])


def test_another_label_set_is_named(saved, vocabulary):
    edit_description(saved[1], lambda it: it["vocabulary"]["labels"]["pos"].append("UH"))
    n_labels = len(vocabulary.labels[Task.POS])
    with pytest.raises(
        CheckpointError, match=f"the {n_labels + 1} labels of pos .* found .* of {n_labels} labels"
    ):
        load_model(saved[1])


def test_another_shape_is_named(saved):
    edit_description(saved[1], lambda it: it["run"]["model"].update(char_dim=17))
    with pytest.raises(CheckpointError, match=r"encoder\.char\S+: expected shape .*17.*, found"):
        load_model(saved[1])


def test_other_tasks_are_named(saved):
    edit_weights(saved[1], lambda weights: weights.pop("heads.ner.classifier.bias"))
    with pytest.raises(CheckpointError, match=r"1 missing \['heads\.ner\.classifier\.bias'\]"):
        load_model(saved[1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda it: it.update(format=9), "expected model format 1, found 9"),
        (lambda it: it.pop("vocabulary"), "found no 'vocabulary'"),
        (lambda it: it["run"].update(colour="red"), "found .*colour"),
        (lambda it: it["vocabulary"]["labels"].pop("ner"), "found no .*ner"),
    ],
)
def test_another_description_is_refused(saved, change, message):
    edit_description(saved[1], change)
    with pytest.raises(CheckpointError, match=f"(?s)model.json: expected.*{message[9:]}"):
        load_model(saved[1])
