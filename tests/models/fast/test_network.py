"""The whole network by its fast paths and by its plain formulas."""

import pytest
import torch

from mutspad.models import fast
from mutspad.tasks import TASKS
from mutspad.training.predict import annotate


@pytest.fixture
def model(build_model):
    return build_model().double().train()


def learn(model, batch):
    """Return losses and gradients; dropout draws the same numbers in every call."""
    torch.manual_seed(3)
    model.zero_grad()
    losses = model.losses(batch, TASKS)
    sum(losses.values()).backward()
    gradients = {
        name: None if parameter.grad is None else parameter.grad.to_dense()
        for name, parameter in model.named_parameters()
    }
    return losses, gradients


def test_losses_and_gradients_are_those_of_the_plain_formulas(model, batch):
    found = learn(model, batch)
    with fast.plain():
        expected = learn(model, batch)
    torch.testing.assert_close(found, expected)


def test_predictions_are_those_of_the_plain_formulas(model, batch):
    found = model.predict(batch, TASKS, multi_root=True)
    with fast.plain():
        assert model.predict(batch, TASKS, multi_root=True) == found


def test_a_corpus_is_annotated_as_by_the_plain_formulas(model, vocabulary, sentences):
    options = {"tasks": TASKS, "multi_root": True, "batch_words": 6}
    found = annotate(model, vocabulary, sentences, **options)
    with fast.plain():
        assert annotate(model, vocabulary, sentences, **options) == found


def test_the_switch_chooses_the_path_and_goes_back(model, batch, monkeypatch):
    taken = set()

    def spy(owner, name):
        path = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *a, **o: taken.add(name) or path(*a, **o))

    spy(fast.lstm, "read")
    spy(fast.lstm, "read_to_the_ends")
    spy(fast.biaffine, "score_pairs")
    with fast.plain():
        learn(model, batch)
        assert not taken
    learn(model, batch)
    assert taken == {"read", "read_to_the_ends", "score_pairs"}


def test_some_paths_alone_can_be_switched_off():
    with fast.plain("lstm"), fast.plain("pairs"):
        assert [path for path in fast.PATHS if not fast.enabled(path)] == ["lstm", "pairs"]
    assert all(map(fast.enabled, fast.PATHS))
