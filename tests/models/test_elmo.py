import json
import time
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from mutspad.errors import CheckpointError
from mutspad.models.elmo import Elmo, Reading, to_character_ids
from mutspad.models.elmo_format import ElmoOptions

FIXTURES = Path(__file__).parents[2] / ".cache" / "fixtures"
WHEEL = "allennlp-0.9.0-py3-none-any.whl"
MEMBERS = "allennlp/tests/fixtures/elmo/"
EXACT = {"rtol": 0.0, "atol": 1e-5}

OPTIONS = {
    "lstm": {
        "use_skip_connections": True,
        "n_layers": 2,
        "dim": 7,
        "projection_dim": 5,
        "cell_clip": 0.4,
        "proj_clip": 0.3,
    },
    "char_cnn": {
        "embedding": {"dim": 3},
        "filters": [[1, 2], [2, 3], [4, 4]],
        "n_highway": 2,
        "n_characters": 262,
        "max_characters_per_token": 12,
        "activation": "relu",
    },
}
SENTENCES = [
    ["the", "keel", "is", "clean"],
    ["aye"],
    ["“Größe”", "of", "the", "unfathomably-deep", "🌊", "!"],
    ["the", "tide", "turns", "at", "noon", ",", "they", "say"],
]


class SlowElmo:
    """Compute what the file format says, one word at a time, in double precision.

    Reads the files by itself; `states` holds, by slot, what each layer and direction carries on.
    """

    def __init__(self, options, weights):
        self.options = json.loads(Path(options).read_text())
        self.weights = {}
        with h5py.File(weights) as file:
            file.visititems(self.note)
        self.states = {}

    def __call__(self, sentence, *, slot=None):
        lstm = self.options["lstm"]
        tokens = [self.token(word) for word in ["<S>", *sentence, "</S>"]]
        layers = [np.concatenate([tokens, tokens], axis=1)]
        streams = [list(tokens), list(tokens)[::-1]]
        for layer in range(lstm["n_layers"]):
            for direction in (0, 1):
                key = (slot, layer, direction)
                start = np.zeros(lstm["projection_dim"]), np.zeros(lstm["dim"])
                outputs, end = self.run(
                    streams[direction], layer, direction, self.states.get(key, start)
                )
                if slot is not None:
                    self.states[key] = end
                if layer > 0:
                    outputs = [out + x for out, x in zip(outputs, streams[direction], strict=True)]
                streams[direction] = outputs
            layers.append(np.concatenate([streams[0], streams[1][::-1]], axis=1))
        return np.stack(layers)[:, 1:-1]

    def token(self, word):
        cnn = self.options["char_cnn"]
        n = cnn["max_characters_per_token"]
        content = {"<S>": [256], "</S>": [257]}.get(word, list(word.encode())[: n - 2])
        ids = ([258, *content, 259] + [260] * n)[:n]
        embedded = self.weights["char_embed"][ids]
        x = []
        for i, (width, _) in enumerate(cnn["filters"]):
            filters = self.weights[f"CNN/W_cnn_{i}"][0]
            places = range(n - width + 1)
            best = np.max([np.tensordot(embedded[p : p + width], filters) for p in places], axis=0)
            x.append(best + self.weights[f"CNN/b_cnn_{i}"])
        x = np.concatenate(x)
        x = np.tanh(x) if cnn["activation"] == "tanh" else np.maximum(x, 0)
        for i in range(cnn["n_highway"]):
            high = f"CNN_high_{i}"
            g = sigmoid(x @ self.weights[f"{high}/W_carry"] + self.weights[f"{high}/b_carry"])
            h = np.maximum(
                x @ self.weights[f"{high}/W_transform"] + self.weights[f"{high}/b_transform"], 0
            )
            x = g * h + (1 - g) * x
        return x @ self.weights["CNN_proj/W_proj"] + self.weights["CNN_proj/b_proj"]

    def run(self, inputs, layer, direction, state):
        lstm = self.options["lstm"]
        cell = f"RNN_{direction}/RNN/MultiRNNCell/Cell{layer}/LSTMCell"
        weights, bias, project = (self.weights[f"{cell}/{name}"] for name in ("W_0", "B", "W_P_0"))
        h, c = state
        outputs = []
        for x in inputs:
            i, j, f, o = np.split(np.concatenate([x, h]) @ weights + bias, 4)
            c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(j)
            c = np.clip(c, -lstm["cell_clip"], lstm["cell_clip"])
            h = np.clip((sigmoid(o) * np.tanh(c)) @ project, -lstm["proj_clip"], lstm["proj_clip"])
            outputs.append(h)
        return outputs, (h, c)

    def note(self, name, item):
        if isinstance(item, h5py.Dataset):
            self.weights[name] = item[...].astype(np.float64)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def edit(options, **changes):
    """Return options with some keys of `lstm` or `char_cnn` changed."""
    edited = json.loads(json.dumps(options))
    for section in edited.values():
        section.update({key: value for key, value in changes.items() if key in section})
    return edited


def write(folder, options=OPTIONS):
    """Write a model with random weights by hand; return its two files."""
    rng = np.random.default_rng(3)
    with h5py.File(folder / "weights.hdf5", "w") as file:
        for name, weight in Elmo(ElmoOptions.model_validate(options)).datasets().items():
            file[name] = rng.normal(scale=0.5, size=weight.shape).astype(np.float32)
    (folder / "options.json").write_text(json.dumps(options))
    return folder / "options.json", folder / "weights.hdf5"


@pytest.fixture
def files(tmp_path):
    return write(tmp_path)


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """Return the folder of the model and the outputs that AllenNLP publishes."""
    wheel = FIXTURES / WHEEL
    if not wheel.is_file():
        pytest.skip(f"{wheel} is absent; make fixtures fetches it")
    folder = tmp_path_factory.mktemp("elmo")
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith(MEMBERS) and name.count("/") == MEMBERS.count("/"):
                (folder / Path(name).name).write_bytes(archive.read(name))
    return folder


@pytest.fixture(scope="session")
def published_files(published):
    return published / "options.json", published / "lm_weights.hdf5"


@pytest.fixture(scope="session")
def slots(published):
    """Return, by slot, ten sentences and the vectors of their top layer, `[words, 32]`."""
    texts = json.loads((published / "sentences.json").read_text())
    vectors = []
    for slot in range(len(texts)):
        with h5py.File(published / f"lm_embeddings_{slot}.hdf5") as file:
            vectors.append([np.concatenate([*file[str(i)][...]], axis=1) for i in range(10)])
    return [
        [(text.split(), rows) for text, rows in zip(*slot, strict=True)]
        for slot in zip(texts, vectors, strict=True)
    ]


def test_vectors_are_the_published_ones_where_no_state_came_before(published_files, slots):
    elmo = Elmo.from_files(*published_files)
    for slot in slots:
        found = [layers[2].numpy() for layers in elmo([words for words, _ in slot])]
        np.testing.assert_allclose(found[0], slot[0][1], **EXACT)
        assert all(np.abs(found[i] - slot[i][1]).max() > 0.1 for i in range(1, 10))


def test_token_vectors_are_the_published_ones(published, published_files):
    words = (published / "vocab_test.txt").read_text(encoding="utf-8").split("\n")
    with h5py.File(published / "elmo_token_embeddings.hdf5") as file:
        expected = file["embedding"][...]
    words = [word for word in words if word]
    (found,) = Elmo.from_files(*published_files)([words])
    np.testing.assert_allclose(found[0], np.concatenate([expected, expected], axis=1), **EXACT)


def test_the_oracle_computes_the_published_vectors(published_files, slots):
    oracle = SlowElmo(*published_files)
    for number, slot in enumerate(slots):
        for words, expected in slot[:3]:
            np.testing.assert_allclose(oracle(words, slot=number)[2], expected, **EXACT)


def test_all_layers_are_the_oracles_without_state(published_files, slots):
    elmo, oracle = Elmo.from_files(*published_files), SlowElmo(*published_files)
    sentences = [words for slot in slots for words, _ in slot[:3]]
    for words, found in zip(sentences, elmo(sentences), strict=True):
        np.testing.assert_allclose(found, oracle(words), **EXACT)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"activation": "tanh"},
        {"n_layers": 3, "n_highway": 1},
        {"n_layers": 1, "n_highway": 0},
        {"max_characters_per_token": 50},
    ],
)
def test_vectors_are_the_oracles(tmp_path, changes):
    files = write(tmp_path, edit(OPTIONS, **changes))
    elmo, oracle = Elmo.from_files(*files), SlowElmo(*files)
    assert elmo.dim == 10
    for words, found in zip(SENTENCES, elmo(SENTENCES), strict=True):
        assert found.shape == (elmo.n_layers, len(words), elmo.dim)
        assert found.dtype == torch.float32
        np.testing.assert_allclose(found, oracle(words), **EXACT)


def test_cells_and_outputs_are_clipped(files):
    loose = edit(OPTIONS, cell_clip=99.0, proj_clip=99.0)
    tight = Elmo.from_files(*files)(SENTENCES)
    for changes in ({"cell_clip": 99.0}, {"proj_clip": 99.0}):
        files[0].write_text(json.dumps(edit(OPTIONS, **changes)))
        assert not torch.allclose(Elmo.from_files(*files)(SENTENCES)[2], tight[2])
    assert tight[2][1].abs().max() == pytest.approx(0.3)
    files[0].write_text(json.dumps(loose))
    assert Elmo.from_files(*files)(SENTENCES)[2][1].abs().max() > 0.3


def test_many_sentences_are_read_as_each_alone(files):
    elmo = Elmo.from_files(*files)
    rng = np.random.default_rng(1)
    words = [word for sentence in SENTENCES for word in sentence]
    many = [list(rng.choice(words, size=length)) for length in rng.integers(0, 9, size=150)]
    alone = [elmo([sentence])[0] for sentence in many]
    for found, expected in zip(elmo(many), alone, strict=True):
        torch.testing.assert_close(found, expected, **EXACT)
    assert elmo([]) == []


def test_vectors_can_take_part_in_training(files):
    (vectors,) = Elmo.from_files(*files)(SENTENCES[:1])
    weights = torch.ones(3, requires_grad=True)
    (weights.softmax(0) @ vectors.transpose(0, 1)).sum().backward()
    assert weights.grad is not None


def test_reading_a_model_draws_no_random_number_and_leaves_it_frozen(files):
    before = torch.get_rng_state()
    elmo = Elmo.from_files(*files)
    assert torch.equal(torch.get_rng_state(), before)
    assert not elmo.training
    assert not any(weight.requires_grad for weight in elmo.parameters())


def test_a_written_model_is_the_read_one_byte_for_byte(files, tmp_path):
    elmo = Elmo.from_files(*files)
    elmo.to_files(tmp_path / "a.json", tmp_path / "a.hdf5")
    time.sleep(1.1)  # HDF5's times count seconds
    Elmo.from_files(tmp_path / "a.json", tmp_path / "a.hdf5").to_files(
        tmp_path / "b.json", tmp_path / "b.hdf5"
    )
    for kind in ("json", "hdf5"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()
    assert json.loads((tmp_path / "a.json").read_text()) == OPTIONS
    with h5py.File(files[1]) as original, h5py.File(tmp_path / "a.hdf5") as copy:
        for name in elmo.datasets():
            assert copy[name].dtype == np.float32
            np.testing.assert_array_equal(copy[name], original[name])


def test_words_are_spelled_in_bytes_between_borders():
    assert to_character_ids("né", 7) == [258, 110, 195, 169, 259, 260, 260]
    assert to_character_ids("seaweed", 7) == [258, 115, 101, 97, 119, 101, 259]
    assert to_character_ids("<S>", 5) == [258, 256, 259, 260, 260]
    assert to_character_ids("</S>", 5) == [258, 257, 259, 260, 260]


def test_the_order_of_reading_of_two_directions():
    reading = Reading.of([3, 2])  # tokens 0 1 2 and 3 4
    assert reading.sizes == (2, 2, 1)
    assert reading.order.tolist() == [[0, 3, 1, 4, 2], [2, 4, 1, 3, 0]]
    assert reading.before.tolist() == [0, 1, 2]
    rows = reading.order[:, :, None].float()
    assert reading.restore(rows)[:, :, 0].tolist() == [[0, 1, 2, 3, 4]] * 2


def test_keys_of_training_are_ignored(files):
    expected = Elmo.from_files(*files)(SENTENCES)
    options = edit(OPTIONS, n_characters=261) | {"bidirectional": True, "dropout": 0.1}
    options["lstm"]["unroll_steps"] = 20
    files[0].write_text(json.dumps(options))
    torch.testing.assert_close(Elmo.from_files(*files)(SENTENCES), expected)


def test_options_may_begin_with_a_byte_order_mark(files):
    plain = Elmo.from_files(*files)
    files[0].write_bytes(b"\xef\xbb\xbf" + files[0].read_bytes())
    assert Elmo.from_files(*files).options == plain.options


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "the options of an ELMo, found Invalid JSON"),
        (json.dumps({"lstm": OPTIONS["lstm"]}), "found char_cnn: Field required"),
        (json.dumps(edit(OPTIONS, dim="big")), r"lstm\.dim: .* integer"),
        (json.dumps(edit(OPTIONS, n_layers=0)), r"lstm\.n_layers: .* greater than 0"),
        (json.dumps(edit(OPTIONS, use_skip_connections=False)), r"lstm\.use_skip_connections"),
        (json.dumps(edit(OPTIONS, activation="swish")), r"char_cnn\.activation"),
        (json.dumps(edit(OPTIONS, filters=[[13, 2]])), "no wider than 12 characters, found 13"),
        # Whose names alone would fill the memory.
        (json.dumps(edit(OPTIONS, n_layers=1001)), r"lstm\.n_layers: .* equal to 1000"),
        (json.dumps(edit(OPTIONS, n_highway=99999999999)), r"n_highway: .* equal to 1000"),
        (json.dumps(edit(OPTIONS, filters=[[1, 1]] * 1001)), "filters: .* at most 1000 items"),
        (json.dumps(edit(OPTIONS, max_characters_per_token=2**31)), "token: .* equal to 1000"),
    ],
)
def test_bad_options_are_one_error(files, text, message):
    files[0].write_text(text)
    with pytest.raises(CheckpointError, match=rf"options\.json: expected .*{message}"):
        Elmo.from_files(*files)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_highway": 3}, r"CNN_high_2/W_carry: expected floats of shape \[9, 9\].*found none"),
        (
            {"n_highway": 1},
            "CNN_high_1/W_carry: expected no dataset of this name .*, found float32 of",
        ),
        ({"n_layers": 1}, "MultiRNNCell/Cell1/LSTMCell/B: expected no dataset of this name"),
        (
            {"filters": [[1, 2], [2, 3], [4, 5]]},
            r"CNN/W_cnn_2: expected floats of shape \[1, 4, 3, 5\].* of shape \[1, 4, 3, 4\]",
        ),
        ({"dim": 8}, r"LSTMCell/B: expected floats of shape \[32\].*of shape \[28\]"),
    ],
)
def test_weights_of_other_options_are_named(files, changes, message):
    files[0].write_text(json.dumps(edit(OPTIONS, **changes)))
    with pytest.raises(CheckpointError, match=rf"weights\.hdf5: .*{message}"):
        Elmo.from_files(*files)


@pytest.mark.parametrize("name", ["options.json", "weights.hdf5"])
def test_a_missing_file_is_named(files, tmp_path, name):
    (tmp_path / name).unlink()
    with pytest.raises(CheckpointError, match=rf"{name}: expected .*, found no file"):
        Elmo.from_files(*files)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.999])
def test_weights_cut_off_are_one_error(files, share):
    content = files[1].read_bytes()
    files[1].write_bytes(content[: int(share * len(content))])
    with pytest.raises(CheckpointError, match=r"weights\.hdf5: expected a whole HDF5 file, found"):
        Elmo.from_files(*files)


def test_integers_are_no_weights(files):
    with h5py.File(files[1], "a") as file:
        del file["CNN_proj/b_proj"]
        file["CNN_proj/b_proj"] = np.zeros(5, dtype=np.int32)
    with pytest.raises(CheckpointError, match=r"b_proj: expected floats .* found int32"):
        Elmo.from_files(*files)
