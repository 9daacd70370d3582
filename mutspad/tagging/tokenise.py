"""Tokenise raw tweets, as the treebanks of tweets do, with character offsets.

Tokens are pieces of the text and what lies between two of them is white space or zero-width space:
nothing is lost and nothing is normalised. Conventions are those of Tweebank: Twitter's units stay
whole, contractions and punctuation are split off as Universal Dependencies do.
"""

import html
import re
from collections.abc import Iterator

import regex

Offsets = tuple[int, int]

# `re` knows all that Python calls white space; zero-width spaces are spaces that have no width.
_PIECE = re.compile(r"[^\s\u200b\ufeff]+")
_TOKENISED = re.compile(r"\S+")

_PICTURE = (
    r"[\p{Extended_Pictographic}\p{Emoji_Modifier}]"
    r"[\p{Emoji_Modifier}\ufe0e\ufe0f\u20e3\U000e0020-\U000e007f]*"
)
_EMOJI = (
    r"[0-9#*][\ufe0e\ufe0f]?\u20e3"
    r"|\p{Regional_Indicator}{1,2}[\ufe0e\ufe0f]?"
    rf"|(?![0-9#*©®™]){_PICTURE}(?:\u200d{_PICTURE})*"
)
_EYES, _NOSE = r"[:;=8xX]", r"[-o^'\u2019]?"
_EMOTICON = (
    rf"(?<![\p{{L}}\p{{N}}])(?:>?{_EYES}{_NOSE}(?:[)(\]\[}}{{|\\@*]+|[DPpOo3/S]+(?![\p{{L}}\p{{N}}/]))"
    rf"|[(\[]+{_NOSE}[:;=](?![\p{{L}}\p{{N}}])"
    r"|<+/?3+(?![0-9])|<?-+>|<-+|\^[_.]*\^|[-tToO0>][_.][-tToO0<](?![\p{L}\p{N}])|\\o/|:'+[()]"
    r"|-_+-|¯\\_\(ツ\)_/¯)"
)
_URL = (
    r"(?:(?i:https?)://|(?i:www)\.)[!-~…\p{L}\p{N}]*?(?=[.,!?:;)\]'\"…]*(?:[^!-~…\p{L}\p{N}]|$))"
    r"|\b[\p{L}\p{N}][\p{L}\p{N}-]{0,62}(?:\.[\p{L}\p{N}-]{1,63}){0,9}"
    r"\.(?:com|org|net|edu|gov|info|co|ly|tv|fm|me|uk|ca|io)\b(?:/[!-~]*[\w/])?"
)
_WORD = r"[\p{L}\p{M}\p{N}_\u200c\u200d\u2060\u00ad]"
_TOKEN = regex.compile(
    "|".join(
        (
            rf"(?:{_URL})",
            r"[\p{L}\p{N}.+_-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,9}",  # e-mail
            r"@_*[A-Za-z0-9][A-Za-z0-9_]*",
            r"#(?=[\p{N}_]*\p{L})[\p{L}\p{M}\p{N}_]+",
            _EMOJI,
            r"&(?:\#[0-9]+|\#x[0-9a-fA-F]+|[A-Za-z]+);",  # an entity of HTML
            _EMOTICON,
            r"(?<!\p{L})(?:\p{L}\.){2,}",  # U.S., a.m.
            r"(?<![\p{L}\p{N}])(?i:mr|mrs|ms|dr|st|jr|sr|vs|prof|gen|feat|ft|no)\.(?=\s|$|[\p{L}\p{N}])",
            r"[0-9]+(?:[.,:/][0-9]+)+",
            r"[0-9]+(?i:st|nd|rd|th)(?![\p{L}\p{N}])",
            r"[.,]?[0-9]+(?=(?i:am|pm|km|mph|lbs?)?(?![\p{L}\p{N}]))",
            rf"{_WORD}+(?:['\u2019]{_WORD}+)*['\u2019]?",
            r"[.…]{2,}|…",
            r"([!?])[!?]*",
            r"([^\s\p{L}\p{N}])\2*",
            r".",
        )
    ),
    regex.DOTALL,
)
_CONTRACTION = regex.compile(
    r"(?i)(?<!^)(?:(?:n['\u2019]t|['\u2019](?:s|m|d|re|ve|ll|all|em|cause))$)"
    r"|(?<=^(?:do|does|did|is|was|wo|could|would|should|are|were|have|has|had))nt$"
    r"|(?<=^can)not$|(?<=^(?:gon|wan))na$|(?<=^got)ta$|(?<=^(?:lem|gim))me$|(?<=^i)m$"
)


def tokenise(text: str) -> list[Offsets]:
    """Return where the tokens of a text begin and end, in characters."""
    return [offsets for piece in _PIECE.finditer(text) for offsets in _split(text, *piece.span())]


def split_at_spaces(text: str) -> list[Offsets]:
    """Return where the tokens of a text begin and end that is tokenised already."""
    return [match.span() for match in _TOKENISED.finditer(text)]


def decode_entity(token: str) -> str:
    """Decode an entity of HTML, such as Twitter's `&amp;`, unless it stands for white space."""
    decoded = html.unescape(token) if token.startswith("&") else token
    return decoded if decoded.split() == [decoded] else token


def _split(text: str, start: int, end: int) -> Iterator[Offsets]:
    """Split a piece without white space."""
    for match in _TOKEN.finditer(text, start, end):
        first, last = match.span()
        word = match.group()
        if word[-1:] in ("'", "\u2019") and last - first > 1 and word[:-1].isalnum():
            yield first, last - 1
            yield last - 1, last
            continue
        contraction = _CONTRACTION.search(word) if word[0].isalpha() else None
        if contraction is not None:
            yield first, first + contraction.start()
            first += contraction.start()
        yield first, last
