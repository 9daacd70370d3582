import math
from itertools import chain
from statistics import fmean

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mutspad.config.sections import AdversarialParams
from mutspad.data.batching import encode
from mutspad.data.sentence import Sentence
from mutspad.models.adversarial import DomainDiscriminator, domain_accuracy, domain_loss
from mutspad.tasks import TASKS, Task
from mutspad.training import loop
from mutspad.training.adversarial import Adversary, reversal, sample_target_batches
from mutspad.training.loop import fit
from mutspad.training.optimiser import Optimiser
from mutspad.training.seeding import seed_everything
from mutspad.training.stages import build_model, build_vocabulary

PARAMS = AdversarialParams(hidden=8, max_reversal=0.7, steepness=10.0)
TARGET = ("zzz qqq", "qqq xxx zzz !", "HTTPURL xxx", "zzz zzz xxx qqq qqq", "xxx")
STEPS = st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=4), min_size=1, max_size=5)
LENGTHS = st.lists(st.integers(1, 9), min_size=1, max_size=12)


@pytest.fixture
def build(make_run, sentences, lexicon):
    """Build a run's model and vocabulary, and an adversary of its first task, from one seed."""

    def made(run, params=PARAMS, target=TARGET):
        seed_everything(1)
        vocabulary = build_vocabulary(run.tasks, sentences, lexicon)
        model = build_model(run, vocabulary, lexicon)
        text = [
            encode(vocabulary, Sentence(str(number), tuple(line.split())))
            for number, line in enumerate(target)
        ]
        discriminator = DomainDiscriminator(model.feature_dim(run.tasks[0]), params.hidden)
        adversary = Adversary(discriminator, params, text, seed=1)
        # Whatever was drawn for the discriminator, training begins with the same dropout.
        seed_everything(2)
        return model, vocabulary, adversary

    return made


def _fit(run, model, vocabulary, corpora, adversary):
    return fit(run, model, vocabulary, train=corpora, dev=corpora, seed=1, adversary=adversary)


def test_the_reversal_rises_from_nothing_to_its_maximum():
    shares = [0.0, 0.05, 0.2, 0.5, 1.0]
    scales = [reversal(share, PARAMS) for share in shares]
    # Ganin et al. (2016), section 5.2.2.
    expected = [0.7 * (2 / (1 + math.exp(-10 * share)) - 1) for share in shares]
    assert scales == pytest.approx(expected, abs=1e-15)
    assert scales[0] == 0.0
    assert scales == sorted(scales)
    assert scales[-1] == pytest.approx(0.7, rel=1e-3)
    steep = AdversarialParams(hidden=1, max_reversal=2.0, steepness=1e6)
    assert reversal(1.0, steep) == 2.0


@given(LENGTHS, STEPS, st.integers(0, 3), st.integers(0, 2))
def test_a_step_gets_as_many_target_sentences_as_it_has(lengths, steps, epoch, seed):
    batches = sample_target_batches(lengths, steps, seed=seed, epoch=epoch)
    assert [len(batch) for batch in batches] == [len(step) for step in steps]
    assert batches == sample_target_batches(lengths, steps, seed=seed, epoch=epoch)


@given(LENGTHS, STEPS)
def test_the_text_is_sampled_without_replacement(lengths, steps):
    sampled = []
    for epoch in range(4):
        epoch_sentences = list(chain(*sample_target_batches(lengths, steps, seed=1, epoch=epoch)))
        counts = [(sampled + epoch_sentences).count(index) for index in range(len(lengths))]
        assert max(counts) - min(counts) <= 1
        sampled += epoch_sentences


@given(LENGTHS, STEPS, st.integers(0, 3))
def test_long_sentences_meet_long_ones(lengths, steps, epoch):
    batches = sample_target_batches(lengths, steps, seed=1, epoch=epoch)
    order = sorted(range(len(steps)), key=lambda step: sum(steps[step]) / len(steps[step]))
    sorted_lengths = [lengths[index] for step in order for index in batches[step]]
    assert sorted_lengths == sorted(sorted_lengths)


def test_seeds_and_epochs_sample_differently():
    steps = [[5] * 10] * 3
    sampled = [
        sample_target_batches([5] * 100, steps, seed=seed, epoch=epoch)
        for seed, epoch in [(1, 0), (1, 1), (2, 0)]
    ]
    assert sampled[0] != sampled[1]
    assert sampled[0] != sampled[2]
    assert not set(chain(*sampled[0])) & set(chain(*sampled[1]))


@pytest.mark.parametrize("progress", [0.0, 0.1, 1.0])
def test_only_the_gradient_of_features_is_reversed(progress, build, make_run):
    _, _, adversary = build(make_run((Task.POS,)))
    discriminator = adversary.discriminator.double()
    source, target = (
        torch.randn(n_words, 24, dtype=torch.float64, requires_grad=True) for n_words in (7, 3)
    )
    loss, accuracy = adversary.discriminate(source, target, progress)
    logits = discriminator(source), discriminator(target)
    plain = domain_loss(*logits)
    assert loss.item() == plain.item()
    assert accuracy == domain_accuracy(*logits)
    inputs = [source, target, *discriminator.parameters()]
    seen, expected = (torch.autograd.grad(each, inputs) for each in (loss, plain))
    factors = [-reversal(progress, PARAMS)] * 2 + [1.0] * 4
    for gradient, unreversed, factor in zip(seen, expected, factors, strict=True):
        torch.testing.assert_close(gradient, factor * unreversed, rtol=1e-12, atol=0.0)


@pytest.mark.parametrize("task", TASKS)
def test_each_step_adds_the_domain_loss_of_words_from_both_domains(
    task, monkeypatch, build, make_run, corpora
):
    seen = []
    discriminate, step, weigh = Adversary.discriminate, Optimiser.step, loop.weighted_loss

    def watch(adversary, source, target, progress):
        loss, accuracy = discriminate(adversary, source, target, progress)
        seen[-1].update(words=(len(source), len(target)), progress=progress, domain=loss.item())
        return loss, accuracy

    def watch_weigh(*losses, **settings):
        loss = weigh(*losses, **settings)
        seen.append({"task": loss.item()})
        return loss

    def watch_step(optimiser, loss):
        seen[-1]["total"] = loss.item()
        return step(optimiser, loss)

    monkeypatch.setattr(Adversary, "discriminate", watch)
    monkeypatch.setattr(loop, "weighted_loss", watch_weigh)
    monkeypatch.setattr(Optimiser, "step", watch_step)
    run = make_run((task,), {"batch_sentences": 2, "max_epochs": 2})
    model, vocabulary, adversary = build(run, target=["zzz qqq xxx"])
    history = _fit(run, model, vocabulary, corpora, adversary)
    assert [parts["progress"] for parts in seen] == [0.0, 0.25, 0.5, 0.75]
    for parts in seen:
        assert parts["total"] == pytest.approx(parts["task"] + parts["domain"], rel=1e-6)
    # Two sentences and one, in whichever order; every target sentence has three words.
    assert sum(parts["words"][0] for parts in seen) == 2 * sum(map(len, corpora[task]))
    assert sorted(parts["words"][1] for parts in seen) == [3, 3, 6, 6]
    assert history[0].domain.loss == pytest.approx((seen[0]["domain"] + seen[1]["domain"]) / 2)


def test_the_first_step_trains_the_model_as_the_task_alone_does(build, make_run, corpora):
    # Nothing is reversed yet; the domain's share of the gradient's norm would show when clipped.
    run = make_run((Task.POS,), {"batch_sentences": 3, "max_epochs": 1, "clip_norm": 1e9})
    weights = []
    for adversarial in (True, False):
        model, vocabulary, adversary = build(run)
        before = [weight.clone() for weight in adversary.discriminator.parameters()]
        _fit(run, model, vocabulary, corpora, adversary if adversarial else None)
        moved = [
            not torch.equal(old, new)
            for old, new in zip(before, adversary.discriminator.parameters(), strict=True)
        ]
        assert moved == [adversarial] * 4
        weights.append(model.state_dict())
    assert weights[0].keys() == weights[1].keys()
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_the_gradient_is_clipped_over_model_and_discriminator_together(
    monkeypatch, build, make_run, corpora
):
    norms = []
    step = Optimiser.step

    def watch(optimiser, loss):
        norms.append(step(optimiser, loss))
        gradients = [
            parameter.grad.coalesce().values() if parameter.grad.is_sparse else parameter.grad
            for parameter in [*model.parameters(), *adversary.discriminator.parameters()]
            if parameter.grad is not None
        ]
        clipped = torch.stack([gradient.norm() for gradient in gradients]).norm().item()
        assert clipped == pytest.approx(0.01, rel=1e-4)
        assert all(weight.grad is not None for weight in adversary.discriminator.parameters())
        return norms[-1]

    monkeypatch.setattr(Optimiser, "step", watch)
    run = make_run((Task.POS,), {"max_epochs": 1, "clip_norm": 0.01})
    model, vocabulary, adversary = build(run)
    _fit(run, model, vocabulary, corpora, adversary)
    assert min(norms) > 0.01


def test_reversal_makes_the_domains_alike_and_the_task_is_learned(build, make_run, corpora):
    settings = {"max_epochs": 60, "patience": 60, "schedule": "constant", "learning_rate": 0.05}
    run = make_run((Task.POS,), settings)
    accuracies = {}
    for max_reversal in (1e-9, 1.0):
        params = AdversarialParams(hidden=8, max_reversal=max_reversal, steepness=10.0)
        model, vocabulary, adversary = build(run, params)
        history = _fit(run, model, vocabulary, corpora, adversary)
        assert max(record.dev_mean for record in history) > 80
        # The two sides overtake each other again and again: single epochs say little.
        accuracies[max_reversal] = fmean(record.domain.accuracy for record in history[-40:])
    assert accuracies[1.0] < accuracies[1e-9] - 15


def test_the_history_has_the_discriminator_s_scores(build, make_run, corpora, caplog):
    run = make_run((Task.NER,), {"max_epochs": 2})

    def rows():
        model, vocabulary, adversary = build(run)
        fitted = _fit(run, model, vocabulary, corpora, adversary)
        return [record.as_row() for record in fitted]

    with caplog.at_level("INFO", logger="mutspad"):
        history = rows()
    assert list(history[0]) == [
        "epoch",
        "learning_rate",
        "loss_ner",
        "loss_domain",
        "domain_accuracy",
        "dev_ner",
        "dev_mean",
        "best",
    ]
    assert all(0 <= row["domain_accuracy"] <= 100 for row in history)
    assert "discriminator loss " in caplog.records[0].getMessage()
    assert rows() == history


def test_the_state_holds_the_discriminator(monkeypatch, build, make_run, corpora):
    states = []
    run_epoch = loop._Trainer.run_epoch

    def watch(trainer, checkpoint):
        run_epoch(trainer, checkpoint)
        states.append(trainer.to_state())

    monkeypatch.setattr(loop._Trainer, "run_epoch", watch)
    run = make_run((Task.POS,), {"max_epochs": 1})
    model, vocabulary, adversary = build(run)
    _fit(run, model, vocabulary, corpora, adversary)
    _fit(run, model, vocabulary, corpora, None)
    added = states[0]["weights"].keys() - states[1]["weights"].keys()
    assert len(added) == len(adversary.discriminator.state_dict())
    momenta = states[0]["optimiser"][0]["momenta"]
    dense = [weight for weight in model.parameters() if weight is not model.encoder.words.weight]
    assert len(momenta) == len(dense) + len(list(adversary.discriminator.parameters()))
