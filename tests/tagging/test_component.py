"""What spaCy's own tools find in a document is what the model has found."""

import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import spacy
from spacy.matcher import DependencyMatcher
from spacy.tokens import DocBin

from mutspad.tagging import component

TWEET = "@USER Ada Lund sails to Bergen lol HTTPURL"


@pytest.fixture(scope="module")
def english(model_folder):
    made = spacy.blank("en")
    made.add_pipe("mutspad", config={"model": str(model_folder)})
    return made


def test_a_document_has_what_the_model_found(english, nlp):
    doc, document = english(TWEET), nlp([TWEET.split()])[0]
    assert [token.text for token in doc] == [*document.tokens]
    assert [token.pos_ for token in doc] == [*document.pos]
    assert [token.tag_ for token in doc] == [*document.pos]
    heads = [0 if token.head is token or token.head == token else token.head.i + 1 for token in doc]
    assert heads == [*document.heads]
    assert [token.dep_ for token in doc][2:5] == ["flat", "ROOT", "case"]
    assert [(span.text, span.label_) for span in doc.ents] == [
        ("Ada Lund", "person"),
        ("Bergen", "location"),
    ]
    assert [span.text for span in doc.spans["chunks"]] == [span.text for span in document.chunks]


def test_white_space_hangs_on_a_word_and_is_not_read(english):
    plain, spaced = english("Great day . See Oslo"), english(" Great  day .\n See Oslo")
    words = [token for token in spaced if not token.is_space]
    assert [token.pos_ for token in words] == [token.pos_ for token in plain]
    assert [token.head.text for token in words] == [token.head.text for token in plain]
    assert spaced[0].head.text == "Great"
    assert [span.text for span in spaced.ents] == ["Oslo"]


def test_each_root_begins_a_sentence(english):
    assert [span.text for span in english("Great day . See Oslo").sents] == [
        "Great day .",
        "See Oslo",
    ]


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_a_text_without_words_stays_bare(english, text):
    assert not english(text).ents


def test_streams_matchers_and_files_work(english):
    docs = list(english.pipe([TWEET, "", "See Oslo"], batch_size=2))
    assert [doc.text for doc in docs] == [TWEET, "", "See Oslo"]
    stored = DocBin(docs=docs, store_user_data=True).to_bytes()
    read = list(DocBin().from_bytes(stored).get_docs(english.vocab))
    assert [span.text for span in read[0].ents] == ["Ada Lund", "Bergen"]
    matcher = DependencyMatcher(english.vocab)
    pattern = [
        {"RIGHT_ID": "verb", "RIGHT_ATTRS": {"POS": "VERB"}},
        {"LEFT_ID": "verb", "REL_OP": ">", "RIGHT_ID": "who", "RIGHT_ATTRS": {"DEP": "nsubj"}},
    ]
    matcher.add("who", [pattern])
    ((_, (verb, who)),) = matcher(docs[0])
    assert (docs[0][verb].text, docs[0][who].text) == ("sails", "Ada")


def test_the_package_tells_spacy_where_the_component_is():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    place = project["project"]["entry-points"]["spacy_factories"]["mutspad"]
    module, name = place.split(":")
    assert getattr(import_module(module), name) is component.create
