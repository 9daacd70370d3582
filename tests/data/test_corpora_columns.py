import zipfile

import pytest

from mutspad.data.corpora.conll2000 import read_conll2000
from mutspad.data.corpora.conll2003 import read_conll2003, read_wikigold
from mutspad.data.corpora.wnut17 import read_wnut17
from mutspad.errors import CorpusError
from mutspad.tasks import Task


def put(path, text):
    path.write_text(text, encoding="utf-8", newline="")
    return path


def tags(sentence, task=Task.NER):
    return sentence.layers[task].labels


CONLL2003 = """-DOCSTART- -X- O O

Oslo NNP I-NP I-LOC
Harbour NNP I-NP I-LOC
Oslo NNP I-NP B-LOC
hails VBZ I-VP O
Lena NNP I-NP I-PER

-DOCSTART- -X- O O

Silence NN I-NP O
"""


def test_conll2003_becomes_iob2_without_document_marks(tmp_path):
    path = put(tmp_path / "eng.train", CONLL2003)
    first, second = read_conll2003(path, "conll2003-train")
    assert first.words == ("Oslo", "Harbour", "Oslo", "hails", "Lena")
    assert tags(first) == ("B-LOC", "I-LOC", "B-LOC", "O", "B-PER")
    assert (first.id, second.id) == ("conll2003-train-1", "conll2003-train-2")


@pytest.mark.parametrize(
    ("line", "text", "expected"),
    [
        (4, "Harbour NNP I-LOC", "4 columns"),
        (4, "Harbour  NNP I-NP I-LOC", "4 columns"),
        (4, "Harbour NNP I-NP LOC", "B-<type> or I-<type>, found 'LOC'"),
        (4, "Harbour NNP I-NP I-O", "B-<type> or I-<type>, found 'I-O'"),
        (4, "Harbour NNP I-NP B-O", "found 'B-O'"),
        (4, "Harbour NNP I-NP I-", "found 'I-'"),
    ],
)
def test_conll2003_names_the_line(tmp_path, line, text, expected):
    lines = CONLL2003.split("\n")
    lines[line - 1] = text
    path = put(tmp_path / "eng.train", "\n".join(lines))
    with pytest.raises(CorpusError, match=rf"eng\.train:{line}: .*{expected}"):
        read_conll2003(path, "x")


def test_only_document_marks_are_an_empty_split(tmp_path):
    path = put(tmp_path / "eng.train", "-DOCSTART- -X- O O\n\n")
    with pytest.raises(CorpusError, match="an empty split"):
        read_conll2003(path, "x")


def test_wikigold_is_cut_in_order(tmp_path):
    text = "".join(f"word{number} O\nOslo I-LOC\n\n" for number in range(20))
    splits = read_wikigold(put(tmp_path / "w.txt", f"-DOCSTART- O\n{text}"), "wikigold")
    assert {split: len(sentences) for split, sentences in splits.items()} == {
        "train": 16,
        "dev": 2,
        "test": 2,
    }
    assert splits["train"][0].words == ("word0", "Oslo")
    assert splits["test"][-1].words == ("word19", "Oslo")
    assert splits["dev"][1].id == "wikigold-dev-2"
    assert tags(splits["dev"][1]) == ("O", "B-LOC")


def test_wnut17_parts_sentences_by_blank_lines_and_lone_tabs(tmp_path):
    path = put(tmp_path / "w.conll", "Oslo\tB-location\nrocks\tO\n\t\nok\tO\n\n\nyes\tO\n")
    sentences = read_wnut17(path, "wnut17-dev")
    assert [sentence.words for sentence in sentences] == [("Oslo", "rocks"), ("ok",), ("yes",)]
    assert tags(sentences[0]) == ("B-location", "O")


def test_wnut17_keeps_words_with_odd_characters(tmp_path):
    path = put(tmp_path / "w.conll", '\u200b\tO\r\n\U0001f6a2\tO\r\n"\tO\n#\tO\n')
    (sentence,) = read_wnut17(path, "x")
    assert sentence.words == ("\u200b", "\U0001f6a2", '"', "#")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ok\tO\nOslo\tB-location,B-group\n", "one label a word"),
        ("ok\tO\nOslo O\n", "2 columns parted by tabs"),
        ("ok\tO\nOslo\tI-location\n", "that can follow 'O'"),
        ("ok\tO\nOslo\tB-O\n", "an IOB2 tag .* found 'B-O'"),
        ("ok\tO\na b\tO\n", "2 columns"),
        ("ok\tO\n\tO\n", "2 columns"),
    ],
)
def test_wnut17_names_the_line(tmp_path, text, expected):
    with pytest.raises(CorpusError, match=rf"w\.conll:2: .*{expected}"):
        read_wnut17(put(tmp_path / "w.conll", text), "x")


def archive(path, members):
    with zipfile.ZipFile(path, "w") as opened:
        for name, text in members.items():
            opened.writestr(name, text)
    return path


CONLL2000 = {
    "conll2000/train.txt": "The DT B-NP\nquay NN I-NP\nsleeps VBZ B-VP\n\nYes UH O\n\n",
    "conll2000/test.txt": "Gulls NNS B-NP\n\n",
}


def test_conll2000_has_chunks_only_and_no_dev(tmp_path):
    splits = read_conll2000(archive(tmp_path / "c.zip", CONLL2000), "conll2000")
    assert list(splits) == ["train", "test"]
    first = splits["train"][0]
    assert first.id == "conll2000-train-1"
    assert list(first.layers) == [Task.CHUNK]
    assert tags(first, Task.CHUNK) == ("B-NP", "I-NP", "B-VP")


@pytest.mark.parametrize(
    ("member", "text", "expected"),
    [
        ("train", "The DT B-NP\nquay I-NP\n", r"c\.zip/conll2000/train\.txt:2: expected 3 columns"),
        ("test", "The DT I-NP\n", r"test\.txt:1: expected an IOB2 tag"),
        ("test", "", "an empty split"),
    ],
)
def test_conll2000_names_member_and_line(tmp_path, member, text, expected):
    path = archive(tmp_path / "c.zip", CONLL2000 | {f"conll2000/{member}.txt": text})
    with pytest.raises(CorpusError, match=expected):
        read_conll2000(path, "x")


def test_archives_that_are_none(tmp_path):
    with pytest.raises(CorpusError, match="a readable zip archive"):
        read_conll2000(put(tmp_path / "c.zip", "not a zip"), "x")
    with pytest.raises(CorpusError, match="a readable zip archive"):
        read_conll2000(tmp_path / "none.zip", "x")
    with pytest.raises(CorpusError, match=r"a member 'conll2000/test\.txt'"):
        read_conll2000(archive(tmp_path / "d.zip", {"conll2000/train.txt": "a DT B-NP\n\n"}), "x")


def test_a_damaged_archive_is_a_corpus_error(tmp_path):
    path = archive(tmp_path / "c.zip", CONLL2000)
    content = bytearray(path.read_bytes())
    start = content.index(b"quay")
    content[start : start + 4] = b"dock"  # the checksum no longer fits
    path.write_bytes(content)
    with pytest.raises(CorpusError, match="a readable zip archive"):
        read_conll2000(path, "x")


def test_an_encrypted_archive_is_a_corpus_error(tmp_path):
    path = archive(tmp_path / "c.zip", {"conll2000/train.txt": "The DT B-NP\n"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=r"c\.zip: expected .*encrypted"):
        read_conll2000(path, "x")
