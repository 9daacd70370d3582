"""The description of a trained model, `model.json`: what is known of it without its weights."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutspad.config.params import Run
from mutspad.data.neighbours import Neighbours, read_neighbours
from mutspad.data.vocab import Vocabulary
from mutspad.errors import CheckpointError
from mutspad.files import DamagedFileError, hash_file, read_json

FORMAT = 3
"""Of the files and what they mean: since 3, heads come last in the weights of arcs and labels."""
DESCRIPTION = "model.json"
WEIGHTS = "weights.safetensors"
NEIGHBOURS = "neighbours.safetensors"
"""Which words are read as others; only small models have it."""


@dataclass(frozen=True, slots=True)
class Description:
    """Hold what `model.json` says.

    Parameters
    ----------
    run, vocabulary
        Those of the model.
    digest
        The SHA-256 of its weights.
    values
        The file as it stands.
    """

    run: Run
    vocabulary: Vocabulary
    digest: str
    values: dict[str, Any]

    def find_weights(self, folder: Path) -> Path:
        """Return the file of the weights once its content is checked.

        Raises
        ------
        CheckpointError
            When the file is missing or has other weights.
        """
        path = folder / WEIGHTS
        try:
            found = hash_file(path)
        except FileNotFoundError:
            raise CheckpointError(
                f"{path}: expected the weights of a model, found no file"
            ) from None
        except OSError as error:
            raise CheckpointError(f"{path}: expected a readable file, found {error}") from None
        if found != self.digest:
            raise CheckpointError(
                f"{path}: expected the weights that {DESCRIPTION} describes (sha256 "
                f"{self.digest}), found others (sha256 {found})"
            )
        return path


def open_description(folder: Path) -> Description:
    """Read the description of a model.

    Raises
    ------
    CheckpointError
        When the file is missing, damaged or of another format.
    """
    path = folder / DESCRIPTION
    try:
        values = read_json(path)
    except FileNotFoundError:
        raise CheckpointError(f"{path}: expected a description of a model, found no file") from None
    except DamagedFileError as error:
        raise CheckpointError(str(error)) from None
    except OSError as error:
        raise CheckpointError(f"{path}: expected a readable file, found {error}") from None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        found = values.get("format") if isinstance(values, dict) else values
        raise CheckpointError(f"{path}: expected model format {FORMAT}, found {found!r}")
    try:
        # The run comes first: it makes its tasks known.
        return Description(
            run=Run.model_validate(values["run"]),
            vocabulary=Vocabulary.from_json(values["vocabulary"], _open_neighbours(folder, values)),
            digest=str(values["weights_sha256"]),
            values=values,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise refuse(path, error) from None


def _open_neighbours(folder: Path, values: dict[str, Any]) -> Neighbours | None:
    """Read the words that are read as others, where a model has any."""
    digest = values.get("neighbours_sha256")
    if digest is None:
        return None
    neighbours = read_neighbours(folder / NEIGHBOURS)
    found = hash_file(folder / NEIGHBOURS)
    if found != digest:
        raise ValueError(f"another {NEIGHBOURS} (sha256 {found}) than it describes ({digest})")
    return neighbours


def refuse(path: Path, error: Exception) -> CheckpointError:
    """Build the error for a description that cannot be used."""
    # PyTorch and pydantic say theirs on several lines.
    problem = f"no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
    return CheckpointError(f"{path}: expected a description of a model, found {problem}")
