"""LSTM layers as CUDA graphs: one launch for a pass, where cuDNN launches kernels for each step.

The layers are small: a GPU waits for the processor to launch their kernels. A graph is captured for
each shape that comes again and again; what comes in other shapes is read without one.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mutspad.models.fast.lstm import reversal

COMMON = 3
"""Times that a shape has to come before it is captured: a rare one is not worth it."""
GRAIN = 4
"""Sequences are padded to a multiple of this length, so that there are few shapes."""


class Layer(Protocol):
    """A layer, a module, that reads sequences and draws no random numbers."""

    def read(self, inputs: Tensor, order: Tensor) -> Tensor:
        """Return the outputs; `order` is the `reversal` of the sequences."""


class Graphs:
    """Keep the graphs of the layers of a model on a GPU.

    A graph holds the addresses of the weights, and overwrites the outputs of its last pass: use it
    only while the model stays where it is, and where a step reads each layer once and keeps nothing
    that has a gradient for the next one.
    """

    def __init__(self) -> None:
        self._seen: Counter[tuple[int, torch.Size]] = Counter()
        # The graphs of a layer share their memory: a step replays only one of them.
        self._pools: defaultdict[int, Any] = defaultdict(torch.cuda.graph_pool_handle)
        self._captured: dict[tuple[int, torch.Size], Callable[[Tensor, Tensor], Tensor]] = {}
        # A capture leaves nodes of the gradient on a stream of its own, which costs a little time.
        torch.autograd.graph.set_warn_on_accumulate_grad_stream_mismatch(False)

    def read(self, layer: Layer, inputs: Tensor, lens: Tensor) -> Tensor:
        """Return the outputs of a layer, `[batch, words, dim]`, those at padding without meaning.

        Parameters
        ----------
        layer
            What is captured.
        inputs
            `[batch, words, input_dim]`.
        lens
            Length of each sequence, `[batch]`.
        """
        width = inputs.shape[1]
        padded = F.pad(inputs, (0, 0, 0, -width % GRAIN))
        order = reversal(lens, padded.shape[1])
        key = id(layer), padded.shape
        self._seen[key] += 1
        if self._seen[key] == COMMON:
            self._captured[key] = _capture(layer, padded, order, self._pools[id(layer)])
        outputs = self._captured.get(key, layer.read)(padded, order)
        # Contiguous, as without graphs: on what has gaps, dropout shares its numbers out otherwise.
        return outputs[:, :width].contiguous()


_graphs: ContextVar[Graphs | None] = ContextVar("graphs", default=None)


@contextmanager
def using(graphs: Graphs | None) -> Iterator[None]:
    """Read layers by graphs, if there are any, while the block lasts."""
    token = _graphs.set(graphs)
    try:
        yield
    finally:
        _graphs.reset(token)


def current(inputs: Tensor) -> Graphs | None:
    """Return the graphs in use for inputs that have a gradient."""
    return _graphs.get() if inputs.requires_grad else None


class _Captured(nn.Module):
    """Give a layer a `forward` of its own, which PyTorch replaces by the graph."""

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, inputs: Tensor, order: Tensor) -> Tensor:
        """Return the outputs of the layer."""
        return self.layer.read(inputs, order)


def _capture(
    layer: Layer, inputs: Tensor, order: Tensor, pool: Any
) -> Callable[[Tensor, Tensor], Tensor]:
    """Capture both passes of a layer for inputs of this shape, in a pool of memory."""
    sample = torch.zeros_like(inputs).requires_grad_(), order.clone()
    graph = torch.cuda.make_graphed_callables(_Captured(layer), sample, pool=pool)
    return cast(Callable[[Tensor, Tensor], Tensor], graph)
