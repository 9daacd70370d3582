"""The demo's eight corpora: one a domain and task, each with its own sentences."""

from collections.abc import Mapping
from types import MappingProxyType
from zlib import crc32

from mutspad.config.base import SPLITS, Split
from mutspad.config.sections import DemoParams
from mutspad.data.demo.dice import Dice
from mutspad.data.demo.grammar import Grammar, Style
from mutspad.data.demo.language import invent_language
from mutspad.data.demo.noise import build_tweet
from mutspad.data.demo.syntax import Domain, Node, capitalise, layer_of
from mutspad.data.sentence import Sentence
from mutspad.tasks import PAPER_TASKS, Task

CORPUS_NAMES: Mapping[tuple[Domain, Task], str] = {
    (domain, task): f"demo-{domain}-{task}" for domain in Domain for task in PAPER_TASKS
}
LENGTHS = {Domain.NEWS: (4, 22), Domain.TWEETS: (3, 18)}

STYLES: Mapping[Domain, Style] = {
    Domain.NEWS: Style(
        frames={
            **{"say": 2, "go": 2, "make": 2, "meet": 1.5, "change": 2, "affect": 3, "put": 1.5},
            **{"want": 1, "be": 1.5, "passive": 2},
        },
        pronoun=0.12,
        name=0.65,
        adjective=0.3,
        compound=0.15,
        degree=0.15,
        manner=0.25,
        time=0.2,
        adjunct=0.35,
        coordination=0.1,
        relative=0.07,
        subordinate=0.1,
        past=0.5,
        handle=0.0,
    ),
    Domain.TWEETS: Style(
        frames={
            **{"say": 1, "go": 3, "make": 3, "meet": 2, "change": 1, "affect": 2.5, "put": 1},
            **{"want": 2, "be": 3, "passive": 0.7},
        },
        pronoun=0.4,
        name=0.65,
        adjective=0.25,
        compound=0.1,
        degree=0.35,
        manner=0.15,
        time=0.2,
        adjunct=0.2,
        coordination=0.05,
        relative=0.04,
        subordinate=0.05,
        past=0.25,
        handle=0.2,
    ),
}


def generate(params: DemoParams) -> dict[str, dict[Split, list[Sentence]]]:
    """Generate the demo's corpora: corpus name -> split -> sentences.

    Every corpus draws from its own stream and carries its own task's layer only. No two sentences
    of the demo are equal, handles, links and case aside.
    """
    language = invent_language(params.seed)
    sizes = {Domain.NEWS: params.news, Domain.TWEETS: params.tweets}
    seen: set[tuple[str, ...]] = set()
    corpora = {}
    for (domain, task), name in CORPUS_NAMES.items():
        grammar = Grammar(Dice(params.seed, crc32(name.encode())), language[domain], STYLES[domain])
        corpora[name] = {
            split: [
                _sentence(f"{name}.{split}.{number}", grammar, domain, task, seen)
                for number in range(1, getattr(sizes[domain], split) + 1)
            ]
            for split in SPLITS
        }
    return corpora


def _sentence(
    name: str, grammar: Grammar, domain: Domain, task: Task, seen: set[tuple[str, ...]]
) -> Sentence:
    """Build a sentence that has not been seen, with one task's layer."""
    shortest, longest = LENGTHS[domain]
    while True:
        nodes = build_tweet(grammar) if domain is Domain.TWEETS else _build_news(grammar)
        content = tuple(
            node.word.lower() for node in nodes if not node.word.startswith(("@", "http"))
        )
        if shortest <= len(nodes) <= longest and content not in seen:
            seen.add(content)
            words = tuple(node.word for node in nodes)
            return Sentence(name, words, MappingProxyType({task: layer_of(nodes, task, domain)}))


def _build_news(grammar: Grammar) -> list[Node]:
    """Build a sentence of a newspaper."""
    sentence = grammar.sentence()
    capitalise(sentence.nodes[0])
    return [*sentence.nodes, Node(".", ".", "punct", sentence.head)]
