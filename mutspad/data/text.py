"""Raw text: one sentence a line, tokens separated by single spaces (paper 5.2.1)."""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import regex

from mutspad.data.anonymise import anonymise
from mutspad.data.lines import excerpt, read_lines
from mutspad.errors import CorpusError
from mutspad.files import write_text

if TYPE_CHECKING:
    from spacy.tokenizer import Tokenizer

Words = tuple[str, ...]

TRAINING = "training"
"""The source that stands for the training sentences of a domain's corpora."""

# What Twitter treats as one: a URL, also one that it has cut short ("https://t.c…"), without the
# punctuation behind it; a handle, as `anonymise` knows it; a hashtag.
_UNIT = re.compile(
    r"""(?<!\w)(?:(?i:https?)(?!\w)|(?i:www\.))[!-~…]*?(?=[.,!?:;)\]'"]*(?:[^!-~…]|$))"""
    r"|(?<!\w)@(?=_*[A-Za-z0-9])[A-Za-z0-9_]+"
    r"|#\w+"
)

# An emoji by Unicode's data: a keycap, a flag of two letters, or a picture with what modifies it
# (presentation, skin tone, the letters of a region's flag), joined by U+200D to others.
_PICTURE = (
    r"[\p{Extended_Pictographic}\p{Emoji_Modifier}]"
    r"[\p{Emoji_Modifier}\ufe0e\ufe0f\u20e3\U000e0020-\U000e007f]*"
)
_EMOJI = regex.compile(
    r"[0-9#*][\ufe0e\ufe0f]?\u20e3"
    r"|\p{Regional_Indicator}{1,2}[\ufe0e\ufe0f]?"
    rf"|{_PICTURE}(?:\u200d{_PICTURE})*"
)
_INVISIBLE_SPACES = str.maketrans({"\u200b": " ", "\ufeff": " "})


@dataclass(frozen=True, slots=True)
class RawText:
    """Hold the unlabelled text of a domain: distinct sentences, those of the corpora first."""

    sentences: list[Words]
    summary: dict[str, Any]  # how much there is, whence, and what was left out; ready for JSON


def read_text(path: str | Path) -> list[Words]:
    """Read the sentences of a file of raw text."""
    sentences = []
    for number, line in read_lines(path):
        words = tuple(line.split(" "))
        _check(words, path, number)
        sentences.append(words)
    _check_any(sentences, path)
    return sentences


def write_sentences(path: str | Path, sentences: Sequence[Words]) -> None:
    """Write raw text atomically, at least one sentence."""
    _check_any(sentences, path)
    write_text(path, "".join(f"{' '.join(words)}\n" for words in sentences))


def tokenise(line: str) -> Words:
    """Tokenise a raw tweet with spaCy's English rules, but keep Twitter's own units whole.

    URLs, handles, hashtags and emoji are one word each, also where no space separates them from
    their neighbours; what an emoji is, Unicode's data say. Twitter's HTML entities (`&amp;`) become
    the characters that they stand for.
    """
    text = html.unescape(line).translate(_INVISIBLE_SPACES)
    # One kind of space only: spaCy makes words of all that exceed one blank.
    spaced = " ".join(_UNIT.sub(r" \g<0> ", _EMOJI.sub(r" \g<0> ", text)).split())
    return tuple(token.text for token in _tokenizer()(spaced))


def collect_text(
    domain: str,
    *,
    training: Iterable[Words],
    held_back: Iterable[Words],
    raw: Mapping[str, Iterable[str]],
    anonymised: bool,
) -> RawText:
    """Collect the unlabelled text of a domain: its training sentences, then raw lines by source.

    Each sentence is taken once, and none that stands in a dev or test set (`held_back`), whose
    text no model may see before it is scored. Two sentences count as the same when only case,
    spaces, the tokens' borders or compatible characters ("…" and "...") differ: corpora differ in
    these. A word with a space inside becomes several tokens; raw lines without a letter or digit
    are left out.
    """
    seen = dict.fromkeys(map(_identity, _anonymised(held_back, anonymised)), "in_dev_or_test")
    left_out = {"in_dev_or_test": 0, "repeated": 0, "without_words": 0}
    sentences: list[Words] = []
    tokens: dict[str, int] = {}
    tokenised = (tuple(" ".join(words).split()) for words in training)
    sources = {TRAINING: tokenised, **{name: map(tokenise, lines) for name, lines in raw.items()}}
    for name, source in sources.items():
        start = len(sentences)
        for words in _anonymised(source, anonymised):
            identity = _identity(words)
            if name != TRAINING and not any(map(str.isalnum, identity)):
                left_out["without_words"] += 1
            elif identity in seen:
                left_out[seen[identity]] += 1
            else:
                seen[identity] = "repeated"
                sentences.append(words)
        tokens[name] = sum(map(len, sentences[start:]))
    summary = {
        "domain": domain,
        "sentences": len(sentences),
        "tokens": sum(tokens.values()),
        "sources": tokens,
        "left_out": left_out,
    }
    return RawText(sentences, summary)


def _anonymised(sentences: Iterable[Words], wanted: bool) -> Iterable[Words]:
    if not wanted:
        return sentences
    return (tuple(map(anonymise, words)) for words in sentences)


def _identity(words: Words) -> str:
    """Return a key that is equal for equal sentences under any tokenisation."""
    text = html.unescape("".join(words))
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


@cache
def _tokenizer() -> "Tokenizer":
    """Build spaCy's English tokenizer, which needs no model."""
    from spacy.lang.en import English  # a second to import, and only raw tweets need it

    tokenizer = cast("Tokenizer", English().tokenizer)
    tokenizer.token_match = lambda text: _EMOJI.fullmatch(text) or _UNIT.fullmatch(text)
    return tokenizer


def _check(words: Words, path: str | Path, line: int) -> None:
    """Raise an error for a sentence that has an empty word or one with a space."""
    for word in words:
        if word.split() != [word]:
            raise CorpusError(
                path,
                line,
                expected="tokens separated by one space",
                found=excerpt(word) if word else "an empty token",
            )


def _check_any(sentences: Sequence[Words], path: str | Path) -> None:
    if not sentences:
        raise CorpusError(path, None, expected="at least one sentence", found="an empty file")
