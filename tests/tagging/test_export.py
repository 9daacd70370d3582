"""An exported model is smaller, has a card, and tags what the original tags."""

import json

import pytest
import torch
from torch.nn import functional

from mutspad.cli.main import main
from mutspad.data.conllup import write_conllup
from mutspad.data.sentence import Sentence
from mutspad.models.checkpoint import load_model
from mutspad.tagging.export import prune, write_card
from mutspad.tagging.pipeline import load

TWEET = "@ada_l Ada Lund sails to Bergen lol https://t.co/x"


def export(*arguments):
    with pytest.raises(SystemExit) as stopped:
        main(["export", *map(str, arguments)])
    assert not stopped.value.code


@pytest.fixture
def corpora(tmp_path):
    words = "@USER Ada Lund sails to Bergen lol HTTPURL"
    sentence = Sentence("a", tuple(words.split(" ")))
    folder = tmp_path / "corpora"
    (folder / "pos").mkdir(parents=True)
    write_conllup(folder / "pos" / "train.conllup", [sentence])
    return folder


def test_what_is_exported_is_half_the_size_and_tags_the_same(model_folder, nlp, tmp_path, corpora):
    export(model_folder, "--output", tmp_path / "m", "--words-of", corpora)
    before, after = (
        (each / "weights.safetensors").stat() for each in (model_folder, tmp_path / "m")
    )
    assert after.st_size < 0.6 * before.st_size
    exported = load(tmp_path / "m")
    assert exported(TWEET) == nlp(TWEET)
    words = exported.model.vocabulary.words
    assert "sails" in words
    assert "ada" in words
    assert "never" not in words
    assert exported.model.run == nlp.model.run


def test_a_list_adds_words_and_no_list_keeps_all(model_folder, nlp, tmp_path, corpora):
    (tmp_path / "list.txt").write_text("Never\nunheard\n")
    export(
        *(model_folder, "--output", tmp_path / "m"),
        *("--words-of", corpora, "--words", tmp_path / "list.txt"),
    )
    words = load_model(tmp_path / "m").vocabulary.words
    assert "never" in words
    assert "unheard" not in words
    export(model_folder, "--output", tmp_path / "all")
    assert load_model(tmp_path / "all").vocabulary == nlp.model.vocabulary


def test_a_pruned_word_is_read_as_the_nearest_that_keeps_its_vector(model_folder):
    full, loaded = load_model(model_folder), load_model(model_folder)
    pruned = prune(loaded, ["Oslo"])
    assert pruned.vocabulary.words[2:] == ("Oslo", "oslo")
    assert pruned.vocabulary.word_id("unheard") == 1
    vectors = full.model.encoder.words.weight.detach()
    never, kept = (
        functional.normalize(vectors[[full.vocabulary.word_id(word) for word in words]])
        for words in (["never"], ["Oslo", "oslo"])
    )
    assert pruned.vocabulary.word_id("never") == 2 + int((never @ kept.T).argmax())
    assert pruned.model.encoder.lower_rows.tolist() == [0, 1, 3, 3]
    row = full.vocabulary.word_id("Oslo")
    assert torch.equal(pruned.model.encoder.words.weight[2], full.model.encoder.words.weight[row])
    assert pruned.model.n_parameters() < full.model.n_parameters()


def test_the_card_names_data_licences_and_scores(model_folder, tmp_path):
    loaded = load_model(model_folder)
    scores = tmp_path / "scores.json"
    value = {"scores": {"ner": {"test": {"f1": 41.5, "precision": 1.0}}}}
    scores.write_text(json.dumps(value))
    export(model_folder, "--output", tmp_path / "m", "--scores", scores)
    card = (tmp_path / "m" / "README.md").read_text()
    assert "| Tweebank v2 | pos, dep | CC BY-NC-SA 4.0 |" in card
    assert "| ours | chunk | not in the registry |" in card
    assert "| ner | test | f1 | 41.50 |" in card
    assert "None were given" in write_card(loaded)


def test_a_parents_corpora_are_listed_too(model_folder):
    loaded = load_model(model_folder)
    run = loaded.run.model_copy(update={"name": "before", "corpora": {"pos": "ud-ewt"}})
    assert "| UD English EWT | pos |" in write_card(loaded, ancestors=[run])


def test_the_model_itself_is_not_overwritten(model_folder, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["export", str(model_folder), "--output", str(model_folder)])
    assert stopped.value.code == 2
    assert "expected another folder" in capsys.readouterr().err
