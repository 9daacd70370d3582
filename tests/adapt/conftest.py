"""A tiny source and target in all three formats, written anew for each test."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

WORDS = {
    "DET": ["the", "a", "every"],
    "NOUN": ["captain", "boat", "sea", "harbour", "gull"],
    "VERB": ["sees", "leaves", "finds", "greets"],
    "PROPN": ["Lena", "Oslo", "Tromso", "Ada"],
}
PATTERNS = (("DET", "NOUN", "VERB", "PROPN"), ("PROPN", "VERB", "DET", "NOUN"))
RECIPE = """\
name: harbour
budget: small
source:
  corpora:
    - { train: source.conllu, dev: source-dev.conllu, test: source-test.conllu,
        columns: { pos: UPOS, dep: DEPREL } }
    - { train: source-ner.txt, columns: { word: 2, ner: 1 } }
target:
  corpora:
    - train: target.conllup
      test: target-test.conllup
      columns: { pos: UPOS, ner: NER }
"""


def draw(seed: int, count: int) -> list[list[tuple[str, str]]]:
    """Draw sentences of words and tags."""
    rng = random.Random(seed)  # noqa: S311
    sentences = []
    for _ in range(count):
        words = [(rng.choice(WORDS[tag]), tag) for tag in rng.choice(PATTERNS)]
        sentences.append([(f"{words[0][0]}{seed}", words[0][1]), *words[1:]])
    return sentences


def entity(tag: str, kind: str) -> str:
    return f"B-{kind}" if tag == "PROPN" else "O"


def conllu(sentences: list[list[tuple[str, str]]]) -> str:
    """Write trees whose root is the verb."""
    text = ""
    for words in sentences:
        verb = [tag for _, tag in words].index("VERB") + 1
        for number, (word, tag) in enumerate(words, 1):
            head, relation = (0, "root") if number == verb else (verb, "dep")
            text += f"{number}\t{word}\t_\t{tag}\t_\t_\t{head}\t{relation}\t_\t_\n"
        text += "\n"
    return text


def plus(sentences: list[list[tuple[str, str]]], kind: str = "NAME") -> str:
    rows = [
        "".join(f"{n}\t{w}\t{tag}\t{entity(tag, kind)}\n" for n, (w, tag) in enumerate(words, 1))
        for words in sentences
    ]
    return "# global.columns = ID FORM UPOS NER\n" + "\n".join(rows)


def columns(sentences: list[list[tuple[str, str]]], kind: str = "NAME") -> str:
    return "\n".join(
        "".join(f"{entity(tag, kind)} {word}\n" for word, tag in words) for words in sentences
    )


@pytest.fixture
def recipe_file(tmp_path: Path) -> Path:
    """Write the corpora and their recipe."""
    folder = tmp_path / "harbour"
    folder.mkdir()
    files = {
        "recipe.yaml": RECIPE,
        "source.conllu": conllu(draw(1, 12)),
        "source-dev.conllu": conllu(draw(2, 4)),
        "source-test.conllu": conllu(draw(3, 4)),
        "source-ner.txt": columns(draw(4, 20)),
        "target.conllup": plus(draw(5, 12)),
        "target-test.conllup": plus(draw(6, 6)),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "recipe.yaml"


@pytest.fixture
def trees() -> Callable[[int], str]:
    """Give CoNLL-U of a dozen sentences by seed."""
    return lambda seed: conllu(draw(seed, 12))
