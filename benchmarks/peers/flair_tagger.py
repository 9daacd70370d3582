"""Measure the steps of Flair's tagger training: word and character LSTM, hidden 200, no CRF.

Example: python -m benchmarks.peers.flair_tagger --train train.conllu --vectors vectors.txt
         --seed 1 --threads 1 --steps 60 --output steps.json
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import flair
import numpy as np
import torch
from flair.data import Corpus, Dictionary
from flair.datasets import ColumnCorpus
from flair.embeddings import CharacterEmbeddings, StackedEmbeddings, WordEmbeddings
from flair.models import SequenceTagger
from flair.trainers import ModelTrainer
from flair.trainers.plugins import TrainerPlugin

from benchmarks.clock import StepClock

WARM_UP = 10
BATCH_SENTENCES = 16


class ClockPlugin(TrainerPlugin):  # type: ignore[misc]
    """Report every batch to the clock."""

    def __init__(self, clock: StepClock) -> None:
        super().__init__()
        self._clock = clock

    @TrainerPlugin.hook  # type: ignore[untyped-decorator]
    def before_training_batch(self, batch: Any, **_: Any) -> None:
        """Begin a step."""
        self._clock.begin(sum(map(len, batch)))


def read_vectors(path: Path) -> WordEmbeddings:
    """Read word vectors in word2vec's text format: by NumPy, as Flair would need gensim for it."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    words, values = zip(*(line.split(" ", 1) for line in lines), strict=True)
    matrix = np.array([np.fromstring(value, sep=" ") for value in values], dtype=np.float32)
    vocab = {word: row for row, word in enumerate(words)}
    embeddings = WordEmbeddings(None, vocab=vocab, embedding_length=matrix.shape[1], name="vectors")
    with torch.no_grad():
        # The last row is that of unknown words.
        embeddings.embedding.weight[:-1] = torch.from_numpy(matrix)
    return embeddings


def build_tagger(
    corpus: Corpus,
    vectors: WordEmbeddings,
    tag: str = "pos",
    *,
    hidden_size: int = 200,
    use_crf: bool = False,
) -> SequenceTagger:
    """Build the tagger; its characters are those of the corpus, as Flair would fetch its own."""
    chars = Dictionary()
    for sentence in corpus.train:
        for char in sentence.to_plain_string():
            chars.add_item(char)
    return SequenceTagger(
        embeddings=StackedEmbeddings([vectors, CharacterEmbeddings(chars)]),
        tag_dictionary=corpus.make_label_dictionary(tag, add_unk=False),
        tag_type=tag,
        hidden_size=hidden_size,
        use_crf=use_crf,
    )


def main() -> None:
    """Train until enough was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    flair.set_seed(options.seed)
    corpus = ColumnCorpus(
        options.train.parent,
        {1: "text", 4: "pos"},
        train_file=options.train.name,
        sample_missing_splits=False,
        comment_symbol="# ",
    )
    trainer = ModelTrainer(build_tagger(corpus, read_vectors(options.vectors)), corpus)
    clock = StepClock(warm_up=WARM_UP, steps=options.steps)
    with tempfile.TemporaryDirectory() as folder:
        clock.run(
            lambda: trainer.train(
                folder,
                mini_batch_size=BATCH_SENTENCES,
                save_final_model=False,
                create_file_logs=False,
                create_loss_file=False,
                plugins=[ClockPlugin(clock)],
            )
        )
    clock.write(options.output, threads=torch.get_num_threads())


if __name__ == "__main__":
    main()
