"""The whole network beside the plain one, which takes none of the fast paths."""

import pytest
import torch

from benchmarks.plain import plain_paths
from mutspad.config import TrainingParams
from mutspad.models.dropout import Dropout
from mutspad.tasks import TASKS, Task
from mutspad.training.optimiser import Optimiser


def undropped(model):
    """Leave chance out, so that both see the same."""
    model.encoder.unknown_rate = 0.0
    model.heads[Task.DEP].word_dropout = 0.0
    for module in model.modules():
        if isinstance(module, Dropout):
            module.rate = 0.0
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


def test_training_equals_that_of_the_plain_network(build_model, batch):
    training = TrainingParams(
        batch_sentences=3,
        learning_rate=0.1,
        momentum=0.9,
        decay=0.1,
        clip_norm=1.0,
        max_epochs=3,
        patience=3,
        loss_weights=dict.fromkeys(TASKS, 1.0),
    )

    def train():
        torch.manual_seed(3)
        model = undropped(build_model())
        optimiser = Optimiser(model, training, n_tasks=len(TASKS))
        for epoch in range(3):
            optimiser.start_epoch(epoch)
            optimiser.step(sum(model.losses(batch, TASKS).values()))
        return model.state_dict()

    found = train()
    with plain_paths():
        expected = train()
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_plain_dropout_drops_a_share_in_training_only(rate):
    layer, ones = Dropout(rate), torch.ones(100, 100)
    with plain_paths():
        dropped = layer(ones)
        assert (dropped == 0).float().mean().item() == pytest.approx(rate, abs=0.03)
        assert dropped.mean().item() == pytest.approx(1.0, abs=0.03)
        assert torch.equal(layer.eval()(ones), ones)
