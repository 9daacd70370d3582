"""A few sentences with all four layers, and a network small enough to learn them in seconds."""

import os
import pickle
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mutspad.config.params import Run
from mutspad.data.batching import Rows
from mutspad.data.lexicon import Lexicon
from mutspad.data.sentence import Sentence
from mutspad.tasks import TASKS, Task
from tests.tiny import make_lexicon, make_run, make_sentences

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
    return make_sentences(ROWS)


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
    words = {word.lower() for sentence in sentences for word in sentence.words}
    chars = {char for row in ROWS for char in row[0] if char != " "}
    made = make_lexicon(words, chars, lowercase=True)
    made.has_vector[1::2] = False
    assert made.vectors is not None
    made.vectors[1::2] = 0
    return made


class Cache:
    """Stand in for cached vectors: two layers of three numbers, the same for equal words."""

    encoder, n_layers, dim = "toy", 2, 3

    def __call__(self, words: tuple[str, ...]) -> Rows:
        lengths = np.array([len(word) for word in words], dtype=np.float16)
        vectors = lengths[:, None, None] * np.ones((2, 3), dtype=np.float16)
        return lambda: vectors


@pytest.fixture
def cache() -> Cache:
    return Cache()


@pytest.fixture(name="make_run")
def make_run_fixture() -> Callable[..., Run]:
    """Give the maker of runs."""
    return make_run


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
