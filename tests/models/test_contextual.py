import pytest
import torch

from mutspad.errors import EncoderError
from mutspad.models.contextual import ContextualWords, ScalarMix


def test_an_untrained_mixture_is_the_mean_of_the_layers():
    layers = torch.randn(2, 5, 3, 4)
    assert torch.allclose(ScalarMix(3)(layers), layers.mean(dim=2), atol=1e-6)


def test_a_mixture_weighs_layers_by_softmax_and_scales_the_sum():
    mix = ScalarMix(2)
    with torch.no_grad():
        mix.weights.copy_(torch.tensor([0.0, 1.0]))
        mix.scale.fill_(3.0)
    first, second = torch.randn(4), torch.randn(4)
    share = 1 / (1 + torch.tensor(-1.0).exp())
    expected = 3.0 * ((1 - share) * first + share * second)
    assert torch.allclose(mix(torch.stack([first, second])), expected, atol=1e-6)


def test_a_mixture_learns_its_weights():
    mix = ScalarMix(2)
    mix(torch.randn(3, 2, 4)).square().sum().backward()
    assert mix.weights.grad.abs().sum() > 0
    assert mix.scale.grad.abs() > 0


def test_a_batch_without_vectors_is_refused(batch):
    words = ContextualWords(n_layers=2, dim=3)
    with pytest.raises(EncoderError, match="expected contextual vectors, found none"):
        words(batch)


def test_a_model_whose_words_are_replaced_needs_something_in_their_place(build_model):
    with pytest.raises(ValueError, match="replaces_words: expected contextual vectors"):
        build_model(replaces_words=True)
