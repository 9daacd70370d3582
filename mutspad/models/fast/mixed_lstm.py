"""A bidirectional LSTM layer for training in bfloat16: narrow products, wide states.

`nn.LSTM` under autocast repacks its weights in every call, and its backward pass is hardly faster
than in float32. Here whatever has no recurrence is one product over all positions, both directions
take their steps together, and only the operands of products are narrow: gates, cells and their
gradients stay in float32.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor


def mixed_bilstm(
    inputs: Tensor,
    order: Tensor,
    initial: Tensor | None,
    weights: tuple[Tensor, ...],
    dtype: torch.dtype,
) -> Tensor:
    """Return the outputs of both directions, `[batch, words, 2 * hidden]`, in `dtype`.

    Parameters
    ----------
    inputs
        `[batch, words, input_dim]`.
    order
        Index of the flattened positions that reverses each sequence, its own inverse,
        `[batch * words]`.
    initial
        The initial states and cells of both directions, `[2, 2, hidden]`, or None for zeros.
    weights
        The four weights of the forward `nn.LSTM`, then those of the backward one.
    dtype
        Of the operands of products.
    """
    outputs: Tensor = _MixedBiLSTM.apply(  # type: ignore[no-untyped-call]
        inputs, order, initial, dtype, *weights
    )
    return outputs


class _Places(NamedTuple):
    """The position that each direction reads at each step.

    Parameters
    ----------
    read
        Rows of the flattened positions, `[2 * words * batch]`, direction by direction, step by
        step.
    written
        The other way round, `[batch * words * 2]`.
    """

    read: Tensor
    written: Tensor

    @classmethod
    def of(cls, order: Tensor, batch: int, width: int) -> "_Places":
        """Find the places; `order` as for `mixed_bilstm`."""
        forward = torch.arange(batch * width, device=order.device)
        read = torch.stack([forward, order]).view(2, batch, width).transpose(1, 2)
        steps = forward.view(width, batch).t().flatten()
        written = torch.stack([steps, batch * width + steps.index_select(0, order)], dim=1)
        return cls(read.flatten(), written.flatten())


class _Steps(NamedTuple):
    """Values of each step for the backward pass.

    Parameters
    ----------
    states
        In the narrow type, the initial ones first, `[2, 1 + words, batch, hidden]`.
    cells
        The initial ones first, `[1 + words, 2, batch, hidden]`.
    gates
        Sigmoids of the input, forget, candidate and output gates, `[words, 2, batch, 4, hidden]`.
    """

    states: Tensor
    cells: Tensor
    gates: Tensor


class _MixedBiLSTM(torch.autograd.Function):
    """Run an LSTM in both directions.

    The candidate's rows of all weights are doubled: as tanh(x) = 2 sigmoid(2x) - 1, one sigmoid
    serves all four gates.
    """

    @staticmethod
    def forward(
        ctx: Any,
        inputs: Tensor,
        order: Tensor,
        initial: Tensor | None,
        dtype: torch.dtype,
        *weights: Tensor,
    ) -> Tensor:
        """Return the outputs; arguments as for `mixed_bilstm`."""
        batch, width, _ = inputs.shape
        places = _Places.of(order, batch, width)
        of_input, of_state, bias, other_bias = (
            _narrow(pair, dtype) for pair in zip(weights[:4], weights[4:], strict=True)
        )
        read = inputs.to(dtype).flatten(0, 1).index_select(0, places.read)
        read = read.view(2, width * batch, -1)
        sums = torch.baddbmm((bias + other_bias)[:, None], read, of_input.mT)
        steps = _step_ahead(sums.view(2, width, batch, -1), of_state, initial)
        ctx.save_for_backward(read, of_input, of_state, *places, *steps)
        ctx.input_dtype, ctx.learned = inputs.dtype, initial is not None
        written = steps.states[:, 1:].flatten(0, 2).index_select(0, places.written)
        return written.view(batch, width, -1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of the arguments of `forward`."""
        read, of_input, of_state, *rest = ctx.saved_tensors
        places, steps = _Places(*rest[:2]), _Steps(*rest[2:])
        batch, width, _ = gradient.shape
        hidden = of_state.shape[-1]
        of_outputs = gradient.reshape(batch * width, 2, hidden).transpose(0, 1).flatten(0, 1)
        rows = places.read.view(2, width, batch).clone()
        rows[1] += batch * width
        of_outputs = of_outputs.index_select(0, rows.transpose(0, 1).flatten())
        sums, of_cell, of_bias = _step_back(
            of_outputs.view(width, 2, batch, hidden).to(steps.cells), steps, of_state
        )
        flat = sums.flatten(1, 2)
        of_read = torch.bmm(flat, of_input).flatten(0, 1).index_select(0, places.written)
        of_inputs = of_read.view(batch, width, 2, -1).sum(dim=2).to(ctx.input_dtype)
        of_initial = None
        if ctx.learned:
            of_start = torch.bmm(sums[:, 0], of_state).to(of_cell)
            of_initial = torch.stack([of_start.sum(dim=1), of_cell.sum(dim=1)], dim=1)
        before = steps.states[:, :-1].flatten(1, 2)
        of_weights = [
            _widen(product, steps.cells.dtype)
            for product in (*(torch.bmm(flat.mT, side) for side in (read, before)), of_bias)
        ]
        ahead, back = ([weight[side] for weight in of_weights] for side in (0, 1))
        return of_inputs, None, of_initial, None, *ahead, ahead[-1], *back, back[-1]


def _step_ahead(sums: Tensor, of_state: Tensor, initial: Tensor | None) -> _Steps:
    """Take all steps from the sums of the input, `[2, words, batch, 4 * hidden]`; alters them."""
    _, width, batch, _ = sums.shape
    hidden = of_state.shape[-1]
    wide = torch.promote_types(sums.dtype, torch.float32)
    states = sums.new_zeros(2, 1 + width, batch, hidden)
    cells = sums.new_zeros(1 + width, 2, batch, hidden, dtype=wide)
    gates = sums.new_empty(width, 2, batch, 4, hidden, dtype=wide)
    if initial is not None:
        states[:, 0], cells[0] = initial[:, 0, None], initial[:, 1, None]
    recurrent = of_state.mT
    for step in range(width):
        sums[:, step].baddbmm_(states[:, step], recurrent)
        sigmoids = gates[step].copy_(sums[:, step].view(2, batch, 4, hidden)).sigmoid_()
        entered, kept, candidate, shown = sigmoids.unbind(2)
        # What is kept of the cell before, and what enters of the candidate, by its sigmoid.
        cell = torch.mul(kept, cells[step], out=cells[step + 1]).sub_(entered)
        cell.addcmul_(entered, candidate, value=2)
        states[:, step + 1] = shown * cell.tanh()
    return _Steps(states, cells, gates)


def _step_back(
    of_outputs: Tensor, steps: _Steps, of_state: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Take all steps back.

    Parameters
    ----------
    of_outputs
        Gradient of the outputs, `[words, 2, batch, hidden]`.
    steps, of_state
        What the way ahead left, and the narrow recurrent weights, `[2, 4 * hidden, hidden]`.

    Returns
    -------
    sums
        Gradient of the gates' sums in the narrow type, `[2, words, batch, 4 * hidden]`.
    of_cell
        Gradient of the initial cells, `[2, batch, hidden]`.
    of_bias
        Gradient of the sums, summed in the wide type, `[2, 4 * hidden]`.
    """
    entered, kept, candidate, shown = steps.gates.unbind(3)
    tanhs = steps.cells[1:].tanh()
    # What a unit of gradient of the cell, and for the output gate of the state, comes to.
    slopes = torch.addcmul(steps.gates, steps.gates, steps.gates, value=-1)
    factors = (2 * candidate - 1, steps.cells[:-1], 2 * entered, tanhs)
    for slope, factor in zip(slopes.unbind(3), factors, strict=True):
        slope.mul_(factor)
    into_cell = shown * (1 - tanhs.square())
    of_cell = torch.zeros_like(of_outputs[0])
    sums = steps.states.new_empty(*of_outputs.shape[1::-1], *slopes.shape[2:])
    for step in reversed(range(len(of_outputs))):
        of_state_now = of_outputs[step]
        if step + 1 < len(of_outputs):
            of_state_now += torch.bmm(sums[:, step + 1].flatten(2), of_state)
        of_cell.addcmul_(of_state_now, into_cell[step])
        slopes[step, :, :, :3].mul_(of_cell[:, :, None])
        slopes[step, :, :, 3].mul_(of_state_now)
        sums[:, step] = slopes[step]
        of_cell.mul_(kept[step])
    return sums.flatten(3), of_cell, slopes.sum(dim=(0, 2)).flatten(1)


def _narrow(directions: tuple[Tensor, Tensor], dtype: torch.dtype) -> Tensor:
    """Stack a weight of both directions in a type, the candidate's rows doubled."""
    stacked = directions[0].new_empty(2, *directions[0].shape, dtype=dtype)
    for row, weight in zip(stacked, directions, strict=True):
        row.copy_(weight)
    stacked.chunk(4, dim=1)[2].mul_(2)
    return stacked


def _widen(gradient: Tensor, dtype: torch.dtype) -> Tensor:
    """Turn the gradient of a narrow weight into that of the weight that it came from."""
    widened = gradient.to(dtype)
    widened.chunk(4, dim=1)[2].mul_(2)
    return widened
