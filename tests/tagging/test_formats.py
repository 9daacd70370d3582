"""What is written can be read back by the readers of each format."""

import json

import conllu
import pytest

from mutspad.data.conllup import read_conllup
from mutspad.errors import MutspadError
from mutspad.tagging.formats import write_documents

TEXTS = ["@a Ada Lund sails", "", "We don't  like\u2028rain &amp; wind!"]


@pytest.fixture
def documents(nlp):
    return nlp(TEXTS)


def write(documents, name):
    return "".join(write_documents(documents, name))


def test_conllu_has_layers_and_places(documents):
    first, last = conllu.parse(write(documents, "conllu"))
    assert [each.metadata["sent_id"] for each in (first, last)] == ["1", "3"]
    assert first.metadata["text"] == TEXTS[0]
    assert [token["form"] for token in first] == [*documents[0].tokens]
    assert [token["upos"] for token in first] == [*documents[0].pos]
    assert [token["head"] for token in first] == [*documents[0].heads]
    assert first[1]["misc"] == {"Chunk": "B-NP", "NER": "B-person", "TokenRange": "3:6"}
    for token in last:
        start, end = map(int, token["misc"]["TokenRange"].split(":"))
        assert TEXTS[2][start:end] == token["form"]
    after = [token["misc"].get("SpaceAfter") for token in last]
    assert after == [None, "No", None, None, None, None, "No", None]
    assert len(last.metadata["text"]) == len(TEXTS[2])


def test_conllup_is_the_processed_format(documents, tmp_path):
    path = tmp_path / "a.conllup"
    path.write_text(write(documents, "conllup"), encoding="utf-8")
    full = [document for document in documents if len(document)]
    assert [sentence.layers for sentence in read_conllup(path)] == [each.layers for each in full]


def test_a_line_of_json_lines_is_a_text(documents):
    lines = write(documents, "jsonl").splitlines()
    values = [json.loads(line) for line in lines]
    assert [value["text"] for value in values] == TEXTS
    assert values[1]["tokens"] == []
    assert values[0]["entities"][0]["text"] == "Ada Lund"
    for value in values:
        for token in value["tokens"]:
            assert value["text"][token["start_char"] : token["end_char"]] == token["text"]


def test_columns_of_conll2003(documents):
    blocks = write(documents, "conll2003").strip().split("\n\n")
    assert blocks[0] == "-DOCSTART- -X- -X- O"
    assert blocks[1].splitlines()[1] == "Ada PROPN B-NP B-person"
    assert len(blocks) == 3


def test_a_token_with_a_blank_is_no_column(nlp):
    with pytest.raises(MutspadError, match="without blanks"):
        write(nlp([["100 000"]]), "conll2003")
