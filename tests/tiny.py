"""Sentences with all four layers, a network small enough to learn them, a checkpoint that dies."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from mutspad.config.params import Run
from mutspad.data.lexicon import Lexicon
from mutspad.data.sentence import Layer, Sentence
from mutspad.tasks import TASKS, Task
from mutspad.training.resume import Checkpoint


def make_sentences(rows: Iterable[Sequence[str]]) -> list[Sentence]:
    """Make sentences of words, POS tags, chunks, entities, heads and relations."""
    made = []
    for number, (words, pos, chunk, ner, heads, rels) in enumerate(rows):
        layers = {
            Task.POS: Layer(tuple(pos.split())),
            Task.CHUNK: Layer(tuple(chunk.split())),
            Task.NER: Layer(tuple(ner.split())),
            Task.DEP: Layer(tuple(rels.split()), heads=tuple(map(int, heads.split()))),
        }
        made.append(Sentence(f"s{number}", tuple(words.split())).with_layers(layers))
    return made


def make_lexicon(words: Iterable[str], chars: Iterable[str], *, lowercase: bool) -> Lexicon:
    """Make a lexicon of twelve random numbers a word."""
    words = tuple(sorted(words))
    return Lexicon(
        words=words,
        chars=tuple(sorted(chars)),
        vectors=np.random.default_rng(3).standard_normal((len(words), 12)).astype(np.float32),
        has_vector=np.ones(len(words), dtype=np.bool_),
        lowercase=lowercase,
        source="tests",
        substitute_for=None,
        dim=12,
        coverage={},
    )


def make_run(
    tasks: tuple[Task, ...] = TASKS,
    training: dict[str, Any] | None = None,
    model: dict[str, Any] | None = None,
    **changes: Any,
) -> Run:
    """Make a run of the tiny network; sizes, `training` and other keys can be overridden."""
    settings: dict[str, Any] = {
        "batch_sentences": 2,
        "learning_rate": 0.1,
        "momentum": 0.9,
        "pool_batches": 25,
        "optimiser": "sgd",
        "schedule": "linear",
        "warmup": 0.0,
        "final_rate": 0.02,
        "clip_norm": 5.0,
        "max_epochs": 40,
        "patience": 40,
        "loss_weights": {"pos": 1.0, "chunk": 0.5, "ner": 0.25, "dep": 0.25},
    }
    sizes: dict[str, Any] = {
        "char_dim": 6,
        "char_hidden": 6,
        "tagger_hidden": 12,
        "pos_reduction": 6,
        "chunk_reduction": 6,
        "dropout": {"pos": 0.1, "chunk": 0.1, "ner": 0.1},
        "unknown_rate": 0.0,
        "unknown_char_rate": 0.0,
        "both_cases": True,
        "parser": {"hidden": 12, "layers": 1, "biaffine": 12, "dropout": 0.0, "word_dropout": 0.0},
    }
    run: dict[str, Any] = {
        "name": "tiny",
        "experiment": "tests",
        "phase": "baselines",
        "domain": "tweets",
        "tasks": [str(task) for task in tasks],
        "parent": None,
        "unified": False,
        "corpora": {str(task): "ours" for task in tasks},
        "multi_root": True,
        "equivalents": {str(task): {} for task in tasks},
        "model": sizes | (model or {}),
        "encoder": None,
        "replaces_words": False,
        "adversarial": None,
        "training": settings | (training or {}),
    }
    return Run.model_validate(run | changes)


class KilledError(Exception):
    """Stand in for a kill between two steps."""


class Fragile(Checkpoint):
    """Die after some writes."""

    lives = 0

    def write(self, state: Mapping[str, Any]) -> None:
        """Write, and die when no life is left."""
        super().write(state)
        self.lives -= 1
        if not self.lives:
            raise KilledError
