"""Bidirectional LSTMs over plain tensors: packed sequences miss the fused kernel of `nn.LSTM`.

The backward direction reads every sequence reversed within its own length, so that padding stands
at the end for both directions and no real position ever sees it.
"""

from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from mutspad.models.fast import enabled
from mutspad.models.fast.mixed_lstm import mixed_bilstm

WIDE = 256
"""From this hidden size on, `mixed_bilstm` is faster than `nn.LSTM` in bfloat16."""

Directions = tuple[nn.LSTM, nn.LSTM]


def read(directions: Directions, initial: Tensor | None, inputs: Tensor, order: Tensor) -> Tensor:
    """Return the outputs of both directions, `[batch, words, 2 * hidden]`.

    Parameters
    ----------
    directions
        The forward and the backward LSTM.
    initial
        Their initial states and cells, `[2, 2, hidden]`, or None for zeros.
    inputs
        `[batch, words, input_dim]`.
    order
        The `reversal` of the sequences.
    """
    if _is_mixed(directions, inputs):
        weights = (*directions[0].parameters(), *directions[1].parameters())
        return mixed_bilstm(inputs, order, initial, weights, torch.get_autocast_dtype("cpu"))
    ahead, back = _run(directions, initial, inputs, order)
    return torch.cat([ahead, _reorder(back, order)], dim=-1)


def read_to_the_ends(
    directions: Directions, initial: Tensor | None, inputs: Tensor, lens: Tensor
) -> Tensor:
    """Return where each direction ends, `[batch, 2 * hidden]`.

    Arguments as for `read`, but for `lens`: the length of each sequence, at least 1, `[batch]`.
    """
    both = _run(directions, initial, inputs, reversal(lens, inputs.shape[1]))
    ends = torch.arange(len(lens), device=lens.device) * inputs.shape[1] + lens - 1
    return torch.cat([outputs.flatten(0, 1).index_select(0, ends) for outputs in both], dim=-1)


def reversal(lens: Tensor, width: int) -> Tensor:
    """Index rows of a flattened `[batch, width]` so that each sequence is reversed in its length.

    Padding stays where it is, so the order is its own inverse, `[batch * width]`.
    """
    places = torch.arange(width, device=lens.device).expand(len(lens), width)
    ends = lens[:, None]
    reversed_places = torch.where(places < ends, ends - 1 - places, places)
    starts = torch.arange(len(lens), device=lens.device)[:, None] * width
    return (starts + reversed_places).flatten()


@cache
def has_bf16_lstm() -> bool:
    """Return whether `nn.LSTM` runs in bfloat16 on this processor.

    Where oneDNN has no such kernel, it refuses instead of taking another one.
    """
    with_onednn: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return not with_onednn or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _is_mixed(directions: Directions, inputs: Tensor) -> bool:
    """Return whether a layer trains in mixed precision and is wide enough to gain by it."""
    wide = directions[0].hidden_size >= WIDE
    return (
        enabled("mixed_lstm")
        and wide
        and inputs.device.type == "cpu"
        and torch.is_autocast_enabled("cpu")
    )


def _run(
    directions: Directions, initial: Tensor | None, inputs: Tensor, order: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the outputs of both directions, the backward ones in reversed order."""
    if torch.is_autocast_enabled("cpu") and not has_bf16_lstm():
        with torch.autocast("cpu", enabled=False):
            return _run(directions, initial, inputs.float(), order)
    states = (None, None) if initial is None else [_state(start, len(inputs)) for start in initial]
    ahead, _ = directions[0](inputs, states[0])
    back, _ = directions[1](_reorder(inputs, order), states[1])
    return ahead, back


def _state(start: Tensor, batch: int) -> tuple[Tensor, Tensor]:
    """Repeat the initial state and cell of a direction, `[2, hidden]`, for each sequence."""
    hidden, cell = start[:, None, None].expand(-1, -1, batch, -1)
    return hidden.contiguous(), cell.contiguous()


def _reorder(inputs: Tensor, order: Tensor) -> Tensor:
    """Reorder the positions of `[batch, words, dim]` by a `reversal` of its flattened rows."""
    reordered: Tensor = _Reorder.apply(inputs.flatten(0, 1), order)  # type: ignore[no-untyped-call]
    return reordered.view_as(inputs)


class _Reorder(torch.autograd.Function):
    """Select rows by an order that is its own inverse.

    So is its gradient, where that of `index_select` adds up rows, which a GPU does by sorting them.
    """

    @staticmethod
    def forward(ctx: Any, rows: Tensor, order: Tensor) -> Tensor:
        """Return the rows in order."""
        ctx.save_for_backward(order)
        return rows.index_select(0, order)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """Return the gradient of the rows."""
        (order,) = ctx.saved_tensors
        return gradient.index_select(0, order), None
