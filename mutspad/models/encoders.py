"""Open the contextual encoder that the parameters describe, to compute its vectors once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from mutspad.config.sections import Encoder
from mutspad.errors import EncoderError
from mutspad.models.transformer import HuggingFaceEncoder


@dataclass(frozen=True, slots=True, eq=False)
class FrozenEncoder:
    """A frozen encoder.

    Parameters
    ----------
    n_layers, dim
        Vectors a word, and numbers a vector.
    embed
        Sentences -> one tensor `[layers, words, dim]` each, without gradients.
    """

    n_layers: int
    dim: int
    embed: Callable[[Sequence[Sequence[str]]], list[Tensor]]


def open_encoder(params: Encoder, folder: str | Path | None = None) -> FrozenEncoder:
    """Read an encoder's files.

    Parameters
    ----------
    params
        What it is.
    folder
        Where its files are; a Hugging Face model may be in a package or on the hub instead.

    Raises
    ------
    MutspadError
        When the encoder is not there, damaged or of another kind.
    """
    if params.kind == "huggingface":
        source = params.source if folder is None else str(folder)
        transformer = HuggingFaceEncoder.from_source(
            source, pooling=params.pooling, forms=params.forms
        )
        return FrozenEncoder(transformer.n_layers, transformer.dim, transformer.embed)
    if folder is None:
        raise EncoderError(
            f"{params.source}: expected the folder with its options.json and weights.hdf5, "
            "found none. Name the folder (--folder)"
        )
    # Imported only here: most models read no ELMo, and h5py takes its time.
    from mutspad.models.elmo import Elmo
    from mutspad.models.elmo_format import OPTIONS, WEIGHTS

    elmo = Elmo.from_files(Path(folder) / OPTIONS, Path(folder) / WEIGHTS)
    return FrozenEncoder(elmo.n_layers, elmo.dim, elmo)
