"""Bidirectional LSTMs that are exact whatever the padding, and never packed.

Packed sequences miss the fused kernel of `nn.LSTM` on CPU. Here each direction is one
unidirectional LSTM over plain tensors; the backward one reads every sequence reversed within its
own length, so that padding stands at the end for both and no real position ever sees it.
"""

import torch
from torch import Tensor, nn

from mutspad.models.mixed_lstm import mixed_bilstm
from mutspad.models.precision import has_bf16_lstm

WIDE = 256
"""From this hidden size on, `mixed_bilstm` is faster than `nn.LSTM` in bfloat16."""


class BiLSTM(nn.Module):
    """Read sequences in both directions.

    Parameters
    ----------
    input_dim
        Size of an input vector.
    hidden
        Size of one direction; an output has twice as much, forward half first.
    learned_state
        Whether the initial states are parameters, zero at first, rather than zeros.
    """

    def __init__(self, input_dim: int, hidden: int, *, learned_state: bool = False) -> None:
        super().__init__()
        self.output_dim = 2 * hidden
        self.ahead = nn.LSTM(input_dim, hidden, batch_first=True)
        self.back = nn.LSTM(input_dim, hidden, batch_first=True)
        self.initial: nn.Parameter | None = None
        if learned_state:
            self.initial = nn.Parameter(torch.zeros(2, 2, hidden))

    def forward(self, inputs: Tensor, lens: Tensor) -> Tensor:
        """Return the outputs, `[batch, words, 2 * hidden]`; those at padding mean nothing.

        Parameters
        ----------
        inputs
            `[batch, words, input_dim]`.
        lens
            Length of each sequence, at least 1, `[batch]`.
        """
        order = _reversal(lens, inputs.shape[1])
        if self._is_mixed(inputs):
            weights = (*self.ahead.parameters(), *self.back.parameters())
            dtype = torch.get_autocast_dtype("cpu")
            return mixed_bilstm(inputs, order, self.initial, weights, dtype)
        ahead, back = self._run(inputs, order)
        return torch.cat([ahead, _reorder(back, order)], dim=-1)

    def final_states(self, inputs: Tensor, lens: Tensor) -> Tensor:
        """Return where each direction ends, `[batch, 2 * hidden]`; arguments as for `forward`."""
        ahead, back = self._run(inputs, _reversal(lens, inputs.shape[1]))
        ends = torch.arange(len(lens), device=lens.device) * inputs.shape[1] + lens - 1
        return torch.cat(
            [outputs.flatten(0, 1).index_select(0, ends) for outputs in (ahead, back)], dim=-1
        )

    def _is_mixed(self, inputs: Tensor) -> bool:
        """Say whether the layer trains in mixed precision and is wide enough to gain by it."""
        wide = self.ahead.hidden_size >= WIDE
        return wide and inputs.device.type == "cpu" and torch.is_autocast_enabled("cpu")

    def _run(self, inputs: Tensor, order: Tensor) -> tuple[Tensor, Tensor]:
        """Return the outputs of both directions, the backward ones in reversed order."""
        if torch.is_autocast_enabled("cpu") and not has_bf16_lstm():
            with torch.autocast("cpu", enabled=False):
                return self._run(inputs.float(), order)
        ahead, _ = self.ahead(inputs, self._state(0, len(inputs)))
        back, _ = self.back(_reorder(inputs, order), self._state(1, len(inputs)))
        return ahead, back

    def _state(self, direction: int, batch: int) -> tuple[Tensor, Tensor] | None:
        """Return the initial states of one direction, each `[1, batch, hidden]`."""
        if self.initial is None:
            return None
        hidden, cell = self.initial[direction, :, None, None].expand(-1, -1, batch, -1)
        return hidden.contiguous(), cell.contiguous()


class HighwayBiLSTM(nn.Module):
    """Stack bidirectional LSTMs with gated shortcuts (the Stanford parser's encoder, paper 5.3).

    Each layer gives `h + sigmoid(gate(x)) * tanh(highway(x))`, where `h` is the LSTM's output on
    the layer's input `x`; dropout stands between layers, not before the first or after the last.
    """

    def __init__(self, input_dim: int, hidden: int, *, layers: int, dropout: float) -> None:
        super().__init__()
        self.output_dim = 2 * hidden
        dims = [input_dim] + [self.output_dim] * (layers - 1)
        self.lstms = nn.ModuleList(BiLSTM(dim, hidden, learned_state=True) for dim in dims)
        self.gates = nn.ModuleList(nn.Linear(dim, self.output_dim) for dim in dims)
        self.highways = nn.ModuleList(nn.Linear(dim, self.output_dim) for dim in dims)
        for linear in (*self.gates, *self.highways):
            nn.init.zeros_(linear.bias)
        self.dropout = nn.Dropout(dropout)

    def forward(self, inputs: Tensor, lens: Tensor) -> Tensor:
        """Return the last outputs, `[batch, words, 2 * hidden]`; arguments as for `BiLSTM`."""
        outputs = inputs
        for layer, (lstm, gate, highway) in enumerate(
            zip(self.lstms, self.gates, self.highways, strict=True)
        ):
            inputs = self.dropout(outputs) if layer > 0 else outputs
            outputs = lstm(inputs, lens) + torch.sigmoid(gate(inputs)) * torch.tanh(highway(inputs))
        return outputs


def _reversal(lens: Tensor, width: int) -> Tensor:
    """Index rows of a flattened `[batch, width]` so that each sequence is reversed in its length.

    Padding stays where it is, so the order is its own inverse, `[batch * width]`.
    """
    places = torch.arange(width, device=lens.device).expand(len(lens), width)
    ends = lens[:, None]
    reversed_places = torch.where(places < ends, ends - 1 - places, places)
    starts = torch.arange(len(lens), device=lens.device)[:, None] * width
    return (starts + reversed_places).flatten()


def _reorder(inputs: Tensor, order: Tensor) -> Tensor:
    """Reorder the positions of `[batch, words, dim]` by an index of its flattened rows."""
    return inputs.flatten(0, 1).index_select(0, order).view_as(inputs)
