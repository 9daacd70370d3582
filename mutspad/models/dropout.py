"""Dropout that does not wait for its random numbers."""

import torch
from torch import Tensor, nn


class Dropout(nn.Module):
    """Drop elements in training and scale up the others, as `nn.Dropout` does.

    On CPU, `nn.Dropout` draws from a Bernoulli kernel at about 10 ns an element, four times what
    uniform numbers and a comparison take; that was 7 % of a parser's step and more of a tagger's.

    Parameters
    ----------
    rate
        Share of elements to drop, from 0 to below 1.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, inputs: Tensor) -> Tensor:
        """Return a tensor of the shape of the inputs."""
        if not self.training or self.rate == 0.0:
            return inputs
        wide = torch.promote_types(inputs.dtype, torch.float32)
        kept = (torch.rand_like(inputs, dtype=wide) >= self.rate).to(inputs.dtype)
        return inputs * kept.mul_(1.0 / (1.0 - self.rate))
