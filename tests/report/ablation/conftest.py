"""A network small enough to be ablated unit by unit, and sentences of a few lengths."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from mutspad.config.network import ModelParams, ParserParams
from mutspad.config.params import Run
from mutspad.data.labels import iob1_to_iob2
from mutspad.data.sentence import Layer, Sentence
from mutspad.data.vocab import PAD, UNK, Vocabulary
from mutspad.models.checkpoint import save_model
from mutspad.models.mutspad import MuTSPad
from mutspad.tasks import TASKS, Task

ROOT = Path(__file__).resolve().parents[3]
WORDS = (
    "the",
    "a",
    "Ana",
    "owl",
    "Owls",
    "sings",
    "in",
    "Lima",
    "so",
    "sweeeet",
    "!",
    "@USER",
    "&",
)
LABELS = {
    Task.POS: ("NNP", "NN", "VB", "DT", "."),
    # I-VP without B-VP: mending it gives a tag that the network does not know.
    Task.CHUNK: ("O", "B-NP", "I-NP", "I-VP"),
    Task.NER: ("O", "B-person", "I-person", "B-location", "I-location"),
    Task.DEP: ("root", "nsubj", "obj", "punct", "obl:tmod"),
}
GOLD = LABELS | {Task.CHUNK: ("O", "B-NP", "B-ADJP")}
# The model was not trained: any valid parameters of a training do.
TRAINING = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["training"]
PARAMS = ModelParams(
    char_dim=4,
    char_hidden=3,
    tagger_hidden=4,
    pos_reduction=5,
    chunk_reduction=3,
    dropout=dict.fromkeys(TASKS, 0.2),
    unknown_rate=0.1,
    unknown_char_rate=0.1,
    both_cases=False,
    parser=ParserParams(hidden=6, layers=2, biaffine=5, dropout=0.2, word_dropout=0.2),
)
LENGTHS = (1, 2, 5, 5, 5, 7, 7, 9, 12)


def draw_sentence(number: int, length: int, rng: np.random.Generator) -> Sentence:
    """Draw words and gold layers that only have to be possible."""
    layers = {
        task: Layer(tuple(iob1_to_iob2(rng.choice(labels, length).tolist())))
        for task, labels in GOLD.items()
    }
    heads = tuple(int(rng.integers(0, word)) for word in range(1, length + 1))
    layers[Task.DEP] = Layer(layers[Task.DEP].labels, heads=heads)
    return Sentence(f"s{number}", tuple(rng.choice(WORDS, length).tolist()), layers)


@pytest.fixture
def sentences():
    rng = np.random.default_rng(5)
    return [draw_sentence(number, length, rng) for number, length in enumerate(LENGTHS)]


@pytest.fixture
def vocabulary():
    return Vocabulary(
        words=(PAD, UNK, *sorted({word.lower() for word in WORDS if word != "&"})),
        chars=(PAD, UNK, *sorted({char for word in WORDS for char in word})),
        labels=LABELS,
        lowercase=True,
    )


@pytest.fixture
def build_model(vocabulary):
    """Return a function that makes a model in which every unit matters to every task."""

    def build(tasks=TASKS):
        torch.manual_seed(3)
        known = replace(vocabulary, labels={task: LABELS[task] for task in tasks})
        model = MuTSPad(params=PARAMS, tasks=tasks, vocabulary=known, word_dim=6)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if not name.startswith("encoder"):
                    # Small biases, or they alone would decide.
                    parameter.normal_(std=0.1 if "bias" in name else 1.2)
        return model.eval()

    return build


@pytest.fixture
def model(build_model):
    return build_model()


@pytest.fixture
def save(vocabulary):
    """Return a function that saves a model in a folder."""

    def save(model, folder):
        run = Run.model_validate(
            {
                "name": "tuned",
                "experiment": "tests",
                "phase": "baselines",
                "domain": "tweets",
                "tasks": list(model.tasks),
                "parent": None,
                "unified": False,
                "corpora": dict.fromkeys(model.tasks, "ours"),
                "multi_root": True,
                "equivalents": {task: {} for task in model.tasks},
                "model": PARAMS.model_dump(),
                "encoder": None,
                "replaces_words": False,
                "adversarial": None,
                "training": TRAINING,
            }
        )
        labels = {task: vocabulary.labels[task] for task in model.tasks}
        own = replace(vocabulary, labels=labels)
        save_model(folder, model, own, run, seed=6)

    return save
