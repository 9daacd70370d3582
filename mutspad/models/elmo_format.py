"""The two files of an ELMo: `options.json` and `weights.hdf5` (Peters et al., 2018).

The names and shapes of the datasets are those of the published models; `Elmo.datasets` lists them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

import h5py
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from mutspad.config.base import Positive
from mutspad.config.params import parse_json
from mutspad.config.sections import MOST_CHARACTERS, MOST_LAYERS
from mutspad.errors import CheckpointError, ConfigError
from mutspad.files import atomic_path, write_json

OPTIONS = "options.json"
WEIGHTS = "weights.hdf5"
N_CHARACTERS = 261
"""Rows of the character embedding: 256 bytes, four borders and padding."""
DIRECTIONS = 2

Clip = Annotated[float, Field(gt=0.0)]


class _Section(BaseModel):
    """Read the keys that decide what the model computes; files hold others, about its training."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class LstmOptions(_Section):
    """Size the recurrent layers.

    Parameters
    ----------
    n_layers, dim, projection_dim
        Layers, size of a cell and of an output in one direction.
    cell_clip, proj_clip
        The largest absolute value of a cell and of an output.
    use_skip_connections
        Every published model adds a layer's input to its output, from the second layer on.
    """

    n_layers: Annotated[Positive, Field(le=MOST_LAYERS)]
    dim: Positive
    projection_dim: Positive
    cell_clip: Clip
    proj_clip: Clip
    use_skip_connections: Literal[True] = True


class CharacterDim(_Section):
    """Size a character's vector."""

    dim: Positive


class CharacterOptions(_Section):
    """Size the convolutions over the characters of a word.

    Parameters
    ----------
    embedding
        Size of a character's vector.
    filters
        Width and number of each kind of filter.
    n_highway
        Highway layers after the convolutions.
    n_characters
        262 as published, which counts a row for masking; some training options say 261.
    max_characters_per_token
        Bytes of a word that are read, borders included.
    activation
        What follows the maximum over the places of a filter.
    """

    embedding: CharacterDim
    filters: Annotated[
        tuple[tuple[Positive, Positive], ...], Field(min_length=1, max_length=MOST_LAYERS)
    ]
    n_highway: Annotated[int, Field(ge=0, le=MOST_LAYERS)]
    n_characters: Literal[261, 262] = 262
    max_characters_per_token: Annotated[int, Field(ge=3, le=MOST_CHARACTERS)]
    activation: Literal["relu", "tanh"]

    @model_validator(mode="after")
    def _check_widths(self) -> Self:
        widest = max(width for width, _ in self.filters)
        if widest > self.max_characters_per_token:
            raise ValueError(
                f"expected filters no wider than {self.max_characters_per_token} characters, "
                f"found {widest}"
            )
        return self

    @property
    def n_filters(self) -> int:
        """Count the filters of all widths."""
        return sum(count for _, count in self.filters)


class ElmoOptions(_Section):
    """Size an ELMo."""

    lstm: LstmOptions
    char_cnn: CharacterOptions


def read_options(path: str | Path) -> ElmoOptions:
    """Read `options.json`.

    Raises
    ------
    CheckpointError
        When the file is missing, is not JSON, or lacks a key or holds an impossible value.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CheckpointError(f"{path}: expected the options of an ELMo, found no file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CheckpointError(f"{path}: expected the options of an ELMo, found {error}") from None
    try:
        return parse_json(ElmoOptions, text, path, "the options of an ELMo")
    except ConfigError as error:
        raise CheckpointError(str(error)) from None


def write_options(path: str | Path, options: ElmoOptions) -> None:
    """Write `options.json`, atomically."""
    write_json(path, options.model_dump(mode="json"))


def read_weights(
    path: str | Path, shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, NDArray[np.float32]]:
    """Read `weights.hdf5`, each dataset by its name and of its shape.

    Raises
    ------
    CheckpointError
        When the file is missing or damaged, or its datasets are not those of the options.
    """
    if not Path(path).is_file():
        raise CheckpointError(f"{path}: expected the weights of an ELMo, found no file")
    try:
        with h5py.File(path, "r") as file:
            found = _list_datasets(file)
            _check_datasets(path, shapes, found)
            # A file may be cut off behind the list of its datasets: reading shows it.
            return {name: found[name][...].astype(np.float32) for name in shapes}
    except (OSError, RuntimeError, KeyError) as error:
        raise CheckpointError(f"{path}: expected a whole HDF5 file, found {error}") from None


def write_weights(path: str | Path, weights: Mapping[str, NDArray[np.float32]]) -> None:
    """Write `weights.hdf5` atomically; equal weights give equal bytes."""
    with (
        atomic_path(path) as temporary,
        h5py.File(temporary, "w", libver=("earliest", "v108")) as file,
    ):
        for name, values in weights.items():
            file.create_dataset(name, data=values.astype(np.float32), track_times=False)


def _list_datasets(file: h5py.File) -> dict[str, h5py.Dataset]:
    """List the datasets of all groups by their names."""
    found: dict[str, h5py.Dataset] = {}

    def note(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = item

    file.visititems(note)
    return found


def _check_datasets(
    path: str | Path, shapes: Mapping[str, tuple[int, ...]], found: Mapping[str, h5py.Dataset]
) -> None:
    """Compare the datasets of a file with those of its options."""
    for name in sorted({*shapes, *found}):
        shape, dataset = shapes.get(name), found.get(name)
        if dataset is None or dataset.shape != shape or dataset.dtype.kind != "f":
            asked = "no dataset of this name" if shape is None else f"floats of shape {list(shape)}"
            there = "none" if dataset is None else f"{dataset.dtype} of shape {list(dataset.shape)}"
            raise CheckpointError(
                f"{path}: {name}: expected {asked} by the options, found {there}. Take options "
                "and weights of the same model"
            )
