"""Count which entities of tweets a tagger finds, by whether all of their words have a vector.

Example: python -m benchmarks.entities --results results/paper --seeds 1 2 3

Writes `entities.csv`: for both kinds how many of WNUT-17's test set there are, how many of its
training set, and how many of the former `tweets.ner` finds, type and ends right.
"""

import argparse
from collections import Counter
from pathlib import Path

from mutspad.data.conllup import read_conllup
from mutspad.data.labels import OUTSIDE
from mutspad.data.lexicon import Lexicon, read_lexicon
from mutspad.data.predictions import read_predictions
from mutspad.data.sentence import Sentence
from mutspad.files import write_csv
from mutspad.plan.layout import Layout
from mutspad.tasks import Task

OUTPUT = Path(__file__).with_name("entities.csv")
MODEL, DOMAIN = "tweets.ner", "tweets"
Span = tuple[int, int, str]


def list_entities(sentence: Sentence) -> list[Span]:
    """List the entities of a sentence: first word, word after the last, type."""
    entities: list[Span] = []
    for place, label in enumerate(sentence.layers[Task.NER].labels):
        if label.startswith("B-"):
            entities.append((place, place + 1, label[2:]))
        elif label != OUTSIDE:
            first, _, kind = entities.pop()
            entities.append((first, place + 1, kind))
    return entities


def know_words(lexicon: Lexicon) -> set[str]:
    """Return the words of a lexicon that have a vector."""
    return {
        word
        for word, known in zip(lexicon.words, lexicon.has_vector.tolist(), strict=True)
        if known
    }


def main() -> None:
    """Write the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    options = parser.parse_args()
    layout = Layout(options.results)
    lexicon = read_lexicon(layout.lexicon)
    known = know_words(lexicon)

    def kind_of(sentence: Sentence, entity: Span) -> str:
        words = sentence.words[entity[0] : entity[1]]
        covered = all(known.intersection(lexicon.keys(word)) for word in words)
        return "every word has a vector" if covered else "a word has no vector"

    counts: dict[str, Counter[str]] = {"train": Counter(), "test": Counter()}
    found = {seed: Counter[str]() for seed in options.seeds}
    predicted = {
        seed: read_predictions(layout.predictions(MODEL, seed, "test")) for seed in options.seeds
    }
    for split, counted in counts.items():
        for sentence in read_conllup(layout.corpus(DOMAIN, Task.NER, f"{split}.conllup")):
            for entity in list_entities(sentence):
                kind = kind_of(sentence, entity)
                counted[kind] += 1
                if split == "test":
                    for seed, sentences in predicted.items():
                        hit = entity in list_entities(sentences[sentence.id])
                        found[seed][kind] += hit
    write_csv(
        OUTPUT,
        [
            {
                "entities": kind,
                "train": counts["train"][kind],
                "test": counts["test"][kind],
                **{f"found_seed{seed}": found[seed][kind] for seed in options.seeds},
            }
            for kind in sorted(counts["test"], reverse=True)
        ],
    )


if __name__ == "__main__":
    main()
