"""Contextual vectors as an input of the network: layers mixed, cached or computed on the spot."""

import torch
from torch import Tensor, nn

from mutspad.data.batching import Batch
from mutspad.errors import EncoderError
from mutspad.models.transformer import HuggingFaceEncoder


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
    n_layers, dim
        Vectors a word, and numbers a vector.
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
        n_layers: int,
        dim: int,
        encoder: HuggingFaceEncoder | None = None,
        learning_rate: float = 0.0,
        layer_decay: float = 1.0,
    ) -> None:
        super().__init__()
        self.n_layers, self.dim = n_layers, dim
        self.mix = ScalarMix(n_layers)
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
