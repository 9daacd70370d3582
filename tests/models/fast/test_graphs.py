"""LSTM layers by CUDA graphs and without them."""

import pytest
import torch

from mutspad.data.batching import collate, encode
from mutspad.models.fast import graphs
from mutspad.models.fast.graphs import COMMON, Graphs
from mutspad.models.precision import round_factors
from mutspad.tasks import TASKS
from mutspad.training.seeding import make_cuda_deterministic

on_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")


@pytest.fixture
def captures(monkeypatch):
    """Capture nothing and list the inputs of what would be captured."""
    captured = []

    def capture(module, sample, *, pool):
        captured.append(sample[0].shape)
        return module

    monkeypatch.setattr(torch.cuda, "make_graphed_callables", capture)
    monkeypatch.setattr(torch.cuda, "graph_pool_handle", object)
    return captured


def learn(model, batch, used):
    """Return losses and gradients; dropout draws the same numbers in every call."""
    torch.manual_seed(3)
    model.zero_grad()
    with graphs.using(used):
        losses = model.losses(batch, TASKS)
    sum(losses.values()).backward()
    gradients = {
        name: parameter.grad.to_dense()
        for name, parameter in model.named_parameters()
        if parameter.grad is not None
    }
    return {task: loss.detach() for task, loss in losses.items()}, gradients


def test_padding_to_few_shapes_changes_nothing(captures, build_model, batch):
    model, used = build_model().double().train(), Graphs()
    expected = learn(model, batch, None)
    for _ in range(COMMON + 1):
        torch.testing.assert_close(learn(model, batch, used), expected)
    assert captures


def test_a_shape_is_captured_once_it_is_common(captures, build_model, batch):
    model, used = build_model().train(), Graphs()
    for _ in range(COMMON - 1):
        learn(model, batch, used)
    assert not captures
    for _ in range(2):
        learn(model, batch, used)
    # All but that of the characters.
    assert (
        len(captures) == sum("ahead.weight_ih" in name for name, _ in model.named_parameters()) - 1
    )
    assert {shape[1] % graphs.GRAIN for shape in captures} == {0}


def test_predictions_are_read_without_graphs(captures, build_model, batch):
    model, used = build_model(), Graphs()
    with graphs.using(used):
        for _ in range(COMMON):
            model.predict(batch, TASKS, multi_root=True)
    assert not captures


@on_a_gpu
def test_graphs_learn_what_the_layers_do(build_model, vocabulary, sentences):
    make_cuda_deterministic()
    round_factors("fp32")
    model, used = build_model().cuda().train(), Graphs()
    # Of one shape, but of other words and lengths.
    orders = [sentences, sentences[::-1], [*sentences[1:], sentences[0]]]
    batches = [
        collate(vocabulary, [encode(vocabulary, sentence, TASKS) for sentence in order]).to("cuda")
        for order in orders
    ]
    for number in range(COMMON + 4):
        batch = batches[number % len(batches)]
        expected = learn(model, batch, None)
        torch.testing.assert_close(learn(model, batch, used), expected, rtol=1e-4, atol=1e-5)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.mul_(1.01)
