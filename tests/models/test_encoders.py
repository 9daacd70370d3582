"""Opening the encoder that the parameters describe; Hugging Face models: test_transformer."""

import pytest
import torch

from mutspad.config.sections import EncoderParams
from mutspad.errors import CheckpointError, EncoderError
from mutspad.models.elmo import Elmo
from mutspad.models.elmo_format import ElmoOptions
from mutspad.models.encoders import open_encoder

OPTIONS = {
    "lstm": {"n_layers": 2, "dim": 8, "projection_dim": 4, "cell_clip": 3, "proj_clip": 3},
    "char_cnn": {
        "embedding": {"dim": 4},
        "filters": [[1, 3], [2, 5]],
        "n_highway": 1,
        "max_characters_per_token": 12,
        "activation": "relu",
    },
}
SENTENCES = [["The", "quay", "closed"], ["Oslo"], ["Oslo", "!"]]


@pytest.fixture
def folder(tmp_path):
    model = Elmo(ElmoOptions.model_validate(OPTIONS))
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.5, generator=generator)
    model.to_files(tmp_path / "options.json", tmp_path / "weights.hdf5")
    return tmp_path


def params(**values):
    return EncoderParams(kind="elmo", source="language_model", **values)


def test_an_elmo_is_read_from_its_folder(folder):
    opened = open_encoder(params(), folder)
    expected = Elmo.from_files(folder / "options.json", folder / "weights.hdf5")(SENTENCES)
    assert (opened.n_layers, opened.dim) == (3, 8)
    for layers, other in zip(opened.embed(SENTENCES), expected, strict=True):
        torch.testing.assert_close(layers, other)


def test_an_elmo_without_a_folder_is_an_error():
    with pytest.raises(EncoderError, match=r"language_model: expected the folder .*--folder"):
        open_encoder(params())


def test_an_elmo_without_its_files_is_an_error(tmp_path):
    with pytest.raises(CheckpointError, match=r"options\.json"):
        open_encoder(params(), tmp_path)
