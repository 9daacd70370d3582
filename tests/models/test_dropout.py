import torch

from mutspad.models.dropout import Dropout


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
