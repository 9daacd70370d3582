import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from mutspad.models.recurrent import BiLSTM, HighwayBiLSTM

LENS = torch.tensor([4, 1, 6, 3])


def packed_twin(lstm, input_dim, hidden):
    """Return torch's own bidirectional LSTM with the same weights."""
    twin = nn.LSTM(input_dim, hidden, batch_first=True, bidirectional=True)
    weights = {
        **lstm.ahead.state_dict(),
        **{f"{k}_reverse": v for k, v in lstm.back.state_dict().items()},
    }
    twin.load_state_dict(weights)
    return twin


def mask_of(lens, width):
    return torch.arange(width) < lens[:, None]


@pytest.mark.parametrize("learned_state", [False, True])
def test_outputs_and_gradients_equal_the_packed_lstm(learned_state):
    lstm = BiLSTM(3, 5, learned_state=learned_state)
    twin = packed_twin(lstm, 3, 5)
    state = None
    if learned_state:
        nn.init.normal_(lstm.initial)
        state = tuple(lstm.initial[:, part, None].repeat(1, 4, 1) for part in (0, 1))
    inputs = torch.randn(4, 6, 3)
    mask = mask_of(LENS, 6)
    outputs = lstm(inputs, LENS)
    packed = pack_padded_sequence(inputs, LENS, batch_first=True, enforce_sorted=False)
    expected, (final, _) = twin(packed, state)
    expected, _ = pad_packed_sequence(expected, batch_first=True)
    torch.testing.assert_close(outputs[mask], expected[mask])
    torch.testing.assert_close(
        lstm.final_states(inputs, LENS), final.transpose(0, 1).flatten(1), rtol=1e-5, atol=1e-6
    )
    outputs[mask].square().sum().backward()
    expected[mask].square().sum().backward()
    torch.testing.assert_close(lstm.ahead.weight_ih_l0.grad, twin.weight_ih_l0.grad)
    torch.testing.assert_close(lstm.back.weight_hh_l0.grad, twin.weight_hh_l0_reverse.grad)


@pytest.mark.parametrize(
    "network", [BiLSTM(3, 5, learned_state=True), HighwayBiLSTM(3, 5, layers=3, dropout=0.4)]
)
def test_padding_changes_nothing(network):
    network.eval()
    inputs = torch.randn(4, 6, 3)
    mask = mask_of(LENS, 6)
    wider = torch.cat([inputs.masked_fill(~mask[:, :, None], 99.0), torch.randn(4, 5, 3)], dim=1)
    torch.testing.assert_close(network(wider, LENS)[:, :6][mask], network(inputs, LENS)[mask])
    alone = network(inputs[:1, :4], LENS[:1])
    torch.testing.assert_close(alone[0], network(inputs, LENS)[0, :4])


def test_each_highway_layer_adds_its_gated_input():
    network = HighwayBiLSTM(3, 5, layers=2, dropout=0.4).eval()
    inputs = expected = torch.randn(4, 6, 3)
    for lstm, gate, highway in zip(network.lstms, network.gates, network.highways, strict=True):
        carried = gate(expected).sigmoid() * highway(expected).tanh()
        expected = lstm(expected, LENS) + carried
    torch.testing.assert_close(network(inputs, LENS), expected)
    assert all(not linear.bias.any() for linear in (*network.gates, *network.highways))


def test_dropout_stands_between_highway_layers_only():
    one, two = (HighwayBiLSTM(3, 5, layers=layers, dropout=0.5) for layers in (1, 2))
    inputs = torch.randn(4, 6, 3)
    assert torch.equal(one(inputs, LENS), one(inputs, LENS))
    assert not torch.equal(two(inputs, LENS), two(inputs, LENS))
