import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from mutspad.config.params import Run, RunEncoder
from mutspad.data.batching import collate, encode
from mutspad.errors import CheckpointError
from mutspad.models.checkpoint import load_model, save_model
from mutspad.models.contextual import ContextualWords
from mutspad.models.transformer import HuggingFaceEncoder
from mutspad.tasks import TASKS, Task


@pytest.fixture
def run(params, training_params):
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
        encoder=None,
        replaces_words=False,
        adversarial=None,
        training=training_params,
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
    description = json.loads((folder / "model.json").read_text())
    assert description["n_parameters"] == loaded.model.n_parameters()
    assert not loaded.model.training
    expected = model.predict(batch, TASKS, multi_root=True)
    assert loaded.model.predict(batch, TASKS, multi_root=True) == expected


def test_a_loaded_model_can_be_trained(saved, batch):
    model = load_model(saved[1]).model.train()
    model.losses(batch, [Task.DEP])[Task.DEP].backward()
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert model.encoder.words.weight.grad.is_sparse


def test_loading_imports_no_compiler_and_no_encoder(saved):
    program = (
        "import sys; from mutspad.models.checkpoint import load_model; load_model(sys.argv[1]); "
        "sys.exit(any(name in sys.modules for name in ('torch._dynamo', 'sympy', 'transformers')))"
    )
    command = [sys.executable, "-c", program, str(saved[1])]
    assert subprocess.run(command, check=False).returncode == 0


def test_loading_draws_no_random_number(saved):
    state = torch.get_rng_state()
    load_model(saved[1])
    assert torch.equal(torch.get_rng_state(), state)


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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda it: it.update(format=9), "model format 3, found 9"),
        (lambda it: it.pop("vocabulary"), "found no 'vocabulary'"),
        (lambda it: it["run"].update(colour="red"), "found .*colour"),
        (lambda it: it["vocabulary"]["labels"].pop("ner"), "found no .*ner"),
        (lambda it: it.update(word_dim=2**62), "found "),
        (lambda it: it.update(word_dim=10**30), "found "),
        (lambda it: it.update(word_dim=-1), "found "),
        (lambda it: it["run"]["model"].update(char_hidden=2**62), "found "),
        (lambda it: it["run"]["model"]["parser"].update(layers=10**9), "found 1000000000 layers"),
        (lambda it: it["run"]["model"]["parser"].update(layers=3), r"Missing .*heads\.dep\."),
        (lambda it: it["run"]["model"].update(char_dim=17), r"found .* encoder\.chars.*17"),
        (lambda it: it["vocabulary"]["labels"]["pos"].append("UH"), r"found .* heads\.pos\."),
    ],
)
def test_another_description_is_refused(saved, change, message):
    edit_description(saved[1], change)
    with pytest.raises(CheckpointError, match=rf"(?s)model\.json: expected.*{message}"):
        load_model(saved[1])


@pytest.mark.parametrize("content", ["[" * 100_000, '{"format": ' + "9" * 5000 + "}"])
def test_json_that_python_gives_up_on_is_refused(saved, content):
    (saved[1] / "model.json").write_text(content)
    with pytest.raises(CheckpointError, match=r"model\.json: expected JSON"):
        load_model(saved[1])


def test_an_encoder_that_cannot_be_built_is_refused(saved):
    def add(description):
        description.update(contextual={"n_layers": 1, "dim": 1}, encoder={"config.json": "{"})
        encoder = {"name": "e", "kind": "huggingface", "source": "e", "trained": True}
        description["run"]["encoder"] = encoder | {"learning_rate": 0.1}

    edit_description(saved[1], add)
    with pytest.raises(CheckpointError, match=r"model\.json: .*the saved encoder: expected"):
        load_model(saved[1])


class Spelling(torch.nn.Module):
    """Stand in for a trained encoder: two layers made of the words' lengths and one weight."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(3))

    def forward(self, sentences):
        width = max(map(len, sentences))
        lengths = torch.tensor(
            [[*map(len, words), *[0] * (width - len(words))] for words in sentences]
        )
        return lengths[:, :, None, None] * self.weight.expand(2, 3)

    def config_files(self):
        return {"config.json": "{}"}


@pytest.mark.parametrize("replaces_words", [True, False])
def test_cached_vectors_are_read_again_by_a_loaded_model(
    tmp_path, build_model, vocabulary, run, sentences, replaces_words
):
    encoder = RunEncoder(name="toy", kind="elmo", source="toy")
    run = run.model_copy(update={"encoder": encoder, "replaces_words": replaces_words})
    words = ContextualWords(n_layers=2, dim=3)
    model = build_model(contextual=words, replaces_words=replaces_words)
    save_model(tmp_path, model, vocabulary, run, seed=4)
    loaded = load_model(tmp_path).model
    vectors = np.random.default_rng(1).standard_normal((20, 2, 3)).astype(np.float16)

    def source(words):
        return lambda: vectors[: len(words)]

    batch = collate(
        vocabulary, [encode(vocabulary, sentence, contextual=source) for sentence in sentences]
    )
    expected = model.predict(batch, TASKS, multi_root=True)
    assert loaded.predict(batch, TASKS, multi_root=True) == expected
    assert (loaded.encoder is None) is replaces_words


def test_an_encoder_that_was_trained_comes_back_with_its_weights(
    tmp_path, build_model, vocabulary, run, batch, monkeypatch
):
    encoder = RunEncoder(
        name="toy", kind="huggingface", source="toy", trained=True, learning_rate=0.01
    )
    run = run.model_copy(update={"encoder": encoder})
    trained = Spelling()
    with torch.no_grad():
        trained.weight.copy_(torch.tensor([0.5, -1.0, 2.0]))
    model = build_model(contextual=ContextualWords(2, 3, trained, 0.01))
    save_model(tmp_path, model, vocabulary, run, seed=4)
    monkeypatch.setattr(
        HuggingFaceEncoder, "from_config_files", lambda files: Spelling() if files else None
    )
    loaded = load_model(tmp_path).model
    assert loaded.contextual.encoder.weight.tolist() == [0.5, -1.0, 2.0]
    expected = model.predict(batch, TASKS, multi_root=True)
    assert loaded.predict(batch, TASKS, multi_root=True) == expected
