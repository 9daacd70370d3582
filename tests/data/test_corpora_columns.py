"""CoNLL columns: the published files that need more than a word and its label."""

import zipfile

import pytest

from mutspad.config.sections import OwnCorpus
from mutspad.data.corpora.own import read_own
from mutspad.data.corpora.readers import read_corpus
from mutspad.errors import CorpusError
from mutspad.tasks import Task


def put(path, text):
    path.write_text(text, encoding="utf-8", newline="")
    return path


def read(path, name="x", **columns):
    corpus = OwnCorpus(format="columns", files={"train": ""}, columns=columns)
    return [found.sentence for found in read_own(path, name, corpus)]


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
    first, second = read_corpus("conll2003", dict.fromkeys(("train", "dev", "test"), path)).splits[
        "train"
    ]
    assert first.words == ("Oslo", "Harbour", "Oslo", "hails", "Lena")
    assert tags(first) == ("B-LOC", "I-LOC", "B-LOC", "O", "B-PER")
    assert (first.id, second.id) == ("conll2003-train-1", "conll2003-train-2")


@pytest.mark.parametrize("tag", ["LOC", "I-O", "B-O", "I-"])
def test_what_is_no_tag_is_named_with_its_line(tmp_path, tag):
    path = put(tmp_path / "eng.train", CONLL2003.replace("I-LOC", tag, 1))
    with pytest.raises(CorpusError, match=rf"train:3: .*B-<type> or I-<type>, found '{tag}'"):
        read(path, word=1, ner=4)


def test_only_document_marks_are_an_empty_split(tmp_path):
    path = put(tmp_path / "eng.train", "-DOCSTART- -X- O O\n\n")
    with pytest.raises(CorpusError, match="an empty split"):
        read(path, word=1, ner=4)


def test_wikigold_is_cut_in_order(tmp_path):
    text = "".join(f"word{number} O\nOslo I-LOC\n\n" for number in range(20))
    path = put(tmp_path / "w.txt", f"-DOCSTART- O\n{text}")
    splits = read_corpus("wikigold", {"all": path}).splits
    assert {split: len(sentences) for split, sentences in splits.items()} == {
        "train": 16,
        "dev": 2,
        "test": 2,
    }
    assert splits["train"][0].words == ("word0", "Oslo")
    assert splits["test"][-1].words == ("word19", "Oslo")
    assert splits["dev"][1].id == "wikigold-dev-2"
    assert tags(splits["dev"][1]) == ("O", "B-LOC")


def test_blank_lines_and_lone_tabs_separate_sentences(tmp_path):
    path = put(tmp_path / "w.conll", "Oslo\tB-location\nrocks\tO\n\t\nok\tO\n\n\nyes\tO\n")
    sentences = read(path, word=1, ner=2)
    assert [sentence.words for sentence in sentences] == [("Oslo", "rocks"), ("ok",), ("yes",)]
    assert tags(sentences[0]) == ("B-location", "O")


def test_words_with_odd_characters_are_kept(tmp_path):
    path = put(tmp_path / "w.conll", '\u200b\tO\r\n\U0001f6a2\tO\r\n"\tO\n#\tO\n')
    (sentence,) = read(path, word=1, ner=2)
    assert sentence.words == ("\u200b", "\U0001f6a2", '"', "#")


def archive(path, members):
    with zipfile.ZipFile(path, "w") as opened:
        for name, text in members.items():
            opened.writestr(name, text)
    return path


CONLL2000 = {
    "conll2000/train.txt": "The DT B-NP\nquay NN I-NP\nsleeps VBZ B-VP\n\nYes UH O\n\n",
    "conll2000/test.txt": "Gulls NNS B-NP\n\n",
}


def read_conll2000(path):
    return read_corpus("conll2000", {"archive": path}).splits


def test_conll2000_has_chunks_only_and_no_dev(tmp_path):
    splits = read_conll2000(archive(tmp_path / "c.zip", CONLL2000))
    assert list(splits) == ["train", "test"]
    first = splits["train"][0]
    assert first.id == "conll2000-train-1"
    assert list(first.layers) == [Task.CHUNK]
    assert tags(first, Task.CHUNK) == ("B-NP", "I-NP", "B-VP")


def test_a_mistake_in_an_archive_has_member_and_line(tmp_path):
    text = "The DT B-NP\nquay I-NP\n"
    path = archive(tmp_path / "c.zip", CONLL2000 | {"conll2000/train.txt": text})
    with pytest.raises(CorpusError, match=r"c\.zip/conll2000/train\.txt:2: expected 3 columns"):
        read_conll2000(path)


def test_archives_that_are_none(tmp_path):
    with pytest.raises(CorpusError, match="a readable zip archive"):
        read_conll2000(put(tmp_path / "c.zip", "not a zip"))
    with pytest.raises(CorpusError, match="a readable zip archive"):
        read_conll2000(tmp_path / "none.zip")
    with pytest.raises(CorpusError, match=r"a member 'conll2000/test\.txt'"):
        read_conll2000(archive(tmp_path / "d.zip", {"conll2000/train.txt": "a DT B-NP\n\n"}))


def test_a_damaged_archive_is_a_corpus_error(tmp_path):
    path = archive(tmp_path / "c.zip", CONLL2000)
    content = bytearray(path.read_bytes())
    start = content.index(b"quay")
    content[start : start + 4] = b"dock"  # the checksum no longer fits
    path.write_bytes(content)
    with pytest.raises(CorpusError, match="a readable zip archive"):
        read_conll2000(path)


def test_an_encrypted_archive_is_a_corpus_error(tmp_path):
    path = archive(tmp_path / "c.zip", {"conll2000/train.txt": "The DT B-NP\n"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=r"c\.zip: expected .*encrypted"):
        read_conll2000(path)


def test_a_folder_may_be_called_as_an_archive(tmp_path):
    folder = tmp_path / "data.zip"
    folder.mkdir()
    assert read(put(folder / "w.conll", "Oslo\tB-location\n"), word=1, ner=2)[0].words == ("Oslo",)
