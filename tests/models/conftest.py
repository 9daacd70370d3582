from dataclasses import replace

import pytest
import torch

from mutspad.config.network import ModelParams, ParserParams, TrainingParams
from mutspad.data.batching import collate, encode
from mutspad.data.sentence import Layer, Sentence
from mutspad.data.vocab import PAD, UNK, Vocabulary
from mutspad.models.mutspad import MuTSPad
from mutspad.tasks import TASKS, Task

SENTENCES = (
    Sentence(
        "1",
        ("Ana", "saw", "two", "owls", "in", "Lima"),
        {
            Task.POS: Layer(("NNP", "VBD", "CD", "NNS", "IN", "NNP")),
            Task.CHUNK: Layer(("B-NP", "B-VP", "B-NP", "I-NP", "B-PP", "B-NP")),
            Task.NER: Layer(("B-PER", "O", "O", "O", "O", "B-LOC")),
            Task.DEP: Layer(
                ("nsubj", "root", "nummod", "obj", "case", "obl"), heads=(2, 0, 4, 2, 6, 2)
            ),
        },
    ),
    Sentence(
        "2",
        ("Go", "Ana"),
        {
            Task.POS: Layer(("VB", "NNP")),
            Task.DEP: Layer(("root", "vocative"), heads=(0, 1)),
        },
    ),
    Sentence(
        "3",
        ("owls", "!", "so", "sweeeet"),
        {
            Task.POS: Layer(("NNS", ".", "RB", "JJ")),
            Task.CHUNK: Layer(("B-NP", "O", "B-ADJP", "I-ADJP")),
        },
    ),
)


def _rows(task):
    layers = [sentence.layers[task] for sentence in SENTENCES if task in sentence.layers]
    return tuple(sorted({label for layer in layers for label in layer.labels}))


@pytest.fixture(autouse=True)
def _reproducible():
    torch.manual_seed(11)
    torch.use_deterministic_algorithms(True)
    yield
    torch.use_deterministic_algorithms(False)


@pytest.fixture
def sentences():
    return SENTENCES


@pytest.fixture
def vocabulary():
    words = sorted({word.lower() for sentence in SENTENCES for word in sentence.words})
    return Vocabulary(
        words=(PAD, UNK, *words),
        chars=(PAD, UNK, *sorted({char for word in words for char in word})),
        labels={task: _rows(task) for task in TASKS},
        lowercase=True,
    )


@pytest.fixture
def build_batch(vocabulary):
    """Return a function that makes a batch of sentences, with all their layers."""
    return lambda chosen: collate(
        vocabulary, [encode(vocabulary, sentence, TASKS) for sentence in chosen]
    )


@pytest.fixture
def batch(build_batch):
    return build_batch(SENTENCES)


@pytest.fixture
def parser_params():
    return ParserParams(hidden=7, layers=2, biaffine=5, dropout=0.2, word_dropout=0.2)


@pytest.fixture
def params(parser_params):
    return ModelParams(
        char_dim=4,
        char_hidden=5,
        tagger_hidden=6,
        pos_reduction=3,
        chunk_reduction=4,
        dropout=dict.fromkeys((Task.POS, Task.CHUNK, Task.NER), 0.2),
        unknown_rate=0.1,
        unknown_char_rate=0.1,
        both_cases=True,
        parser=parser_params,
    )


@pytest.fixture
def training_params():
    return TrainingParams(
        batch_sentences=3,
        learning_rate=0.1,
        momentum=0.9,
        pool_batches=25,
        optimiser="sgd",
        schedule="linear",
        warmup=0.0,
        final_rate=0.02,
        clip_norm=1.0,
        max_epochs=3,
        patience=3,
        loss_weights=dict.fromkeys(TASKS, 1.0),
    )


@pytest.fixture
def build_model(vocabulary, params):
    """Return a function that makes a model with random weights everywhere, biaffines included."""

    def build(tasks=TASKS, labels=vocabulary.labels, **options):
        known = replace(vocabulary, labels={task: labels[task] for task in tasks})
        model = MuTSPad(params=params, tasks=tasks, vocabulary=known, word_dim=9, **options)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if parameter.count_nonzero() == 0 and "encoder" not in name:
                    parameter.normal_(std=0.3)
        return model

    return build
