"""The words of a unit are those that a look at every word finds."""

import pytest

from mutspad.data.batching import collate, encode
from mutspad.errors import CheckpointError, MutspadError
from mutspad.files import write_json
from mutspad.report.ablation import activations
from mutspad.report.ablation.activations import distinct_sentences, find_unit_words
from mutspad.report.ablation.unit_words import UnitWords, read_unit_words, to_json
from mutspad.tasks import Task


def test_sentences_count_once_and_lose_their_layers(sentences):
    found = distinct_sentences([sentences[:3], sentences[1:]])
    assert [sentence.words for sentence in found] == [sentence.words for sentence in sentences]
    assert not any(sentence.layers for sentence in found)
    assert len({sentence.id for sentence in found}) == len(found)


@pytest.mark.parametrize("at_once", [2, 64])
def test_words_rank_by_their_strongest_activation(
    at_once, model, vocabulary, sentences, monkeypatch
):
    monkeypatch.setattr(activations, "SENTENCES", at_once)
    found = find_unit_words(model, vocabulary, sentences, count=4)
    seen = {}
    for sentence in sentences:
        features = model.features(collate(vocabulary, [encode(vocabulary, sentence)]), [Task.POS])
        for word, values in zip(sentence.words, features[Task.POS][0].tolist(), strict=True):
            seen.setdefault(word, []).append(values)
    assert set(found) == set(range(8))
    for unit, words in found.items():
        for given, choose, sign in ((words.positive, max, 1), (words.negative, min, -1)):
            values = {word: choose(row[unit] for row in rows) for word, rows in seen.items()}
            wanted = sorted((-sign * value, word) for word, value in values.items())[:4]
            wanted = [word for value, word in wanted if value < 0]
            assert [word for word, _ in given] == wanted
            assert dict(given) == pytest.approx({w: values[w] for w in wanted}, abs=1e-4)


def test_case_and_sign_tell_words_apart():
    words = UnitWords((("Omg", 0.9), ("omg", 0.5), ("no", 0.2)), (("no", -0.7), ("at", -0.5)))
    assert words.strongest(4) == [("Omg", 0.9), ("no", -0.7), ("at", -0.5), ("omg", 0.5)]


def test_words_come_back_from_their_file(model, vocabulary, sentences, tmp_path):
    found = find_unit_words(model, vocabulary, sentences, count=2)
    write_json(tmp_path / "words.json", to_json(found))
    assert read_unit_words(tmp_path / "words.json") == found
    (tmp_path / "words.json").write_text('{"0": {"positive": [["a"]]}}')
    with pytest.raises(MutspadError, match=r"words\.json: expected the words of each unit"):
        read_unit_words(tmp_path / "words.json")


def test_a_model_without_pos_is_refused(build_model, vocabulary, sentences):
    with pytest.raises(CheckpointError, match="with a POS branch, found one of chunk, ner"):
        find_unit_words(build_model((Task.CHUNK, Task.NER)), vocabulary, sentences, count=1)
