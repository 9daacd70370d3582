"""Measure the prediction of spaCy's tagger, parser and NER, from tokens.

Example: python -m benchmarks.peers.spacy_predict --tokens tokens.json --threads 1
         --steps 3 --output steps.json
"""

import argparse
import json
from pathlib import Path

from spacy.tokens import Doc

from benchmarks.clock import StepClock
from benchmarks.peers.spacy_model import open_spacy


def main() -> None:
    """Predict all sentences, pass after pass, until enough was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tokens", type=Path, required=True)
    # NumPy and BLIS read it from the environment.
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    nlp = open_spacy()
    corpus = json.loads(options.tokens.read_text(encoding="utf-8"))
    clock = StepClock(warm_up=1, steps=options.steps)

    def predict() -> None:
        while True:
            clock.begin(sum(map(len, corpus)))
            for _ in nlp.pipe(Doc(nlp.vocab, words) for words in corpus):
                pass

    clock.run(predict)
    clock.write(options.output, threads=options.threads)


if __name__ == "__main__":
    main()
