"""The whole network beside the plain one, which takes none of the fast paths."""

import copy
import functools

import torch

from benchmarks.plain import REPLACEMENTS, plain_paths
from mutspad.tasks import TASKS, Task
from mutspad.training.optimiser import Optimiser
from mutspad.training.predict import annotate


def undropped(model):
    """Leave chance out, so that both see the same."""
    model.encoder.unknown_rate = model.encoder.unknown_char_rate = 0.0
    model.heads[Task.DEP].word_dropout = 0.0
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return model.double().train()


def test_losses_and_gradients_equal_those_of_the_plain_network(build_model, batch):
    model = undropped(build_model())

    def learn():
        model.zero_grad()
        losses = model.losses(batch, TASKS)
        sum(losses.values()).backward()
        gradients = {
            name: None if parameter.grad is None else parameter.grad.to_dense()
            for name, parameter in model.named_parameters()
        }
        return losses, gradients

    found = learn()
    with plain_paths():
        expected = learn()
    torch.testing.assert_close(found, expected)
    assert learn()[0] == found[0]


def test_predictions_equal_those_of_the_plain_network(build_model, batch):
    model = undropped(build_model())
    found = model.predict(batch, TASKS, multi_root=True)
    with plain_paths():
        assert model.predict(batch, TASKS, multi_root=True) == found


def test_a_corpus_is_annotated_as_by_the_plain_network(build_model, vocabulary, sentences):
    model = undropped(build_model())
    options = {"tasks": TASKS, "multi_root": True, "batch_words": 6}
    found = annotate(model, vocabulary, sentences, **options)
    with plain_paths():
        assert annotate(model, vocabulary, sentences, **options) == found


def train(model, batch, params, epochs=3):
    optimiser = Optimiser(model, params, n_tasks=len(TASKS))
    for epoch in range(epochs):
        optimiser.set_progress(epoch / epochs)
        optimiser.step(sum(model.losses(batch, TASKS).values()))
    return model.state_dict()


def test_training_equals_that_of_the_plain_network(build_model, batch, training_params):
    model = undropped(build_model())
    twin = copy.deepcopy(model)
    with plain_paths():
        expected = train(twin, batch, training_params)
    torch.testing.assert_close(train(model, batch, training_params), expected)


def test_no_fast_path_is_taken_while_the_block_lasts_and_each_is_otherwise(
    build_model, batch, training_params, monkeypatch
):
    taken = set()

    def spy(owner, name):
        fast = getattr(owner, name)

        @functools.wraps(fast)
        def spied(*args, **options):
            taken.add((owner, name))
            return fast(*args, **options)

        monkeypatch.setattr(owner, name, spied)

    for owner, name, _ in REPLACEMENTS:
        spy(owner, name)
    with plain_paths():
        train(build_model(), batch, training_params, epochs=1)
    assert taken == set()
    train(build_model(), batch, training_params, epochs=1)
    assert taken == {(owner, name) for owner, name, _ in REPLACEMENTS}
