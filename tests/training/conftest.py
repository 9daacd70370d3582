"""A few sentences with all four layers, and a network small enough to learn them in seconds."""

import os
import pickle
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from mutspad.config import Run
from mutspad.data.lexicon import Lexicon
from mutspad.data.sentence import Layer, Sentence
from mutspad.tasks import TASKS, Task

# Words, POS, chunks, entities, heads, relations; the second has two roots.
ROWS = (
    (
        "Mary Stone sings in Berlin today .",
        "NNP NNP VBZ IN NNP NN .",
        "B-NP I-NP B-VP B-PP B-NP B-NP O",
        "B-PER I-PER O O B-LOC O O",
        "3 1 0 5 3 3 3",
        "nsubj flat root case obl obl:tmod punct",
    ),
    (
        "Lovely song ! See HTTPURL",
        "JJ NN . VB NN",
        "B-NP I-NP O B-VP B-NP",
        "O O O O O",
        "2 0 2 0 4",
        "amod root punct root obj",
    ),
    (
        "The old dog barks at Mary and a cat",
        "DT JJ NN VBZ IN NNP CC DT NN",
        "B-NP I-NP I-NP B-VP B-PP B-NP O B-NP I-NP",
        "O O O O O B-PER O O O",
        "3 3 4 0 6 4 9 9 6",
        "det amod nsubj root case obl cc det conj",
    ),
)


@pytest.fixture
def sentences() -> list[Sentence]:
    """Give the sentences with all layers, gold."""
    made = []
    for number, (words, pos, chunk, ner, heads, rels) in enumerate(ROWS):
        layers = {
            Task.POS: Layer(tuple(pos.split())),
            Task.CHUNK: Layer(tuple(chunk.split())),
            Task.NER: Layer(tuple(ner.split())),
            Task.DEP: Layer(tuple(rels.split()), heads=tuple(map(int, heads.split()))),
        }
        made.append(Sentence(f"s{number}", tuple(words.split())).with_layers(layers))
    return made


@pytest.fixture
def corpora(sentences: list[Sentence]) -> dict[Task, list[Sentence]]:
    """Give one corpus a task: the same sentences, each with the layer of that task only."""
    return {
        task: [
            Sentence(sentence.id, sentence.words, {task: sentence.layers[task]})
            for sentence in sentences
        ]
        for task in TASKS
    }


@pytest.fixture
def lexicon(sentences: list[Sentence]) -> Lexicon:
    """Give the words of the sentences, every other one with a vector."""
    words = tuple(sorted({word.lower() for sentence in sentences for word in sentence.words}))
    has_vector = np.arange(len(words)) % 2 == 0
    vectors = np.random.default_rng(3).standard_normal((len(words), 12)).astype(np.float32)
    vectors[~has_vector] = 0
    return Lexicon(
        words=words,
        chars=tuple(sorted({char for words in ROWS for char in words[0] if char != " "})),
        vectors=vectors,
        has_vector=has_vector,
        lowercase=True,
        source="tests",
        substitute_for=None,
        dim=12,
        coverage={},
    )


class Cache:
    """Stand in for cached vectors: two layers of three numbers, the same for equal words."""

    encoder, n_layers, dim = "toy", 2, 3

    def find(self, words: tuple[str, ...]) -> SimpleNamespace:
        lengths = np.array([len(word) for word in words], dtype=np.float16)
        vectors = lengths[:, None, None] * np.ones((2, 3), dtype=np.float16)
        return SimpleNamespace(read=lambda: vectors)


@pytest.fixture
def cache() -> Cache:
    return Cache()


@pytest.fixture
def make_run() -> Callable[..., Run]:
    """Give a maker of runs of the tiny network; `training` and other keys can be overridden."""

    def make(
        tasks: tuple[Task, ...] = TASKS, training: dict[str, Any] | None = None, **changes: Any
    ) -> Run:
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
        run: dict[str, Any] = {
            "name": "tiny",
            "experiment": "tests",
            "phase": "baselines",
            "domain": "tweets",
            "tasks": [task.value for task in tasks],
            "parent": None,
            "unified": False,
            "corpora": {task.value: "ours" for task in tasks},
            "multi_root": True,
            "equivalents": {task.value: {} for task in tasks},
            "model": {
                "char_dim": 6,
                "char_hidden": 6,
                "tagger_hidden": 12,
                "pos_reduction": 6,
                "chunk_reduction": 6,
                "dropout": {"pos": 0.1, "chunk": 0.1, "ner": 0.1},
                "unknown_rate": 0.0,
                "unknown_char_rate": 0.0,
                "both_cases": True,
                "parser": {
                    "hidden": 12,
                    "layers": 1,
                    "biaffine": 12,
                    "dropout": 0.0,
                    "word_dropout": 0.0,
                },
            },
            "encoder": None,
            "replaces_words": False,
            "adversarial": None,
            "training": settings | (training or {}),
        }
        return Run.model_validate(run | changes)

    return make


@pytest.fixture
def kill_often(tmp_path: Path) -> Callable[..., None]:
    """Give a function that kills a training again and again and looks at what it ends with.

    It takes the training, which is called in a process of its own, what it returns when it is left
    alone, the file of its checkpoint, and how many kills there are to be.
    """
    ending = tmp_path / "ending"

    def start(train: Callable[[], Any]) -> int:
        process = os.fork()
        if not process:
            status = 1
            try:
                ending.write_bytes(pickle.dumps(train()))
                status = 0
            finally:
                os._exit(status)
        return process

    def check(status: int, expected: Any) -> None:
        assert status == 0
        assert pickle.loads(ending.read_bytes()) == expected  # noqa: S301
        ending.unlink()

    def kill(train: Callable[[], Any], expected: Any, checkpoint: Path, kills: int) -> None:
        chance = random.Random(11)  # noqa: S311
        done = 0
        while done < kills:
            process = start(train)
            deadline = time.monotonic() + chance.uniform(0.0, 0.25)
            ended, status = 0, 0
            while not ended and time.monotonic() < deadline:
                time.sleep(0.002)
                ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                # It ended before its kill, after earlier ones: begin again, so that all count.
                check(status, expected)
                checkpoint.unlink(missing_ok=True)
                continue
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            done += 1
        check(os.waitpid(start(train), 0)[1], expected)
        assert checkpoint.exists() or not list(checkpoint.parent.glob(f".{checkpoint.name}*.tmp"))

    return kill


@pytest.fixture(scope="session")
def bert(tmp_path_factory):
    """Save a tiny random BERT, with the dropout of a published one."""
    # Imported here because it takes seconds, and few of these tests need it.
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("bert")
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "mary", "song", "the", "cat", "##s"]
    BertTokenizer(vocab={piece: row for row, piece in enumerate(pieces)}).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=16,
    )
    with torch.random.fork_rng():
        torch.manual_seed(5)
        BertModel(config).save_pretrained(folder)
    return str(folder)
