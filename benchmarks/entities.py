"""Count which entities of tweets a tagger finds, by whether all of their words have a vector.

Example: python -m benchmarks.entities --results results/paper --seeds 1 2 3

Writes `entities.csv`: for both kinds how many the training and the test set of WNUT-17 have, and
how many of the latter `tweets.ner` finds with each seed, type and ends right.
"""

import argparse
from collections import Counter, defaultdict
from pathlib import Path

from mutspad.data.conllup import read_conllup
from mutspad.data.lexicon import read_lexicon
from mutspad.data.predictions import read_predictions
from mutspad.evaluation.span_f1 import read_spans
from mutspad.files import write_csv
from mutspad.plan.layout import Layout
from mutspad.tasks import Task

OUTPUT = Path(__file__).with_name("entities.csv")
MODEL, DOMAIN = "tweets.ner", "tweets"


def main() -> None:
    """Write the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    options = parser.parse_args()
    layout = Layout(options.results)
    lexicon = read_lexicon(layout.lexicon)
    known = {
        word
        for word, has_vector in zip(lexicon.words, lexicon.has_vector.tolist(), strict=True)
        if has_vector
    }
    predicted = {
        f"found_seed{seed}": read_predictions(layout.predictions(MODEL, seed, "test"))
        for seed in options.seeds
    }
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for split in ("train", "test"):
        for sentence in read_conllup(layout.corpus(DOMAIN, Task.NER, f"{split}.conllup")):
            found = {
                column: read_spans(sentences[sentence.id].layers[Task.NER].labels)
                for column, sentences in predicted.items()
                if split == "test"
            }
            for entity in read_spans(sentence.layers[Task.NER].labels):
                words = sentence.words[entity[0] : entity[1]]
                covered = all(known.intersection(lexicon.keys(word)) for word in words)
                row = counts["every word has a vector" if covered else "a word has no vector"]
                row[split] += 1
                row.update({column: entity in entities for column, entities in found.items()})
    columns = ["train", "test", *predicted]
    rows = [
        {"entities": kind, **{column: counts[kind][column] for column in columns}}
        for kind in sorted(counts, reverse=True)
    ]
    write_csv(OUTPUT, rows)


if __name__ == "__main__":
    main()
