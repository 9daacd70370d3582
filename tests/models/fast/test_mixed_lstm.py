"""The LSTM of mixed precision against `nn.LSTM`, one direction at a time."""

import pytest
import torch

from mutspad.models.fast.lstm import WIDE, reversal
from mutspad.models.fast.mixed_lstm import mixed_bilstm
from mutspad.models.recurrent import BiLSTM, HighwayBiLSTM

LENS = torch.tensor([4, 1, 6, 3])
TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5, torch.bfloat16: 0.02}


def outputs_and_gradients(read, lstm, inputs):
    """Return outputs at words and the gradients of a random function of them."""
    mask = torch.arange(inputs.shape[1]) < LENS[:, None]
    outputs = read(inputs)[mask]
    weights = torch.randn(outputs.shape, generator=torch.Generator().manual_seed(5))
    total = (outputs * weights).sum()
    return [outputs, *torch.autograd.grad(total, [inputs, *lstm.parameters()])]


def mixed(lstm, inputs, dtype):
    weights = (*lstm.ahead.parameters(), *lstm.back.parameters())
    return mixed_bilstm(inputs, reversal(LENS, inputs.shape[1]), lstm.initial, weights, dtype)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("learned_state", [False, True])
@pytest.mark.parametrize("width", [6, 8])
def test_outputs_and_gradients_equal_those_of_the_plain_lstm(dtype, learned_state, width):
    wide = torch.promote_types(dtype, torch.float32)
    lstm = BiLSTM(3, 5, learned_state=learned_state).to(wide)
    if learned_state:
        torch.nn.init.normal_(lstm.initial)
    inputs = torch.randn(4, width, 3, dtype=wide, requires_grad=True)
    expected = outputs_and_gradients(lambda x: lstm(x, LENS), lstm, inputs)
    found = outputs_and_gradients(lambda x: mixed(lstm, x, dtype), lstm, inputs)
    assert found[0].dtype is dtype
    for ours, plain in zip(found, expected, strict=True):
        assert (ours - plain).norm() <= TOLERANCE[dtype] * plain.norm()


def test_sequences_of_one_word():
    lstm = BiLSTM(3, 5)
    inputs = torch.randn(2, 1, 3)
    ones = torch.ones(2, dtype=torch.int64)
    weights = (*lstm.ahead.parameters(), *lstm.back.parameters())
    found = mixed_bilstm(inputs, reversal(ones, 1), None, weights, torch.float32)
    torch.testing.assert_close(found, lstm(inputs, ones))


@pytest.mark.parametrize("hidden", [WIDE - 1, WIDE])
def test_a_layer_under_autocast_comes_near_the_plain_one(hidden):
    network = HighwayBiLSTM(4, hidden, layers=2, dropout=0.0)
    inputs = torch.randn(4, 6, 4, requires_grad=True)

    def narrow(x):
        with torch.autocast("cpu", torch.bfloat16):
            return network(x, LENS).float()

    expected = outputs_and_gradients(lambda x: network(x, LENS), network, inputs)
    found = outputs_and_gradients(narrow, network, inputs)
    for ours, plain in zip(found, expected, strict=True):
        assert (ours - plain).norm() <= 0.05 * plain.norm()


def test_a_narrow_layer_reads_in_float32_where_the_processor_has_no_kernel(monkeypatch):
    monkeypatch.setattr("mutspad.models.fast.lstm.has_bf16_lstm", lambda: False)
    lstm = BiLSTM(4, WIDE - 1)
    inputs = torch.randn(4, 6, 4)
    with torch.autocast("cpu", torch.bfloat16):
        found = lstm(inputs.bfloat16(), LENS)
        ends = lstm.final_states(inputs.bfloat16(), LENS)
    rounded = inputs.bfloat16().float()
    torch.testing.assert_close(found, lstm(rounded, LENS))
    torch.testing.assert_close(ends, lstm.final_states(rounded, LENS))
