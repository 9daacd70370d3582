"""Contextual vectors as an input of the network: layers mixed, cached or computed on the spot."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mutspad.data.batching import Batch
from mutspad.errors import EncoderError


class TrainableEncoder(nn.Module, ABC):
    """Encode sentences as vectors of several layers, with gradients.

    Parameters
    ----------
    n_layers, dim
        Vectors a word, and numbers a vector.
    """

    def __init__(self, n_layers: int, dim: int) -> None:
        super().__init__()
        self.n_layers = n_layers
        self.dim = dim

    @abstractmethod
    def forward(self, sentences: Sequence[Sequence[str]]) -> Tensor:
        """Return `[batch, words, layers, dim]`, zero at padding."""

    @abstractmethod
    def layers(self) -> list[list[nn.Parameter]]:
        """Return the parameters of each layer, the lowest first, every parameter once."""

    @abstractmethod
    def config_files(self) -> dict[str, str]:
        """Return the files from which the encoder is built again, weights apart: name -> text."""


@dataclass(frozen=True, slots=True)
class ContextualShape:
    """Shape of the contextual vectors that a model reads.

    Parameters
    ----------
    n_layers, dim
        Vectors a word, and numbers a vector.
    """

    n_layers: int
    dim: int


class ScalarMix(nn.Module):
    """Mix layers, `scale * sum_l softmax(weights)_l * layer_l` (Peters et al., 2018, equation 1).

    Parameters
    ----------
    n_layers
        Layers to mix; each weighs the same at first.
    """

    def __init__(self, n_layers: int) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.zeros(n_layers))
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, layers: Tensor) -> Tensor:
        """Return `[..., dim]` of `[..., layers, dim]`."""
        weights = self.scale * self.weights.softmax(dim=0)
        return weights @ layers


class ContextualWords(nn.Module):
    """Represent each word by one mixture of an encoder's layers.

    Parameters
    ----------
    shape
        What the encoder yields.
    encoder
        The encoder, when training moves its weights; None when the batch brings cached vectors.
    learning_rate
        That of the encoder's uppermost layer.
    layer_decay
        What each layer's rate is multiplied by to give that of the layer below (Howard and Ruder,
        2018): what lower layers know of the language holds for more tasks.

    Raises
    ------
    EncoderError
        When a batch without cached vectors is read and there is no encoder.
    """

    def __init__(
        self,
        shape: ContextualShape,
        encoder: TrainableEncoder | None = None,
        learning_rate: float = 0.0,
        layer_decay: float = 1.0,
    ) -> None:
        super().__init__()
        self.shape = shape
        self.output_dim = shape.dim
        self.mix = ScalarMix(shape.n_layers)
        self.encoder = encoder
        self.learning_rate = learning_rate
        self.layer_decay = layer_decay

    def layer_rates(self) -> list[tuple[list[nn.Parameter], float]]:
        """Return the parameters and the learning rate of each layer that training moves."""
        layers = [] if self.encoder is None else self.encoder.layers()
        return [
            (parameters, self.learning_rate * self.layer_decay**above)
            for above, parameters in enumerate(reversed(layers))
        ]

    def forward(self, batch: Batch) -> Tensor:
        """Return `[batch, words, dim]`."""
        if self.encoder is not None:
            layers: Tensor = self.encoder(batch.texts)
        elif batch.contextual is not None:
            layers = batch.contextual
        else:
            raise EncoderError("a batch: expected contextual vectors, found none")
        mixed: Tensor = self.mix(layers)
        return mixed
