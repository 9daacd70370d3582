import pytest
import torch

from mutspad.models.dropout import Dropout


@pytest.mark.parametrize("rate", [0.1, 0.33, 0.5])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32, torch.float64])
def test_every_element_is_dropped_by_itself_at_the_rate(rate, dtype):
    # 401 elements: the last random number of a draw serves one of them only.
    dropped = torch.stack([Dropout(rate)(torch.ones(401, dtype=dtype)) == 0 for _ in range(4000)])
    assert abs(dropped.double().mean().item() - rate) < 0.002
    by_place = dropped.double().mean(dim=0)
    assert (by_place - rate).abs().max() < 5 * (rate * (1 - rate) / 4000) ** 0.5
    neighbours = (dropped[:, 1:] & dropped[:, :-1]).double().mean(dim=0)
    assert (neighbours - rate**2).abs().max() < 5 * (rate**2 / 4000) ** 0.5


def test_elements_are_dropped_at_the_rate_and_the_mean_is_kept():
    inputs = torch.ones(400, 400, requires_grad=True)
    outputs = Dropout(0.3)(inputs)
    assert set(outputs.unique().tolist()) == {0.0, torch.tensor(1 / 0.7).item()}
    assert abs((outputs == 0).float().mean().item() - 0.3) < 0.01
    outputs.sum().backward()
    assert torch.equal(inputs.grad, outputs.detach())


def test_nothing_is_dropped_or_drawn_outside_training():
    inputs = torch.randn(3, 4)
    before = torch.get_rng_state()
    assert Dropout(0.3).eval()(inputs) is inputs
    assert Dropout(0.0)(inputs) is inputs
    assert torch.equal(torch.get_rng_state(), before)
