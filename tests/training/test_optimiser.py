import copy
import math

import pytest
import torch
from torch import nn

from mutspad.models.contextual import ContextualWords
from mutspad.models.transformer import HuggingFaceEncoder
from mutspad.training.optimiser import Optimiser, clip_gradient, learning_rate


@pytest.fixture
def params(make_run):
    settings = {"learning_rate": 0.1, "momentum": 0.8, "final_rate": 0.1, "clip_norm": 1e9}
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


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("linear", [0.0, 0.05, 0.1, 0.055, 0.01]),
        ("cosine", [0.0, 0.05, 0.1, 0.055, 0.01]),
        ("constant", [0.0, 0.05, 0.1, 0.1, 0.1]),
    ],
)
def test_the_rate_rises_and_falls_over_the_training(make_run, schedule, expected):
    settings = {"learning_rate": 0.1, "warmup": 0.2, "final_rate": 0.1, "schedule": schedule}
    params = make_run(training=settings).training
    rates = [learning_rate(done, params, 1) for done in (0.0, 0.1, 0.2, 0.6, 1.0)]
    assert rates == pytest.approx(expected)


def test_a_cosine_falls_slowly_first(make_run):
    params = {
        schedule: make_run(training={"schedule": schedule}).training
        for schedule in ("linear", "cosine")
    }
    assert learning_rate(0.2, params["cosine"], 1) > learning_rate(0.2, params["linear"], 1)
    assert learning_rate(0.8, params["cosine"], 1) < learning_rate(0.8, params["linear"], 1)


def test_the_rate_of_sgd_makes_up_for_the_division_by_the_number_of_tasks(params):
    assert learning_rate(0.5, params, 4) == pytest.approx(4 * learning_rate(0.5, params, 1))
    adam = params.model_copy(update={"optimiser": "adam"})
    assert learning_rate(0.5, adam, 4) == learning_rate(0.5, adam, 1)


def test_adam_steps_by_its_rate_whatever_the_gradient(params):
    model, _ = _twins()
    optimiser = Optimiser(model, params.model_copy(update={"optimiser": "adam"}), n_tasks=1)
    rate = optimiser.set_progress(0.0)
    before = copy.deepcopy(model.state_dict())
    optimiser.step(model(torch.tensor([1, 1, 4])))
    moved = {name: (weights - before[name]).abs() for name, weights in model.state_dict().items()}
    torch.testing.assert_close(moved["linear.bias"], torch.full((2,), rate), rtol=1e-2, atol=0)
    torch.testing.assert_close(
        moved["words.weight"][[1, 4]], torch.full((2, 3), rate), rtol=1e-2, atol=0
    )
    assert not moved["words.weight"][[0, 2, 3, 5]].any()


class Stack(nn.Module):
    """Three layers that move alike but for their rates."""

    def __init__(self):
        super().__init__()
        self.stack = nn.ModuleList(nn.Linear(2, 2) for _ in range(3))

    def layers(self):
        return [[*layer.parameters()] for layer in self.stack]

    def forward(self, sentences):
        hidden = torch.ones(len(sentences), 1, 2)
        for layer in self.stack:
            hidden = layer(hidden)
        return hidden[:, :, None]


@pytest.mark.parametrize("kind", ["sgd", "adam"])
@pytest.mark.parametrize("done", [0.0, 0.5])
def test_the_layers_of_an_encoder_move_less_the_lower_they_are(params, kind, done):
    torch.manual_seed(0)
    params = params.model_copy(update={"optimiser": kind})
    words = ContextualWords(1, 2, Stack(), 0.01, 0.5)
    optimiser = Optimiser(words, params, n_tasks=4)
    share = optimiser.set_progress(done) / optimiser.set_progress(0.0)
    optimiser.set_progress(done)
    before = [layer.bias.detach().clone() for layer in words.encoder.stack]
    optimiser.step(words.mix(words.encoder([("a",)])).square().sum())
    for layer, old, rate in zip(words.encoder.stack, before, (0.0025, 0.005, 0.01), strict=True):
        moved = (layer.bias.detach() - old).abs()
        torch.testing.assert_close(moved, torch.full((2,), rate * share), rtol=1e-2, atol=0)


def test_the_layers_of_a_transformer_do_so_too(params, bert):
    encoder = HuggingFaceEncoder.from_source(bert)
    words = ContextualWords(encoder.n_layers, encoder.dim, encoder, 0.01, 0.5)
    optimiser = Optimiser(words, params, n_tasks=1)
    optimiser.set_progress(0.0)
    before = [[weight.detach().clone() for weight in layer] for layer in encoder.layers()]
    optimiser.step(words.mix(encoder([("the", "cats"), ("mary",)])).cos().sum())
    moved = [
        max(float((new - old).abs().max().detach()) for new, old in zip(now, then, strict=True))
        for now, then in zip(encoder.layers(), before, strict=True)
    ]
    assert moved == pytest.approx([0.0025, 0.005, 0.01], rel=0.02)


def test_an_encoder_without_decay_moves_alike_and_with_all_of_it_at_the_top_alone(params):
    for decay, expected in ((1.0, [0.01, 0.01, 0.01]), (0.0, [0.01, 0.0, 0.0])):
        words = ContextualWords(1, 2, Stack(), 0.01, decay)
        assert [rate for _, rate in words.layer_rates()] == expected
    frozen = ContextualWords(1, 2)
    assert frozen.layer_rates() == []
    assert len(Optimiser(frozen, params, n_tasks=1).groups()) == 1


@pytest.mark.parametrize("kind", ["sgd", "adam"])
def test_an_optimiser_resumes_where_its_state_was_taken(params, kind):
    params = params.model_copy(update={"optimiser": kind})
    (one, _), (two, _) = _twins(), _twins()
    first = Optimiser(one, params, n_tasks=1)
    first.step(one(torch.tensor([1])))
    second = Optimiser(two, params, n_tasks=1)
    two.load_state_dict(copy.deepcopy(one.state_dict()))
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    for model, optimiser in ((one, first), (two, second)):
        optimiser.step(model(torch.tensor([1, 4])))
    for left, right in zip(one.parameters(), two.parameters(), strict=True):
        assert torch.equal(left, right)


def test_dense_parameters_take_momentum_by_hand(params):
    weight = nn.Parameter(torch.tensor([2.0]))
    model = nn.ParameterList([weight])
    optimiser = Optimiser(model, params, n_tasks=1)
    expected, momentum = 2.0, 0.0
    for done in (0.0, 0.25, 0.5, 0.75):
        rate = optimiser.set_progress(done)
        optimiser.step((weight**2).sum() / 2)
        momentum = 0.8 * momentum + expected
        expected -= rate * momentum
        assert weight.item() == pytest.approx(expected)


def test_a_parameter_that_joins_later_starts_without_momentum(params):
    model, _ = _twins()
    optimiser = Optimiser(model, params, n_tasks=1)
    rate = optimiser.set_progress(0.0)
    optimiser.step(model(torch.tensor([1])))
    before = model.unused.bias.detach().clone()
    optimiser.step(model.unused(torch.ones(3)).sum() + model(torch.tensor([1])))
    torch.testing.assert_close(model.unused.bias.detach(), before - rate)


def test_sparse_rows_take_the_equivalent_rate_and_no_momentum(params):
    model, _ = _twins()
    optimiser = Optimiser(model, params, n_tasks=1)
    rate = optimiser.set_progress(0.0)
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
    optimiser.set_progress(0.0)
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
    assert norm == pytest.approx(expected.item())
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
