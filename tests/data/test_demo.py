from collections import Counter

import pytest
from pydantic import ValidationError

from mutspad.config.sections import DemoParams, DemoSizes
from mutspad.data.anonymise import anonymise
from mutspad.data.demo import CORPUS_NAMES, generate
from mutspad.data.demo.dice import Dice
from mutspad.data.demo.language import invent_language
from mutspad.data.demo.syntax import Domain, Entity, Node, Phrase, Span, layer_of
from mutspad.data.labels import first_invalid_iob2
from mutspad.data.sentence import Origin
from mutspad.tasks import TASKS, Task

PARAMS = DemoParams(
    seed=7,
    news=DemoSizes(train=300, dev=40, test=60),
    tweets=DemoSizes(train=50, dev=40, test=150),
)
PTB_TAGS = {
    *(",", ".", ":", "CC", "CD", "DT", "IN", "JJ", "MD", "NN", "NNP", "NNS", "POS", "PRP", "PRP$"),
    *("RB", "RP", "TO", "VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "WDT", "WP"),
}
UNIVERSAL_TAGS = {
    *("ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN"),
    *("PUNCT", "SCONJ", "SYM", "VERB", "X"),
}
CHUNK_TYPES = {"NP", "VP", "PP", "ADVP", "ADJP", "SBAR", "PRT"}
ENTITY_TYPES = {
    Domain.NEWS: {"PER", "LOC", "ORG", "MISC"},
    Domain.TWEETS: {"person", "location", "corporation", "product"},
}
ALL = [(domain, task) for domain in Domain for task in TASKS]


@pytest.fixture(scope="module")
def demo():
    return generate(PARAMS)


def sentences_of(demo, domain, task):
    return [sentence for split in demo[CORPUS_NAMES[domain, task]].values() for sentence in split]


def labels_of(demo, domain, task):
    return Counter(
        label
        for sentence in sentences_of(demo, domain, task)
        for label in sentence.layers[task].labels
    )


def reaches_root(heads, word):
    for _ in heads:
        word = heads[word - 1]
        if word == 0:
            return True
    return False


def test_names_and_sizes(demo):
    assert set(demo) == {f"demo-{d}-{t}" for d in ("news", "tweets") for t in TASKS}
    for (domain, _), name in CORPUS_NAMES.items():
        sizes = getattr(PARAMS, domain)
        assert {split: len(sentences) for split, sentences in demo[name].items()} == {
            "train": sizes.train,
            "dev": sizes.dev,
            "test": sizes.test,
        }


@pytest.mark.parametrize(("domain", "task"), ALL)
def test_sentences_are_whole(demo, domain, task):
    sentences = sentences_of(demo, domain, task)
    assert len({sentence.id for sentence in sentences}) == len(sentences)
    for sentence in sentences:
        assert all(word and not any(c.isspace() for c in word) for word in sentence.words)
        assert set(sentence.layers) == {task}
        layer = sentence.layers[task]
        assert layer.origin is Origin.GOLD
        assert len(layer.labels) == len(sentence.words)
        assert (layer.heads is not None) == (task is Task.DEP)


def test_no_two_sentences_are_equal_once_anonymised(demo):
    seen = Counter(
        tuple(anonymise(word).lower() for word in sentence.words)
        for domain, task in ALL
        for sentence in sentences_of(demo, domain, task)
    )
    assert max(seen.values()) == 1


def test_equal_parameters_give_equal_corpora(demo):
    assert generate(PARAMS) == demo


def test_another_seed_gives_another_language(demo):
    other = generate(PARAMS.model_copy(update={"seed": 8}))
    name = "demo-news-pos"
    words, others = (
        {word for sentence in corpora[name]["train"] for word in sentence.words}
        for corpora in (demo, other)
    )
    assert len(words & others) < 0.3 * len(words)


def test_a_corpus_does_not_hang_on_the_size_of_another(demo):
    larger = generate(PARAMS.model_copy(update={"news": DemoSizes(train=310, dev=40, test=60)}))
    assert larger["demo-tweets-ner"] == demo["demo-tweets-ner"]


def test_negative_seed_is_an_error():
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        DemoParams(seed=-1, news=PARAMS.news, tweets=PARAMS.tweets)


@pytest.mark.parametrize("task", [Task.CHUNK, Task.NER])
@pytest.mark.parametrize("domain", list(Domain))
def test_spans_are_valid_iob2(demo, domain, task):
    for sentence in sentences_of(demo, domain, task):
        assert first_invalid_iob2(sentence.layers[task].labels) is None, sentence


@pytest.mark.parametrize("domain", list(Domain))
def test_trees_are_trees(demo, domain):
    roots = Counter()
    for sentence in sentences_of(demo, domain, Task.DEP):
        layer = sentence.layers[Task.DEP]
        n_words = len(sentence)
        assert all(0 <= head <= n_words for head in layer.heads)
        assert all(reaches_root(layer.heads, word) for word in range(1, n_words + 1)), sentence
        assert [head == 0 for head in layer.heads] == [rel == "root" for rel in layer.labels]
        roots[layer.heads.count(0)] += 1
    assert roots[0] == 0
    if domain is Domain.NEWS:
        assert set(roots) == {1}
    else:
        assert set(roots) == {1, 2}
        assert 0.1 < roots[2] / roots.total() < 0.5


def test_news_has_treebank_tags_and_tweets_universal_ones(demo):
    assert set(labels_of(demo, Domain.NEWS, Task.POS)) <= PTB_TAGS
    assert set(labels_of(demo, Domain.TWEETS, Task.POS)) == UNIVERSAL_TAGS


@pytest.mark.parametrize("domain", list(Domain))
def test_chunk_types(demo, domain):
    types = {label[2:] for label in labels_of(demo, domain, Task.CHUNK)} - {""}
    assert types == CHUNK_TYPES | ({"INTJ"} if domain is Domain.TWEETS else set())


@pytest.mark.parametrize("domain", list(Domain))
def test_entity_types_and_none_is_rare(demo, domain):
    labels = labels_of(demo, domain, Task.NER)
    begins = {label[2:]: count for label, count in labels.items() if label.startswith("B-")}
    assert set(begins) == ENTITY_TYPES[domain]
    assert min(begins.values()) > 0.05 * sum(begins.values())


def test_tweets_are_noisy(demo):
    words = [
        word
        for task in TASKS
        for sentence in sentences_of(demo, Domain.TWEETS, task)
        for word in sentence.words
    ]
    assert any(word == "RT" for word in words)
    for start in ("@", "#", "http://"):
        assert any(word.startswith(start) and len(word) > len(start) for word in words)
    assert any(vowel * 3 in word for word in words for vowel in "aeiou")


def test_domains_share_words_in_part():
    language = invent_language(7)
    for name, news in language[Domain.NEWS].items():
        tweets = set(language[Domain.TWEETS][name].words)
        share = len(tweets & set(news.words)) / len(tweets)
        assert 0.6 < share < 0.9, name


def test_verbs_and_nouns_and_names_of_two_kinds_share_forms():
    news = {name: set(words.words) for name, words in invent_language(7)[Domain.NEWS].items()}
    assert len(news["thing"] & news["affect"]) > 10
    assert len(news["place"] & news["company"]) > 10


def test_test_words_are_partly_unknown(demo):
    corpus = demo["demo-tweets-pos"]
    known = {word.lower() for sentence in corpus["train"] for word in sentence.words}
    test = [word.lower() for sentence in corpus["test"] for word in sentence.words]
    assert 0.35 < sum(word in known for word in test) / len(test) < 0.8


def test_dice_follow_the_weights():
    dice = Dice(3)
    counts = Counter(dice.weigh({"often": 3.0, "seldom": 1.0, "never": 0.0}) for _ in range(4000))
    assert set(counts) == {"often", "seldom"}
    assert 2.6 < counts["often"] / counts["seldom"] < 3.4


@pytest.fixture
def nodes():
    """Build 'Velm Oston is Velmian Velmia', with two adjacent mentions at the end."""
    is_ = Node("is", "VBZ", "cop")
    first, last = Node("Velm", "NNP", "nsubj"), Node("Oston", "NNP", "flat")
    place, people = Node("Velmia", "NNP"), Node("Velmian", "JJ", "amod")
    last.head, first.head, is_.head, people.head = first, place, place, place
    person = Span(Entity.PERSON)
    first.mention = last.mention = person
    place.mention, people.mention = Span(Entity.PLACE), Span(Entity.PEOPLE)
    return [first, last, is_, people, place]


def test_layers_read_off_the_nodes(nodes):
    tree = layer_of(nodes, Task.DEP, Domain.NEWS)
    assert tree.heads == (5, 1, 5, 5, 0)
    assert tree.labels == ("nsubj", "flat", "cop", "amod", "root")
    assert layer_of(nodes, Task.POS, Domain.NEWS).labels == ("NNP", "NNP", "VBZ", "JJ", "NNP")
    universal = layer_of(nodes, Task.POS, Domain.TWEETS).labels
    assert universal == ("PROPN", "PROPN", "AUX", "ADJ", "PROPN")
    news = layer_of(nodes, Task.NER, Domain.NEWS).labels
    assert news == ("B-PER", "I-PER", "O", "B-MISC", "B-LOC")
    tweets = layer_of(nodes, Task.NER, Domain.TWEETS).labels
    assert tweets == ("B-person", "I-person", "O", "O", "B-location")


def test_a_phrase_hangs_by_its_head(nodes):
    verb = Node("closed", "VBD")
    phrase = Phrase(nodes, nodes[-1])
    assert phrase.under(verb, "obl") is nodes
    assert (nodes[-1].head, nodes[-1].relation) == (verb, "obl")
