import math

import pytest
import torch
from torch import nn

from mutspad.models.adversarial import (
    DomainDiscriminator,
    domain_accuracy,
    domain_loss,
    reverse_gradient,
    word_features,
)
from mutspad.tasks import TASKS, Task

SCALES = [0.0, 0.3, 1.0, 2.5]


def _numeric_gradient(function, values, step=1e-6):
    """Differentiate a scalar function of a tensor by central differences."""
    gradient = torch.zeros_like(values)
    for index in range(values.numel()):
        shift = torch.zeros_like(values)
        shift.view(-1)[index] = step
        with torch.no_grad():
            gradient.view(-1)[index] = (function(values + shift) - function(values - shift)) / (
                2 * step
            )
    return gradient


@pytest.mark.parametrize("scale", SCALES)
def test_the_reversed_gradient_is_minus_scale_times_the_numeric_one(scale):
    values = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    weights = torch.randn(3, 2, dtype=torch.float64)

    def function(inputs):
        return torch.tanh(inputs @ weights).square().sum()

    (seen,) = torch.autograd.grad(function(reverse_gradient(values, scale)), values)
    numeric = _numeric_gradient(function, values.detach())
    assert numeric.abs().max() > 0.1
    torch.testing.assert_close(seen, -scale * numeric, rtol=1e-7, atol=1e-8)


def test_values_pass_unchanged():
    values = torch.randn(4, 3)
    assert torch.equal(reverse_gradient(values, 0.7), values)


@pytest.mark.parametrize("scale", SCALES)
def test_the_discriminator_descends_while_what_feeds_it_ascends(scale):
    torch.manual_seed(3)
    below = nn.Linear(5, 4).double()
    discriminator = DomainDiscriminator(4, 6).double()
    source, target = torch.randn(7, 5).double(), torch.randn(2, 5).double()

    def loss(reverse):
        logits = [
            discriminator(reverse_gradient(below(words), scale) if reverse else below(words))
            for words in (source, target)
        ]
        return domain_loss(*logits)

    parameters = [*below.parameters(), *discriminator.parameters()]
    plain = torch.autograd.grad(loss(reverse=False), parameters)
    reversed_ = torch.autograd.grad(loss(reverse=True), parameters)
    n_below = len(list(below.parameters()))
    for number, (before, after) in enumerate(zip(plain, reversed_, strict=True)):
        factor = -scale if number < n_below else 1.0
        torch.testing.assert_close(after, factor * before, rtol=1e-12, atol=0.0)


def test_the_discriminator_is_one_hidden_layer_a_word():
    discriminator = DomainDiscriminator(4, 6)
    sizes = {name: list(weight.shape) for name, weight in discriminator.named_parameters()}
    assert sizes == {
        "hidden.weight": [6, 4],
        "hidden.bias": [6],
        "classifier.weight": [1, 6],
        "classifier.bias": [1],
    }
    features = torch.randn(5, 4)
    hidden = torch.tanh(features @ discriminator.hidden.weight.T + discriminator.hidden.bias)
    expected = hidden @ discriminator.classifier.weight[0] + discriminator.classifier.bias
    torch.testing.assert_close(discriminator(features), expected)


def test_both_domains_weigh_the_same_however_many_words():
    source, target = torch.tensor([1.0, -2.0, 0.5]), torch.tensor([3.0])
    of_source = sum(math.log1p(math.exp(x)) for x in source.tolist()) / 3
    of_target = math.log1p(math.exp(-3.0))
    assert domain_loss(source, target).item() == pytest.approx((of_source + of_target) / 2)
    assert domain_loss(source.repeat(9), target).item() == pytest.approx(
        (of_source + of_target) / 2
    )
    assert domain_accuracy(source, target) == pytest.approx(100 * (1 / 3 + 1) / 2)
    assert domain_accuracy(torch.ones(8), torch.ones(2)) == 50.0
    assert domain_accuracy(torch.zeros(8), torch.zeros(2)) == 0.0


def test_a_discriminator_learns_what_tells_the_domains():
    torch.manual_seed(1)
    discriminator = DomainDiscriminator(3, 8)
    optimiser = torch.optim.SGD(discriminator.parameters(), lr=1.0)
    source, target = torch.randn(40, 3), torch.randn(15, 3) + torch.tensor([2.0, 0.0, 0.0])
    for _ in range(60):
        loss = domain_loss(discriminator(source), discriminator(target))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.5
    assert domain_accuracy(discriminator(source), discriminator(target)) > 75


@pytest.mark.parametrize("task", TASKS)
def test_features_are_those_of_words_only(task, build_model, batch, sentences):
    model = build_model([task]).eval()
    features = model.features(batch, [task])[task]
    chosen = word_features(features, batch)
    n_words = sum(map(len, sentences))
    assert chosen.shape == (n_words, model.feature_dim(task))
    first = 1 if task is Task.DEP else 0  # the parser's root stands at position 0
    expected = [features[row, first : first + len(s)] for row, s in enumerate(sentences)]
    assert torch.equal(chosen, torch.cat(expected))
    # Neither padding nor the root gets a gradient.
    (gradient,) = torch.autograd.grad(chosen.sum(), features)
    assert gradient.sum().item() == n_words * model.feature_dim(task)


def test_features_that_are_given_are_not_computed_again(build_model, batch, monkeypatch):
    model = build_model([Task.POS]).eval()
    features = model.features(batch, [Task.POS])
    expected = model.losses(batch, [Task.POS])
    monkeypatch.setattr(model, "features", None)
    assert torch.equal(model.losses(batch, [Task.POS], features)[Task.POS], expected[Task.POS])
