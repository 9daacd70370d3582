"""A trained model as two plain files: `model.json` and `weights.safetensors`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from mutspad.config.params import Run
from mutspad.data.neighbours import write_neighbours
from mutspad.data.vocab import Vocabulary
from mutspad.errors import EncoderError
from mutspad.files import atomic_path, hash_file, write_json
from mutspad.models.contextual import ContextualWords
from mutspad.models.description import (
    DESCRIPTION,
    FORMAT,
    NEIGHBOURS,
    WEIGHTS,
    open_description,
    refuse,
)
from mutspad.models.mutspad import MuTSPad
from mutspad.models.transformer import HuggingFaceEncoder


@dataclass(frozen=True, slots=True, eq=False)
class LoadedModel:
    """A model with its vocabulary, its run and its seed."""

    model: MuTSPad
    vocabulary: Vocabulary
    run: Run
    seed: int


def save_model(
    folder: str | Path,
    model: MuTSPad,
    vocabulary: Vocabulary,
    run: Run,
    *,
    seed: int,
    half: bool = False,
) -> None:
    """Write a model to a folder, each file atomically; equal models give equal bytes.

    With `half`, weights take half the room, are rounded, and are widened again when they are read.
    """
    folder = Path(folder)
    weights = model.state_dict()
    if half:
        weights = {name: _halve(tensor) for name, tensor in weights.items()}
    with atomic_path(folder / WEIGHTS) as path:
        save_file(weights, path)
        digest = hash_file(path)
    contextual = model.contextual
    encoder = None if contextual is None else contextual.encoder
    of_neighbours = {}
    if vocabulary.neighbours is not None:
        write_neighbours(folder / NEIGHBOURS, vocabulary.neighbours)
        of_neighbours["neighbours_sha256"] = hash_file(folder / NEIGHBOURS)
    description = {
        "format": FORMAT,
        "seed": seed,
        "n_parameters": model.n_parameters(),
        "word_dim": model.word_dim,
        "contextual": None
        if contextual is None
        else {"n_layers": contextual.n_layers, "dim": contextual.dim},
        "encoder": None if encoder is None else encoder.config_files(),
        "weights_sha256": digest,
        "vocabulary": vocabulary.to_json(),
        "run": run.model_dump(mode="json"),
        **({"half": True} if half else {}),
        **of_neighbours,
    }
    write_json(folder / DESCRIPTION, description)


def load_model(folder: str | Path) -> LoadedModel:
    """Read a model from a folder, on the CPU and in evaluation mode.

    No random number is drawn, so that loading a parent does not shift a seeded run.

    Raises
    ------
    CheckpointError
        When a file is missing or damaged, or the weights are not those of the description.
    """
    folder = Path(folder)
    description = open_description(folder)
    run, vocabulary, values = description.run, description.vocabulary, description.values
    weights = load_file(description.find_weights(folder))
    try:
        seed, word_dim = int(values["seed"]), int(values["word_dim"])
        _check_layers(run, weights)
        with torch.random.fork_rng(devices=[]):
            contextual = _open_contextual(run, values["contextual"], values["encoder"])
            model = MuTSPad(
                params=run.model,
                tasks=run.tasks,
                vocabulary=vocabulary,
                word_dim=word_dim,
                contextual=contextual,
                replaces_words=run.replaces_words,
            )
        model.load_state_dict(weights)
    # What building raises for sizes that are none or not those of the weights, and reading for what
    # is no number.
    except (KeyError, TypeError, ValueError, RuntimeError, OverflowError, EncoderError) as error:
        raise refuse(folder / DESCRIPTION, error) from None
    return LoadedModel(model.eval(), vocabulary, run, seed)


def _open_contextual(
    run: Run, shape: Mapping[str, int] | None, encoder_files: Mapping[str, str] | None
) -> ContextualWords | None:
    """Build the input of contextual vectors, with the network of a trained encoder."""
    if shape is None or run.encoder is None:
        return None
    encoder = None
    if encoder_files is not None:
        encoder = HuggingFaceEncoder.from_config_files(encoder_files)
    # The rates matter to a training alone, which builds its own.
    return ContextualWords(**shape, encoder=encoder)


def _halve(tensor: Tensor) -> Tensor:
    """Round numbers to half precision; rows stay as they are."""
    return tensor.half() if tensor.is_floating_point() else tensor


def _check_layers(run: Run, weights: Mapping[str, Tensor]) -> None:
    """Refuse more layers than there are weights: a damaged number must not build them for hours."""
    if run.model.parser.layers > len(weights):
        raise ValueError(f"{run.model.parser.layers} layers for {len(weights)} weights")
