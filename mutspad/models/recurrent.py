"""Bidirectional LSTMs whose outputs do not depend on padding."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from mutspad.models import fast
from mutspad.models.dropout import Dropout
from mutspad.models.fast import graphs as fast_graphs
from mutspad.models.fast import lstm as fast_lstm


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
        if fast.enabled("lstm"):
            graphs = fast_graphs.current(inputs)
            if graphs is not None:
                return graphs.read(self, inputs, lens)
            return self.read(inputs, fast_lstm.reversal(lens, inputs.shape[1]))
        ahead, _ = self._read(0, inputs, lens)
        back, _ = self._read(1, _flip(inputs, lens), lens)
        return torch.cat([ahead, _flip(back, lens)], dim=-1)

    def read(self, inputs: Tensor, order: Tensor) -> Tensor:
        """Return the outputs as `forward` does, given the `reversal` of the sequences."""
        return fast_lstm.read((self.ahead, self.back), self.initial, inputs, order)

    def final_states(self, inputs: Tensor, lens: Tensor) -> Tensor:
        """Return where each direction ends, `[batch, 2 * hidden]`; arguments as for `forward`."""
        if fast.enabled("lstm"):
            return fast_lstm.read_to_the_ends((self.ahead, self.back), self.initial, inputs, lens)
        _, ahead = self._read(0, inputs, lens)
        _, back = self._read(1, _flip(inputs, lens), lens)
        return torch.cat([ahead, back], dim=-1)

    def _read(self, direction: int, inputs: Tensor, lens: Tensor) -> tuple[Tensor, Tensor]:
        """Return the outputs of one direction, zero at padding, and its last states."""
        state = None
        if self.initial is not None:
            repeated = self.initial[direction, :, None, None].expand(-1, -1, len(inputs), -1)
            state = (repeated[0].contiguous(), repeated[1].contiguous())
        packed = pack_padded_sequence(inputs, lens.cpu(), batch_first=True, enforce_sorted=False)
        outputs, (last, _) = (self.ahead, self.back)[direction](packed, state)
        padded, _ = pad_packed_sequence(outputs, batch_first=True, total_length=inputs.shape[1])
        return padded, last[0]


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
        self.dropout = Dropout(dropout)

    def forward(self, inputs: Tensor, lens: Tensor) -> Tensor:
        """Return the last outputs, `[batch, words, 2 * hidden]`; arguments as for `BiLSTM`."""
        outputs = inputs
        for layer, (lstm, gate, highway) in enumerate(
            zip(self.lstms, self.gates, self.highways, strict=True)
        ):
            inputs = self.dropout(outputs) if layer > 0 else outputs
            outputs = lstm(inputs, lens) + torch.sigmoid(gate(inputs)) * torch.tanh(highway(inputs))
        return outputs


def _flip(inputs: Tensor, lens: Tensor) -> Tensor:
    """Reverse each sequence within its length, `[batch, words, dim]`; padding becomes zero."""
    flipped = [row[:length].flip(0) for row, length in zip(inputs, lens.tolist(), strict=True)]
    padded = pad_sequence(flipped, batch_first=True)
    return F.pad(padded, (0, 0, 0, inputs.shape[1] - padded.shape[1]))
