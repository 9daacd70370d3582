"""Adversarial training against a domain discriminator (paper 5.2.1; Ganin et al., 2016)."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mutspad.data.batching import Batch
from mutspad.models.precision import widened


class _Reversal(torch.autograd.Function):
    """Pass values on as they are, and gradients back with the opposite sign."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, scale: float) -> Tensor:
        ctx.scale = scale
        return values.view_as(values)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return -ctx.scale * gradient, None


def reverse_gradient(values: Tensor, scale: float) -> Tensor:
    """Return the values; their gradient is `-scale` times that of the result."""
    reversed_: Tensor = _Reversal.apply(values, scale)  # type: ignore[no-untyped-call]
    return reversed_


class DomainDiscriminator(nn.Module):
    """Classify words by domain from their features.

    One hidden layer, word by word, as in TPANN (Gui et al., 2017).

    Parameters
    ----------
    feature_dim
        Size of a feature vector.
    hidden
        Size of the hidden layer.
    """

    def __init__(self, feature_dim: int, hidden: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(feature_dim, hidden)
        self.classifier = nn.Linear(hidden, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Return logits of the target domain, `[words]`, of features `[words, feature_dim]`."""
        return widened(self.classifier(torch.tanh(self.hidden(features)))).squeeze(-1)


def domain_loss(source: Tensor, target: Tensor) -> Tensor:
    """Return the cross entropy of the domains, a scalar; both weigh the same.

    Parameters
    ----------
    source, target
        Logits of the target domain for the words of each domain, `[words]`, at least one each.
    """
    losses = [
        F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))
        for label, logits in ((0.0, source), (1.0, target))
    ]
    return torch.stack(losses).mean()


def domain_accuracy(source: Tensor, target: Tensor) -> float:
    """Return the discriminator's accuracy in per cent, the mean of both domains.

    Parameters
    ----------
    source, target
        As for `domain_loss`. Whoever guesses gets 50, however many words each domain has.
    """
    correct = (source < 0).double().mean() + (target > 0).double().mean()
    return 50.0 * correct.item()


def word_features(features: Tensor, batch: Batch) -> Tensor:
    """Pick the features of words out of a branch's, without padding and without the parser's root.

    Parameters
    ----------
    features
        `[batch, positions, feature_dim]`; the last positions are those of the words.
    batch
        The sentences.

    Returns
    -------
    Tensor
        `[words, feature_dim]`.
    """
    return features[:, -batch.words.shape[1] :][batch.mask]
