"""Measure the steps of Stanza's parser training: its defaults, no tags, the given vectors.

Example: python -m benchmarks.peers.stanza_parser --train train.conllu --vectors vectors.txt
         --seed 1 --threads 1 --steps 3 --output steps.json

The loop is that of `stanza.models.parser.train` between two looks at the dev set. A batch holds
5,000 words by default, of sentences of one length; a few of them, evenly spaced in the order of
length, stand for the epoch.
"""

import argparse
import tempfile
from pathlib import Path

import torch
from stanza.models.common import utils
from stanza.models.common.doc import Document
from stanza.models.common.pretrain import Pretrain
from stanza.models.depparse.data import DataLoader
from stanza.models.depparse.trainer import GraphTrainer
from stanza.models.parser import parse_args
from stanza.utils.conll import CoNLL

from benchmarks.clock import StepClock

LENGTHS = 13
"""Place of the sentences' lengths, the root counted, in a batch of Stanza's loader."""


def main() -> None:
    """Train until enough was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", required=True)
    parser.add_argument("--vectors", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    utils.set_random_seed(options.seed)
    args = parse_args(["--no_upos", "--no_xpos", "--no_ufeats", "--shorthand", "en_ewt", "--cpu"])
    with tempfile.TemporaryDirectory() as folder:
        vectors = Pretrain(f"{folder}/vectors.pt", options.vectors, args["pretrain_max_vocab"])
        args["word_cutoff"] = utils.update_word_cutoff(vectors, args["word_cutoff"])
    train, _, _ = CoNLL.conll2dict(input_file=options.train)
    loader = DataLoader(Document(train), args["batch_size"], args, vectors, evaluation=False)
    trainer = GraphTrainer(args=args, vocab=loader.vocab, pretrain=vectors, device=args["device"])
    clock = StepClock(warm_up=1, steps=options.steps)

    def fit() -> None:
        # The loader is in the order of length until it is first reshuffled.
        spaced = [
            (2 * step + 1) * len(loader) // (2 * options.steps) for step in range(options.steps)
        ]
        for index in [len(loader) // 2, *spaced, 0]:
            batch = loader[index]
            clock.begin(sum(batch[LENGTHS]) - len(batch[LENGTHS]))
            trainer.update(batch, eval=False)

    clock.run(fit)
    clock.write(options.output, threads=torch.get_num_threads())


if __name__ == "__main__":
    main()
