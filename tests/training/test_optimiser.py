import copy
import math

import pytest
import torch
from torch import nn

from mutspad.training.optimiser import Optimiser, clip_gradient, learning_rate


@pytest.fixture
def params(make_run):
    settings = {"learning_rate": 0.1, "momentum": 0.8, "decay": 0.5, "clip_norm": 1e9}
    return make_run(training=settings).training


class Lookup(nn.Module):
    """Two embeddings of the same words, one sparse, and a part that a step may leave out."""

    def __init__(self, *, sparse):
        super().__init__()
        self.words = nn.Embedding(6, 3, sparse=sparse)
        self.linear = nn.Linear(3, 2)
        self.unused = nn.Linear(3, 2)

    def forward(self, rows):
        return self.linear(self.words(rows)).square().sum()


def _twins():
    torch.manual_seed(0)
    sparse = Lookup(sparse=True)
    dense = Lookup(sparse=False)
    dense.load_state_dict(copy.deepcopy(sparse.state_dict()))
    return sparse, dense


def test_the_rate_decays_with_the_epoch(params):
    assert [learning_rate(epoch, params, 1) for epoch in range(3)] == pytest.approx(
        [0.1, 0.1 / 1.5, 0.05]
    )


def test_the_rate_makes_up_for_the_division_by_the_number_of_tasks(params):
    assert learning_rate(1, params, 4) == pytest.approx(4 * learning_rate(1, params, 1))


def test_dense_parameters_take_momentum_by_hand(params):
    weight = nn.Parameter(torch.tensor([2.0]))
    model = nn.ParameterList([weight])
    optimiser = Optimiser(model, params, n_tasks=1)
    expected, momentum = 2.0, 0.0
    for epoch in range(4):
        rate = optimiser.start_epoch(epoch)
        optimiser.step((weight**2).sum() / 2)
        momentum = 0.8 * momentum + expected
        expected -= rate * momentum
        assert weight.item() == pytest.approx(expected)


def test_a_parameter_that_joins_later_starts_without_momentum(params):
    model, _ = _twins()
    optimiser = Optimiser(model, params, n_tasks=1)
    rate = optimiser.start_epoch(0)
    optimiser.step(model(torch.tensor([1])))
    before = model.unused.bias.detach().clone()
    optimiser.step(model.unused(torch.ones(3)).sum() + model(torch.tensor([1])))
    torch.testing.assert_close(model.unused.bias.detach(), before - rate)


def test_sparse_rows_take_the_equivalent_rate_and_no_momentum(params):
    model, _ = _twins()
    optimiser = Optimiser(model, params, n_tasks=1)
    rate = optimiser.start_epoch(0)
    for _ in range(2):
        before = model.words.weight.detach().clone()
        loss = model(torch.tensor([1, 1, 4]))
        (gradient,) = torch.autograd.grad(loss, model.words.weight, retain_graph=True)
        optimiser.step(loss)
        expected = before - rate / (1 - 0.8) * gradient.to_dense()
        torch.testing.assert_close(model.words.weight.detach(), expected)
        assert torch.equal(model.words.weight[[0, 2, 3, 5]], before[[0, 2, 3, 5]])


def test_parameters_without_gradient_keep_still_despite_their_momentum(params):
    model, _ = _twins()
    optimiser = Optimiser(model, params, n_tasks=1)
    optimiser.start_epoch(0)
    optimiser.step(model.unused(torch.ones(3)).sum())
    before = model.unused.weight.detach().clone()
    optimiser.step(model(torch.tensor([1])))
    assert torch.equal(model.unused.weight, before)


@pytest.mark.parametrize("max_norm", [0.05, 1e6])
def test_clipping_sparse_equals_clipping_dense(max_norm):
    sparse, dense = _twins()
    rows = torch.tensor([1, 1, 4, 5])
    for model in (sparse, dense):
        model(rows).backward()
    norm = clip_gradient(sparse.parameters(), max_norm)
    expected = nn.utils.clip_grad_norm_(dense.parameters(), max_norm)
    assert norm.item() == pytest.approx(expected.item())
    torch.testing.assert_close(
        sparse.words.weight.grad.to_dense(), dense.words.weight.grad, rtol=1e-4, atol=1e-7
    )
    torch.testing.assert_close(
        sparse.linear.weight.grad, dense.linear.weight.grad, rtol=1e-4, atol=1e-7
    )


def test_a_gradient_that_is_no_number_changes_nothing(params):
    model, _ = _twins()
    before = copy.deepcopy(model.state_dict())
    norm = Optimiser(model, params, n_tasks=1).step(model(torch.tensor([2])) * float("nan"))
    assert math.isnan(norm)
    for name, weights in model.state_dict().items():
        assert torch.equal(weights, before[name])
