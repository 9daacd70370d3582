"""Count on which words a parser of news goes wrong when it is applied to tweets as it is.

Example: python -m benchmarks.as_is --results results/paper

Writes `as_is.csv`: for each kind of word how many there are in TweeBank's test set, and how many
get a wrong head or relation from `news.dep`, and from `news.tweets.dep`, the same parser adapted.
"""

import argparse
from collections import Counter
from pathlib import Path

from mutspad.data.conllup import read_conllup
from mutspad.data.predictions import read_predictions
from mutspad.data.sentence import Sentence
from mutspad.files import write_csv
from mutspad.plan.layout import Layout
from mutspad.tasks import Task

OUTPUT = Path(__file__).with_name("as_is.csv")
PARSERS = {"as_is": "news.as-is-tweets.dep", "adapted": "news.tweets.dep"}


def kind_of(word: str) -> str:
    """Return what kind of word of a tweet this is; handles and links are anonymised."""
    named = {"@USER": "handle", "HTTPURL": "link", "RT": "RT"}
    if word in named:
        return named[word]
    if word.startswith("#"):
        return "hashtag"
    return "letters only" if word.isalpha() else "other"


def count_wrong(gold: list[Sentence], predicted: dict[str, Sentence]) -> Counter[str]:
    """Count the words with a wrong head or relation, by kind."""
    wrong: Counter[str] = Counter()
    for sentence in gold:
        right, found = (each.layers[Task.DEP] for each in (sentence, predicted[sentence.id]))
        arcs = [list(zip(layer.heads or (), layer.labels, strict=True)) for layer in (right, found)]
        words = zip(sentence.words, *arcs, strict=True)
        wrong.update(kind_of(word) for word, gold_arc, arc in words if gold_arc != arc)
    return wrong


def main() -> None:
    """Compare the parsers on the test tweets, seed 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--results", type=Path, default=Path("results/paper"))
    layout = Layout(parser.parse_args().results)
    gold = read_conllup(layout.corpus("tweets", Task.DEP, "test.conllup"))
    words = Counter(kind_of(word) for sentence in gold for word in sentence.words)
    wrong = {
        name: count_wrong(gold, read_predictions(layout.predictions(model, 1, "test")))
        for name, model in PARSERS.items()
    }
    columns = {"words": words} | {f"wrong_{name}": counted for name, counted in wrong.items()}
    kinds = [kind for kind, _ in words.most_common()]
    write_csv(
        OUTPUT,
        [
            {"kind": kind} | {name: counted[kind] for name, counted in columns.items()}
            for kind in kinds
        ],
    )


if __name__ == "__main__":
    main()
