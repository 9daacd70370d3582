import math

import pytest
import torch
from torch.nn import functional as F

from mutspad.config.sections import LanguageModelParams
from mutspad.models.bilm import LanguageModel, LogUniform, Outcomes, Texts, elmo_options
from mutspad.models.elmo import BEGIN_SENTENCE, END_SENTENCE, Elmo, Reading

SENTENCES = [
    ("gulls", "follow", "the", "trawler", "home"),
    ("the", "trawler", "sleeps"),
    ("gulls", "sleep"),
    ("the", "gulls", "follow", "the", "tide"),
    ("home",),
]


@pytest.fixture
def params():
    return LanguageModelParams(
        domains=["tweets"],
        token_budget=None,
        held_out=0.2,
        seed=1,
        char_dim=3,
        filters=[(1, 4), (2, 4)],
        n_highway=1,
        max_characters=10,
        dim=8,
        projection_dim=6,
        layers=2,
        cell_clip=3.0,
        proj_clip=3.0,
        dropout=0.3,
        negatives=4,
        batch_sentences=2,
        learning_rate=0.01,
        clip_norm=5.0,
        max_epochs=2,
    )


@pytest.fixture
def outcomes():
    return Outcomes(SENTENCES)


@pytest.fixture
def texts(outcomes):
    return Texts.of(SENTENCES, outcomes, 10)


@pytest.fixture
def model(params, outcomes):
    torch.manual_seed(4)
    model = LanguageModel(params, len(outcomes)).eval()
    torch.nn.init.normal_(model.biases.weight)
    return model


def log_probabilities(model, texts, words, direction):
    """Return the log-probabilities of what follows some words, read alone up to there."""
    rows = torch.tensor([texts.lexicon.index[word] for word in words])
    vectors = model.elmo.embed(texts.lexicon.characters)[rows]
    reading = Reading.of([len(words)])
    # The backward direction reads from the end.
    if direction == 1:
        vectors = vectors.flip(0)
    layers = model.elmo.read(vectors, reading)
    output = layers[-1][direction, -1]
    scores = model.outcomes.weight @ output + model.biases.weight[:, 0]
    return scores.log_softmax(dim=0)


def expected_logs(model, texts, outcomes, sentence):
    """Return the log-probability of a sentence in each direction, one prediction at a time."""
    bordered = [BEGIN_SENTENCE, *sentence, END_SENTENCE]
    logs = []
    for direction, words in enumerate((bordered, bordered[::-1])):
        steps = range(1, len(words))
        logs.append(
            sum(
                log_probabilities(model, texts, words[:step], direction)[outcomes.id(words[step])]
                for step in steps
            ).item()
        )
    return logs


def test_outcomes_are_frequent_words_borders_and_the_unknown(outcomes):
    counts = dict(zip(outcomes.words, outcomes.counts.tolist(), strict=True))
    assert counts == {
        BEGIN_SENTENCE: 5,
        END_SENTENCE: 5,
        "the": 4,
        "gulls": 3,
        "": 3,  # sleeps, sleep, tide
        "follow": 2,
        "home": 2,
        "trawler": 2,
    }
    assert outcomes.counts.tolist() == sorted(counts.values(), reverse=True)
    assert outcomes.id("tide") == outcomes.id("whale") == outcomes.words.index("")


def test_borders_are_outcomes_even_of_one_sentence():
    assert {BEGIN_SENTENCE, END_SENTENCE, ""} == set(Outcomes([("once", "only")]).words)


def test_each_direction_foretells_a_word_from_those_it_has_read(model, texts, outcomes):
    for index, sentence in enumerate(SENTENCES):
        found = model.log_likelihood(texts, [index]).tolist()
        assert found == pytest.approx(expected_logs(model, texts, outcomes, sentence), abs=1e-4)


def test_sentences_of_a_batch_do_not_see_each_other(model, texts):
    together = model.log_likelihood(texts, range(len(SENTENCES)))
    alone = [model.log_likelihood(texts, [index]) for index in range(len(SENTENCES))]
    torch.testing.assert_close(together, torch.stack(alone).sum(dim=0))


def test_with_enough_samples_the_loss_is_exact(model, texts, outcomes):
    sampler = LogUniform(len(outcomes), 1)
    batch = range(len(SENTENCES))
    predictions = sum(len(sentence) + 1 for sentence in SENTENCES)
    expected = -model.log_likelihood(texts, batch).sum() / (2 * predictions)
    loss = model.sampled_loss(texts, batch, sampler, len(outcomes))
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)


def test_the_sampled_loss_of_one_prediction_at_a_time(model, texts, outcomes):
    loss = model.sampled_loss(texts, [0, 1], LogUniform(len(outcomes), 9), 4)
    samples, held = LogUniform(len(outcomes), 9).draw(4)
    losses = []
    for sentence in SENTENCES[:2]:
        bordered = [BEGIN_SENTENCE, *sentence, END_SENTENCE]
        for direction, words in enumerate((bordered, bordered[::-1])):
            for step in range(1, len(words)):
                true = outcomes.id(words[step])
                logs = log_probabilities(model, texts, words[:step], direction) - held
                rivals = [logs[row] for row in samples.tolist() if row != true]
                losses.append(F.cross_entropy(torch.stack([logs[true], *rivals]), torch.tensor(0)))
    assert loss.item() == pytest.approx(torch.stack(losses).mean().item(), rel=1e-5)


def test_samples_are_distinct_and_as_probable_as_said():
    sampler = LogUniform(50, 3)
    assert sampler.probabilities.sum().item() == pytest.approx(1.0)
    seen, said = torch.zeros(50), torch.zeros(50)
    for _ in range(1500):
        rows, held = sampler.draw(12)
        assert len(set(rows.tolist())) == 12
        seen[rows] += 1
        said += held.exp()
    torch.testing.assert_close(seen / 1500, said / 1500, rtol=0.0, atol=0.05)
    assert seen[0] > seen[5] > seen[40]


def test_gradients_reach_every_weight_and_are_sparse_at_the_outcomes(model, texts, outcomes):
    model.sampled_loss(texts, [0, 1, 3], LogUniform(len(outcomes), 1), 4).backward()
    assert model.outcomes.weight.grad.is_sparse
    assert model.biases.weight.grad.is_sparse
    for name, weight in model.elmo.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name


def test_dropout_is_for_training_only(model, texts):
    batch = [0, 3]
    assert torch.equal(model.log_likelihood(texts, batch), model.log_likelihood(texts, batch))
    model.train()
    assert not torch.equal(model.log_likelihood(texts, batch), model.log_likelihood(texts, batch))


def test_its_elmo_goes_through_the_published_format(model, params, tmp_path):
    files = tmp_path / "options.json", tmp_path / "weights.hdf5"
    model.elmo.to_files(*files)
    elmo = Elmo.from_files(*files)
    assert elmo.options == elmo_options(params)
    assert elmo.n_parameters() == model.elmo.n_parameters()
    for expected, found in zip(model.elmo(SENTENCES), elmo(SENTENCES), strict=True):
        assert torch.equal(found, expected)


def test_the_first_loss_is_that_of_guessing(params, texts, outcomes):
    torch.manual_seed(1)
    model = LanguageModel(params, len(outcomes))
    loss = model.sampled_loss(texts, range(5), LogUniform(len(outcomes), 1), len(outcomes))
    assert loss.item() == pytest.approx(math.log(len(outcomes)), abs=1.0)
