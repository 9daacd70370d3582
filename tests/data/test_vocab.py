import json

import pytest

from mutspad.data.vocab import PAD, UNK, Vocabulary
from mutspad.tasks import Task


def build(**changes):
    values = {
        "words": (PAD, UNK, "the", "owl", "Owl"),
        "chars": (PAD, UNK, "o", "w", "l", "O"),
        "labels": {Task.DEP: ("root", "det"), Task.POS: ("NN", "DT")},
        "lowercase": True,
    }
    return Vocabulary(**{**values, **changes})


def test_words_are_looked_up_in_lower_case_only_when_asked():
    assert [build().word_id(word) for word in ("owl", "OWL", "Owl")] == [3, 3, 3]
    cased = build(lowercase=False)
    assert [cased.word_id(word) for word in ("owl", "OWL", "Owl")] == [3, 3, 4]


def test_each_row_knows_the_row_of_its_lower_cased_form():
    assert build(lowercase=False).lower_rows == (0, 1, 2, 3, 3)
    assert build(lowercase=False, words=(PAD, UNK, "Oslo")).lower_rows == (0, 1, 2)


def test_characters_keep_their_case_and_unknown_ones_have_a_row():
    assert build().char_ids("Owl!") == [5, 3, 4, 1]


def test_a_corpus_word_spelled_like_the_padding_is_not_the_padding():
    assert build().word_id(PAD) == 1
    assert build(words=(PAD, UNK, PAD)).word_id(PAD) == 2


def test_an_unknown_label_is_none():
    assert build().label_id(Task.POS, "DT") == 1
    assert build().label_id(Task.POS, "VB") is None


def test_json_round_trip_keeps_everything():
    vocabulary = build()
    assert Vocabulary.from_json(json.loads(json.dumps(vocabulary.to_json()))) == vocabulary


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"words": ("the",)}, "expected the rows <pad> and <unk> first"),
        ({"chars": (PAD, UNK, "a", "a")}, "chars: expected distinct rows, found 'a' twice"),
        ({"labels": {Task.POS: ("NN", "NN")}}, "labels of pos: expected distinct rows"),
        ({"labels": {Task.POS: ()}}, "labels of pos: expected at least one"),
    ],
)
def test_impossible_rows_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        build(**changes)


def test_json_of_another_shape_is_refused():
    with pytest.raises(TypeError, match="words: expected a list of strings, found str"):
        Vocabulary.from_json({**build().to_json(), "words": "the owl"})
