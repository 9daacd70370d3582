"""Train Flair's tagger for entities to its end and print its dev score after each epoch.

Example: python -m benchmarks.peers.flair_scores --train train.txt --dev dev.txt
         --vectors vectors.txt
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import flair
import torch
from flair.datasets import ColumnCorpus
from flair.trainers import ModelTrainer
from flair.trainers.plugins import TrainerPlugin

from benchmarks.peers.flair_tagger import BATCH_SENTENCES, build_tagger, read_vectors


class ScorePlugin(TrainerPlugin):  # type: ignore[misc]
    """Print what each look at dev finds."""

    @TrainerPlugin.hook  # type: ignore[untyped-decorator]
    def after_evaluation(self, validation_scores: Any, **_: Any) -> None:
        """Print the F1 of all entities."""
        sys.stdout.write(f"dev {validation_scores[0]:.4f}\n")


def main() -> None:
    """Train with Flair's defaults, CRF and hidden 256 among them, but for the size of a batch."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--dev", type=Path, required=True)
    parser.add_argument("--vectors", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    flair.set_seed(1)
    corpus = ColumnCorpus(
        options.train.parent,
        {0: "text", 1: "ner"},
        train_file=options.train.name,
        dev_file=options.dev.name,
        sample_missing_splits=False,
    )
    tagger = build_tagger(
        corpus, read_vectors(options.vectors), "ner", hidden_size=256, use_crf=True
    )
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write("training begins\n")
        ModelTrainer(tagger, corpus).train(
            folder,
            mini_batch_size=BATCH_SENTENCES,
            save_final_model=False,
            create_file_logs=False,
            create_loss_file=False,
            plugins=[ScorePlugin()],
        )


if __name__ == "__main__":
    main()
