"""The verb `embed`: every split of every task, each sentence once, two files."""

import json

import pytest
import torch

from mutspad.cli.main import main
from mutspad.data.conllup import write_conllup
from mutspad.data.contextual import read_contextual
from mutspad.data.sentence import Sentence
from mutspad.models.elmo import Elmo
from mutspad.models.elmo_format import ElmoOptions

LSTM = {"n_layers": 1, "dim": 8, "projection_dim": 4, "cell_clip": 3, "proj_clip": 3}
CHARACTERS = {
    "embedding": {"dim": 4},
    "filters": [[1, 3]],
    "n_highway": 1,
    "max_characters_per_token": 12,
    "activation": "relu",
}
CORPORA = {
    "ner/train": [("The", "quay", "closed")],
    "ner/dev": [("Oslo",)],
    "ner/test": [("Oslo", "!")],
    "dep/train": [("The", "quay", "closed"), ("a", "whale")],
    "dep/test.single-root": [("never", "read")],
}


@pytest.fixture
def world(tmp_path):
    """Write corpora and the files of a tiny random ELMo."""
    for name, sentences in CORPORA.items():
        write_conllup(
            tmp_path / "corpora" / f"{name}.conllup",
            [Sentence(f"s{row}", words) for row, words in enumerate(sentences)],
        )
    model = Elmo(ElmoOptions.model_validate({"lstm": LSTM, "char_cnn": CHARACTERS}))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(0.1)
    (tmp_path / "elmo").mkdir()
    model.to_files(tmp_path / "elmo" / "options.json", tmp_path / "elmo" / "weights.hdf5")
    return tmp_path


def embed(world, *arguments, corpora="corpora", **encoder):
    given = {"kind": "elmo", "source": "language_model"} | encoder
    flags = {
        "--encoder": json.dumps(given),
        "--name": "tiny",
        "--corpora": str(world / corpora),
        "--output": str(world / "contextual" / "tiny" / "tweets"),
    }
    main(["step", "embed", *(part for pair in flags.items() for part in pair), *arguments])


def test_every_sentence_of_every_split_is_embedded_once(world):
    with pytest.raises(SystemExit) as stopped:
        embed(world, "--folder", str(world / "elmo"))
    assert stopped.value.code == 0
    cached = read_contextual(world / "contextual" / "tiny" / "tweets")
    assert (cached.encoder, cached.n_layers, cached.dim, len(cached)) == ("tiny", 2, 8, 4)
    elmo = Elmo.from_files(world / "elmo" / "options.json", world / "elmo" / "weights.hdf5")
    (expected,) = elmo([["a", "whale"]])
    found = torch.from_numpy(cached(("a", "whale"))().astype("float32"))
    torch.testing.assert_close(found.transpose(0, 1), expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("arguments", "changes", "said"),
    [
        (["--folder", "elmo"], {"corpora": "elmo"}, "elmo: expected <task>/<split>.conllup"),
        ([], {}, "language_model: expected the folder"),
        ([], {"kind": "elmi"}, "--encoder: expected a section of encoders as JSON"),
        ([], {"kind": "huggingface", "source": "./none"}, "./none: expected the folder of a"),
    ],
)
def test_a_mistake_is_one_message_and_no_file(world, capsys, arguments, changes, said):
    with pytest.raises(SystemExit) as stopped:
        embed(world, *arguments, **changes)
    assert stopped.value.code == 1
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not (world / "contextual").exists()
