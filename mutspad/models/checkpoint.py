"""A trained model as two plain files: `model.json` and `weights.safetensors`."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from mutspad.config import Run
from mutspad.data.vocab import Vocabulary
from mutspad.errors import CheckpointError, EncoderError
from mutspad.files import DamagedFileError, atomic_path, read_json, write_json
from mutspad.models.contextual import ContextualShape, ContextualWords
from mutspad.models.mutspad import MuTSPad

FORMAT = 3
"""Of the files and what they mean: since 3, heads come last in the weights of arcs and labels."""
DESCRIPTION = "model.json"
WEIGHTS = "weights.safetensors"


@dataclass(frozen=True, slots=True, eq=False)
class LoadedModel:
    """A model with its vocabulary, its run and its seed."""

    model: MuTSPad
    vocabulary: Vocabulary
    run: Run
    seed: int
    n_parameters: int


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
        digest = _sha256(path)
    encoder = None if model.contextual is None else model.contextual.encoder
    description = {
        "format": FORMAT,
        "seed": seed,
        "n_parameters": model.n_parameters(),
        "word_dim": model.word_dim,
        "contextual": None if model.contextual is None else asdict(model.contextual.shape),
        "encoder": None if encoder is None else encoder.config_files(),
        "weights_sha256": digest,
        "vocabulary": vocabulary.to_json(),
        "run": run.model_dump(mode="json"),
        **({"half": True} if half else {}),
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
    path = folder / DESCRIPTION
    description = _read_description(path)
    try:
        vocabulary = Vocabulary.from_json(description["vocabulary"])
        run = Run.model_validate(description["run"])
        seed, n_parameters = int(description["seed"]), int(description["n_parameters"])
        digest, word_dim = str(description["weights_sha256"]), int(description["word_dim"])
        weights = _read_weights(folder / WEIGHTS)
        if description.get("half") is True:
            weights = {name: _widen(tensor) for name, tensor in weights.items()}
        _check_layers(run, weights)
        with torch.random.fork_rng(devices=[]):
            contextual = _open_contextual(run, description["contextual"], description["encoder"])
            model = MuTSPad(
                params=run.model,
                tasks=run.tasks,
                labels=vocabulary.labels,
                n_words=len(vocabulary.words),
                n_chars=len(vocabulary.chars),
                word_dim=word_dim,
                contextual=contextual,
                replaces_words=run.replaces_words,
                lower_rows=vocabulary.lower_rows,
                kept=[task for task in vocabulary.labels if task not in run.tasks],
            )
    # What building raises for sizes that are none, and reading for what is no number.
    except (KeyError, TypeError, ValueError, RuntimeError, OverflowError, EncoderError) as error:
        problem = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise CheckpointError(
            f"{path}: expected a description of a model, found {problem}"
        ) from None
    _check_shapes(folder / WEIGHTS, model, weights)
    found = _sha256(folder / WEIGHTS)
    if found != digest:
        raise CheckpointError(
            f"{folder / WEIGHTS}: expected the weights that {DESCRIPTION} describes "
            f"(sha256 {digest}), found others (sha256 {found})"
        )
    model.load_state_dict(weights)
    return LoadedModel(model.eval(), vocabulary, run, seed, n_parameters)


def _open_contextual(
    run: Run, shape: Mapping[str, int] | None, encoder_files: Mapping[str, str] | None
) -> ContextualWords | None:
    """Build the input of contextual vectors, with the network of a trained encoder."""
    if shape is None or run.encoder is None:
        return None
    encoder = None
    if encoder_files is not None:
        # Imported only here: transformers takes seconds to load.
        from mutspad.models.transformer import HuggingFaceEncoder

        encoder = HuggingFaceEncoder.from_config_files(encoder_files)
    # The rates matter to a training alone, which builds its own.
    return ContextualWords(ContextualShape(**shape), encoder)


def _read_description(path: Path) -> dict[str, Any]:
    """Read `model.json` and check that it is of this format."""
    try:
        description = read_json(path)
    except FileNotFoundError:
        raise CheckpointError(f"{path}: expected a description of a model, found no file") from None
    except DamagedFileError as error:
        raise CheckpointError(str(error)) from None
    except OSError as error:
        raise CheckpointError(f"{path}: expected a readable file, found {error}") from None
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        found = description.get("format") if isinstance(description, dict) else description
        raise CheckpointError(f"{path}: expected model format {FORMAT}, found {found!r}")
    return description


def _read_weights(path: Path) -> dict[str, Tensor]:
    """Read the weights by name."""
    try:
        return load_file(path)
    except FileNotFoundError:
        raise CheckpointError(f"{path}: expected the weights of a model, found no file") from None
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path}: expected a safetensors file, found {error}") from None


def _halve(tensor: Tensor) -> Tensor:
    """Round numbers to half precision; rows stay as they are."""
    return tensor.half() if tensor.is_floating_point() else tensor


def _widen(tensor: Tensor) -> Tensor:
    """Turn numbers of half precision into single precision."""
    return tensor.float() if tensor.dtype == torch.float16 else tensor


def _check_layers(run: Run, weights: Mapping[str, Tensor]) -> None:
    """Refuse more layers than there are weights: a damaged number must not build them for hours."""
    if run.model.parser.layers > len(weights):
        raise ValueError(f"{run.model.parser.layers} layers for {len(weights)} weights")


def _check_shapes(path: Path, model: MuTSPad, weights: Mapping[str, Tensor]) -> None:
    """Compare names, types and shapes with the model's; name the task if its label set differs."""
    expected = model.state_dict()
    if expected.keys() != weights.keys():
        missing = sorted(expected.keys() - weights.keys())
        surplus = sorted(weights.keys() - expected.keys())
        raise CheckpointError(
            f"{path}: expected the weights of a model with the tasks "
            f"{', '.join(model.tasks)}, found {len(missing)} missing {missing[:3]} "
            f"and {len(surplus)} unknown {surplus[:3]}"
        )
    tasks = {name: task for task, names in model.classifier_rows().items() for name in names}
    for name in sorted(expected, key=lambda name: (name not in tasks, name)):
        shape, found = list(expected[name].shape), list(weights[name].shape)
        if expected[name].dtype != weights[name].dtype:
            raise CheckpointError(
                f"{path}: {name}: expected {expected[name].dtype}, found {weights[name].dtype}"
            )
        if shape == found:
            continue
        if name in tasks and shape[1:] == found[1:]:
            raise CheckpointError(
                f"{path}: expected the {shape[0]} labels of {tasks[name]} that {DESCRIPTION} "
                f"lists, found a classifier of {found[0]} labels ({name})"
            )
        raise CheckpointError(f"{path}: {name}: expected shape {shape}, found {found}")


def _sha256(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
