"""A model tags texts as they stand: offsets, order, memory and long lines."""

import itertools
import subprocess
import sys

import pytest
import torch

import mutspad
from mutspad.errors import CheckpointError, MutspadError
from mutspad.models.checkpoint import load_model
from mutspad.models.contextual import ContextualWords
from mutspad.models.encoders import FrozenEncoder
from mutspad.tagging import full
from mutspad.tagging import pipeline as module
from mutspad.tagging.full import FullModel
from mutspad.tagging.pipeline import Pipeline, cut, find_model, load
from mutspad.tasks import Task

TWEET = "@ada_l Ada Lund sails to Bergen lol https://t.co/x"


def test_a_document_has_what_the_model_knows_by_heart(nlp):
    document = nlp(TWEET)
    assert document.text == TWEET
    assert document.tokens == tuple(TWEET.split())
    assert document.pos == ("PROPN", "PROPN", "PROPN", "VERB", "ADP", "PROPN", "INTJ", "X")
    assert document.heads == (4, 4, 2, 0, 6, 4, 4, 4)
    assert document.deprels[:3] == ("vocative", "nsubj", "flat")
    assert [(span.text, span.label) for span in document.entities] == [
        ("Ada Lund", "person"),
        ("Bergen", "location"),
    ]
    span = document.chunks[1]
    assert (span.text, span.label, span.start, span.end) == ("Ada Lund", "NP", 1, 3)
    assert TWEET[span.start_char : span.end_char] == "Ada Lund"


def test_handles_and_links_are_one_to_the_model(nlp):
    one, two = nlp([TWEET, TWEET.replace("ada_l", "x").replace("https://t.co/x", "www.a.no")])
    assert one.layers == two.layers
    assert two.tokens[-1] == "www.a.no"


def test_entities_of_html_are_characters_to_the_model(nlp):
    raw, plain = nlp(["We don't like rain &amp; wind!", "We don't like rain & wind!"])
    assert raw.layers == plain.layers
    assert raw.tokens[4:6] == ("rain", "&amp;")


def test_tokens_are_taken_as_they_are(nlp):
    tokens = ["Great", "day", ".", "See", "100 000", "Oslo"]
    (document,) = nlp([tokens])
    assert document.tokens == tuple(tokens)
    assert document.text == "Great day . See 100 000 Oslo"


@pytest.mark.parametrize("token", ["", " ", "a  b", "a\n"])
def test_a_token_that_is_no_word_is_refused(nlp, token):
    with pytest.raises(MutspadError, match="expected words"):
        nlp([["a", token]])


def test_an_empty_text_is_an_empty_document(nlp):
    empty, blank = nlp(["", " \u200b\n"])
    assert (empty.tokens, empty.heads, empty.entities) == ((), (), ())
    assert blank.text == " \u200b\n"
    assert len(blank) == 0


def test_order_stays_and_windows_do_not_decide(nlp, monkeypatch):
    texts = [" ".join(TWEET.split()[:length]) for length in (5, 1, 8, 3, 0, 7)] * 3
    together = nlp(texts)
    assert [document.text for document in together] == texts
    monkeypatch.setattr(module, "WINDOW_WORDS", 6)
    assert nlp(texts) == together


def test_a_stream_is_read_no_further_than_needed(nlp, monkeypatch):
    monkeypatch.setattr(module, "WINDOW_WORDS", 10)
    read = []
    endless = (read.append(number) or "See Oslo" for number in itertools.count())
    documents = list(itertools.islice(nlp.pipe(endless), 50))
    assert len(documents) == 50
    assert len(read) < 60


def test_a_line_of_ten_thousand_words_keeps_all_of_them(nlp):
    text = "Ada sails to Bergen . " * 2000
    document = nlp(text)
    assert document.tokens == tuple(text.split())
    assert len(document.pos) == len(document.heads) == 10_000
    assert all(
        head == 0 or abs(head - place) < module.MOST_WORDS
        for place, head in enumerate(document.heads, 1)
    )
    assert 0 in document.heads[-module.MOST_WORDS :]


def test_long_texts_are_cut_behind_a_sentence(monkeypatch):
    monkeypatch.setattr(module, "MOST_WORDS", 4)
    assert cut(["a", "b", ".", "c", "d", "e", "f", "g", "h", "!"]) == [(0, 3), (3, 7), (7, 10)]
    assert cut([]) == []


def test_a_model_of_one_task_leaves_the_others_empty(tagger_folder):
    document = mutspad.load(tagger_folder)("Great day")
    assert document.pos == ("ADJ", "NOUN")
    assert (document.heads, document.chunks, document.layers.keys()) == ((), (), {Task.POS})
    assert document.to_dict()["tokens"][0] == {
        "text": "Great",
        "start_char": 0,
        "end_char": 5,
        "pos": "ADJ",
    }


def test_a_frozen_encoder_reads_each_distinct_text_once(tagger_folder, monkeypatch):
    loaded = load_model(tagger_folder)
    loaded.model.contextual = ContextualWords(n_layers=2, dim=3)
    asked, seen = [], []

    def embed(sentences):
        asked.extend(sentences)
        return [torch.ones(2, len(words), 3) for words in sentences]

    monkeypatch.setattr(full, "annotate", lambda *args, contextual, **_: seen.append(contextual))
    nlp = Pipeline(FullModel(loaded, FrozenEncoder(2, 3, embed)))
    with pytest.raises(TypeError):
        nlp(["a @b", "c", "a @b"])
    assert asked == [("a", "@USER"), ("c",)]
    assert seen[0](("a", "@USER"))().shape == (2, 2, 3)


def test_what_is_no_model_is_named_with_a_hint(model_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PRETRAINED", tmp_path)
    with pytest.raises(CheckpointError, match=r"model\.json, found none$"):
        find_model(tmp_path)
    with pytest.raises(CheckpointError, match="Name one of seed1"):
        load(model_folder.parent)
    with pytest.raises(CheckpointError, match="--model"):
        find_model(None)


def test_importing_the_package_brings_no_torch():
    code = "import mutspad, sys; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_tagging_imports_only_what_it_needs(model_folder):
    code = """
import sys, mutspad, mutspad.cli.tag
mutspad.load(sys.argv[1])("See Oslo")
unneeded = {"torch", "transformers", "matplotlib", "spacy", "pandas", "seqeval"}
sys.exit(", ".join(unneeded & sys.modules.keys()) or 0)
"""
    subprocess.run([sys.executable, "-c", code, str(model_folder)], check=True)
