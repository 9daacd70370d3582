"""Compare tokenisers on the raw text of tweets whose gold tokens are known.

Example: python -m benchmarks.tokenisers --raw raw --output tokenisers.md

Tweebank gives each tweet's text with its tokens. WNUT-17 gives tokens alone; of its test set, the
tweets are taken whose text stands in the raw files of the shared task. NLTK is measured where it is
installed; nothing else of ours needs it.
"""

import importlib
import importlib.util
import re
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click

from mutspad.config.base import SPLITS
from mutspad.data.lines import blocks, read_lines
from mutspad.data.text import tokenise as tokenise_by_spacy
from mutspad.tagging.tokenise import Offsets, split_at_spaces, tokenise

Tokeniser = Callable[[str], Iterable[Offsets]]
Gold = list[tuple[str, list[Offsets]]]
TEXT = "# text = "


def find_tokens(text: str, tokens: Iterable[str]) -> list[Offsets]:
    """Find tokens in their text, one after the other; one that is not there is left out."""
    found, end = [], 0
    for token in tokens:
        start = text.find(token, end)
        if start >= 0:
            end = start + len(token)
            found.append((start, end))
    return found


def read_tweebank(path: Path) -> Gold:
    """Read texts with the places of their gold tokens."""
    gold = []
    for block in blocks(read_lines(path)):
        lines = [line for _, line in block]
        text = next(line for line in lines if line.startswith(TEXT)).removeprefix(TEXT)
        rows = (line.split("\t") for line in lines if not line.startswith("#"))
        gold.append((text, find_tokens(text, [row[1] for row in rows if row[0].isdecimal()])))
    return gold


def read_wnut(annotated: Path, raw: Iterable[Path]) -> Gold:
    """Read the texts of raw files that stand in an annotated file, with their gold tokens."""
    texts: dict[str, str] = {}
    for path in raw:
        for _, line in read_lines(path):
            texts.setdefault("".join(line.split()), line)
    gold = []
    for block in blocks(read_lines(annotated)):
        tokens = [line.split("\t")[0] for _, line in block]
        text = texts.get("".join("".join(tokens).split()))
        if text is not None:
            gold.append((text, find_tokens(text, tokens)))
    return gold


def load_tokenisers() -> Iterator[tuple[str, Tokeniser]]:
    """Yield the candidates by name."""
    yield "`mutspad.tagging.tokenise` (regex)", tokenise
    spacy = importlib.import_module("spacy").blank("en").tokenizer
    yield (
        "spaCy, rules for tweets",
        lambda text: find_tokens(text, tokenise_by_spacy(text)),
    )
    yield (
        "spaCy, English",
        lambda text: [
            (each.idx, each.idx + len(each)) for each in spacy(text) if not each.is_space
        ],
    )
    if importlib.util.find_spec("nltk"):
        nltk = importlib.import_module("nltk.tokenize")
        tweets, words = nltk.TweetTokenizer(), nltk.NLTKWordTokenizer()
        yield "NLTK, TweetTokenizer", lambda text: find_tokens(text, tweets.tokenize(text))
        yield "NLTK, NLTKWordTokenizer", lambda text: find_tokens(text, words.tokenize(text))
    bert = importlib.import_module("tokenizers.pre_tokenizers").BertPreTokenizer()
    yield (
        "tokenizers, BertPreTokenizer",
        lambda text: [place for _, place in bert.pre_tokenize_str(text)],
    )
    yield "white space", split_at_spaces


def score(tokeniser: Tokeniser, gold: Gold) -> float:
    """Return the F1 of tokens, in per cent: both borders have to be right."""
    right = wanted = given = 0
    for text, tokens in gold:
        found = set(tokeniser(text))
        right += len(found.intersection(tokens))
        wanted, given = wanted + len(tokens), given + len(found)
    return 200 * right / (wanted + given)


@click.command()
@click.option("--raw", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--output", type=click.Path(path_type=Path), required=True)
def main(*, raw: Path, output: Path) -> None:
    """Write the table of all candidates as Markdown."""
    sets = {
        f"Tweebank {split}": read_tweebank(raw / "tweebank-v2" / f"en-ud-tweet-{split}.conllu")
        for split in SPLITS
    }
    sets["WNUT-17 test"] = read_wnut(
        raw / "wnut17" / "emerging.test.annotated", sorted((raw / "wnut17-raw").iterdir())
    )
    headers = [f"{name} ({len(gold)} tweets)" for name, gold in sets.items()]
    lines = [
        f"| tokeniser | {' | '.join(headers)} | tweets/s |",
        "|---" + "|---:" * (len(sets) + 1) + "|",
    ]
    n_texts = sum(map(len, sets.values()))
    for name, tokeniser in load_tokenisers():
        tokeniser("a")
        start = time.process_time()
        scores = [f"{score(tokeniser, gold):.2f}" for gold in sets.values()]
        speed = n_texts / (time.process_time() - start)
        lines.append(f"| {name} | {' | '.join(scores)} | {round(speed, -2):.0f} |")
    output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    click.echo(re.sub(r"\|---.*\n", "", output.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
