"""Turn clauses into tweets: dropped words, spelling variants, handles, hashtags and the like."""

from collections.abc import Sequence

from mutspad.data.demo.dice import Dice
from mutspad.data.demo.grammar import Grammar
from mutspad.data.demo.syntax import Node, Phrase, capitalise, chunked

GREETINGS = ("lol", "omg", "haha", "wow", "yes", "yeah", "ugh", "hey", "ok", "thanks", "please")
EMOTICONS = (":)", ":(", ":D", ";)", "<3", ":P", "xD")
ENDINGS = ("!", "!!!", "...", "?", ".")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
VOWELS = "aeiou"
ABBREVIATIONS = {
    "you": "u",
    "are": "r",
    "to": "2",
    "for": "4",
    "and": "n",
    "because": "cuz",
    "with": "w/",
    "before": "b4",
    "my": "ma",
    "the": "da",
    "that": "dat",
    "really": "rly",
    "today": "2day",
}


def build_tweet(grammar: Grammar) -> list[Node]:
    """Build a tweet of one or two utterances, noise included; each utterance may be a root."""
    dice = grammar.dice
    first = _utterance(grammar)
    nodes = first.nodes
    if dice.chance(0.3):
        nodes += _ending(dice, first.head)
        second = _utterance(grammar)
        # TweeBank leaves unconnected utterances as roots of their own.
        if dice.chance(0.3):
            nodes += second.under(first.head, "parataxis")
        else:
            nodes += second.nodes
    if dice.chance(0.5):
        nodes += _ending(dice, first.head)
    if dice.chance(0.4):
        capitalise(nodes[0])
    _spell(dice, nodes)
    return [*_opening(grammar, first.head), *nodes, *_closing(grammar, first.head)]


def _utterance(grammar: Grammar) -> Phrase:
    """Build a sentence, sometimes without function words, or a bare noun phrase."""
    dice = grammar.dice
    if dice.chance(0.12):
        return grammar.group(grammar.common)
    phrase = grammar.sentence()
    owners = {node.head for node in phrase.nodes}
    dropped = {
        node for node in phrase.nodes if node not in owners and dice.chance(_drop_rate(node))
    }
    phrase.nodes = [node for node in phrase.nodes if node not in dropped]
    return phrase


def _drop_rate(node: Node) -> float:
    """Return the probability that a word without dependents is dropped."""
    if node.relation == "nsubj" and node.word == "I":
        return 0.3
    return {"det": 0.15, "cop": 0.15, "mark": 0.1}.get(node.relation, 0.0)


def _opening(grammar: Grammar, root: Node) -> list[Node]:
    """Build what comes before the utterances: a retweet mark, handles, an interjection."""
    dice = grammar.dice
    nodes = []
    if dice.chance(0.12):
        handle = grammar.handle().under(root, "discourse")
        nodes += [Node("RT", "X", "discourse", root), *handle, Node(":", ":", "punct", root)]
    elif dice.chance(0.2):
        nodes += grammar.handle().under(root, "vocative")
    if dice.chance(0.2):
        nodes.append(_interjection(dice, root))
    return nodes


def _closing(grammar: Grammar, root: Node) -> list[Node]:
    """Build what comes after the utterances: an interjection, an emoticon, hashtags, a link."""
    dice = grammar.dice
    nodes = []
    if dice.chance(0.12):
        nodes.append(_interjection(dice, root))
    if dice.chance(0.15):
        nodes.append(Node(dice.pick(EMOTICONS), "SYM", "discourse", root))
    if dice.chance(0.2):
        nodes += [
            Node(f"#{grammar.words['thing'].pick(dice)}", "X", "discourse", root)
            for _ in range(dice.number(1, 2))
        ]
    if dice.chance(0.15):
        code = "".join(dice.pick(LETTERS) for _ in range(6))
        nodes.append(Node(f"http://t.co/{code}", "X", "list", root))
    return nodes


def _interjection(dice: Dice, root: Node) -> Node:
    """Build an interjection, some of them lengthened."""
    node = Node(dice.pick(GREETINGS), "UH", "discourse", root)
    chunked([node], "INTJ")
    if dice.chance(0.3):
        node.word = _lengthen(dice, node.word)
    return node


def _ending(dice: Dice, root: Node) -> list[Node]:
    """Build the punctuation that ends an utterance."""
    return [Node(dice.pick(ENDINGS), ".", "punct", root)]


def _spell(dice: Dice, nodes: Sequence[Node]) -> None:
    """Vary the spelling of words; the labels stay."""
    lower, upper = dice.chance(0.45), dice.chance(0.04)
    for node in nodes:
        if node.word.startswith("@"):
            continue
        if node.word in ABBREVIATIONS and dice.chance(0.3):
            node.word = ABBREVIATIONS[node.word]
        elif node.tag == "VBG" and dice.chance(0.3):
            node.word = node.word.removesuffix("g")
        elif node.tag in ("RB", "JJ") and dice.chance(0.12):
            node.word = _lengthen(dice, node.word)
        elif len(node.word) > 5 and dice.chance(0.05):
            node.word = node.word[0] + "".join(c for c in node.word[1:] if c not in VOWELS)
        if lower or (node.tag == "NNP" and dice.chance(0.1)):
            node.word = node.word.lower()
        elif upper:
            node.word = node.word.upper()


def _lengthen(dice: Dice, word: str) -> str:
    """Repeat the last vowel of a word."""
    place = max((word.rfind(vowel) for vowel in VOWELS), default=-1)
    return word if place < 0 else word[:place] + word[place] * dice.number(3, 6) + word[place + 1 :]
