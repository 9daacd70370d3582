"""The invented language: open-class words and names, and the share of them each domain uses.

Open-class words are invented, so that no word vector helps: what a model knows of a word it has
learned from the demo's own training sets. Function words, in `grammar.py`, are real.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate

from mutspad.data.demo.dice import Dice
from mutspad.data.demo.syntax import Domain

ONSETS = (
    *("b", "br", "d", "dr", "f", "fl", "gl", "gr", "h", "j", "k", "kl", "l", "m", "n", "p", "pl"),
    *("r", "s", "sk", "sl", "sp", "st", "str", "t", "tr", "v", "w", "z"),
)
NUCLEI = ("a", "e", "i", "o", "u", "ai", "ea")
MIDDLES = ("b", "d", "l", "m", "n", "nd", "r", "t", "v", "z")
CODAS = ("b", "d", "l", "m", "n", "nd", "r", "rk", "rm", "rn", "st")

# Lists of the open classes and how many words each has. A list of verbs is a frame of the grammar.
SIZES: Mapping[str, int] = {
    "thing": 150,
    "relational": 36,
    "human": 36,
    "adjective": 90,
    "manner": 40,
    "say": 20,
    "go": 24,
    "make": 30,
    "meet": 20,
    "change": 36,
    "affect": 50,
    "put": 20,
    "want": 12,
    "first": 60,
    "last": 80,
    "place": 80,
    "company": 60,
    "product": 60,
}
# Endings typical of a class, and the share of its words that have one.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "thing": ("tion", "ment", "age"),
    "relational": ("tion", "ment"),
    "human": ("er", "ist"),
    "adjective": ("al", "ive", "ic", "ful"),
    "manner": ("ly",),
    "last": ("son", "ez", "ov"),
    "place": ("ton", "burg", "ia"),
    "company": ("tec", "soft"),
    "product": ("ix", "pad"),
}
ENDING_SHARE = 0.35
NAMES = ("first", "last", "place", "company", "product")
# Names that people, places, companies and products share: only the context disambiguates.
COMMON_NAMES = 60
# Verb stems that are nouns too ("the vote", "they vote"): only the context disambiguates.
VERBS_THAT_ARE_NOUNS = {"affect": 0.6, "change": 0.6, "make": 0.4}

# Of each list, the share that both domains use; the rest is split evenly between them.
SHARED = 0.6
# Of a list's words the one at rank r is used in proportion to 1 / (r + FLATNESS).
FLATNESS = 8.0


class WordList:
    """The words of one class in one domain, the most frequent first."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._limits = list(accumulate(1 / (rank + FLATNESS) for rank in range(len(words))))

    def pick(self, dice: Dice) -> str:
        """Sample a word by its frequency."""
        return self.words[dice.rank(self._limits)]


def invent_language(seed: int) -> dict[Domain, dict[str, WordList]]:
    """Invent the words of every class and give each domain its share of them."""
    dice = Dice(seed)
    taken: set[str] = set()
    stems = {
        name: [_invent_word(dice, name, taken) for _ in range(size)] for name, size in SIZES.items()
    }
    for verbs, share in VERBS_THAT_ARE_NOUNS.items():
        stems["thing"] += stems[verbs][: round(share * len(stems[verbs]))]
    common = [_invent_stem(dice, taken) for _ in range(COMMON_NAMES)]
    for name in NAMES:
        stems[name] = [word.capitalize() for word in stems[name] + common]
    language: dict[Domain, dict[str, WordList]] = {domain: {} for domain in Domain}
    for name, words in stems.items():
        shuffled = dice.shuffle(words)
        shared = round(SHARED * len(words))
        middle = shared + (len(words) - shared) // 2
        parts = {Domain.NEWS: shuffled[shared:middle], Domain.TWEETS: shuffled[middle:]}
        for domain, own in parts.items():
            language[domain][name] = WordList(dice.shuffle(shuffled[:shared] + own))
    return language


def _invent_word(dice: Dice, name: str, taken: set[str]) -> str:
    """Invent a word of a class, some with an ending typical of the class."""
    endings = ENDINGS.get(name, ())
    stem = _invent_stem(dice, taken)
    return stem + dice.pick(endings) if endings and dice.chance(ENDING_SHARE) else stem


def _invent_stem(dice: Dice, taken: set[str]) -> str:
    """Invent a new stem of two syllables."""
    while True:
        parts = (ONSETS, NUCLEI, MIDDLES, NUCLEI, CODAS)
        stem = "".join(dice.pick(part) for part in parts)
        if stem not in taken:
            taken.add(stem)
            return stem
