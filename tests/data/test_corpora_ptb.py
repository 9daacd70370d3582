import gzip
import zipfile

import pytest

from mutspad.data.corpora.ptb import read_leaves, read_nltk_treebank, read_wsj, wsj_sections
from mutspad.data.registry import load_registry
from mutspad.errors import CorpusError
from mutspad.tasks import Task

TREES = """
( (S
    (NP-SBJ-1 (DT The) (NN quay) (-LRB- -LRB-) (CD 1\\/2) (-RRB- -RRB-) )
    (VP (VBD was)
      (VP (VBN built) (NP (-NONE- *-1) )))
    (. .) ))
( (FRAG (-NONE- *) ))
((INTJ (UH Ahoy)))
"""


def section_files(folder, text=TREES, sections=range(25)):
    for section in sections:
        (folder / f"{section:02}").mkdir(parents=True)
        for number in (2, 1):
            path = folder / f"{section:02}" / f"wsj_{section:02}{number:02}.mrg"
            path.write_text(text.replace("quay", f"quay{section}.{number}"))
    return folder


def test_sections_become_splits_in_order(tmp_path):
    splits = read_wsj(wsj_sections(section_files(tmp_path / "wsj")), "wsj")
    assert {split: len(sentences) for split, sentences in splits.items()} == {
        "train": 19 * 4,
        "dev": 3 * 4,
        "test": 3 * 4,
    }
    assert splits["dev"][0].words[1] == "quay19.1"
    assert splits["dev"][2].words[1] == "quay19.2"
    assert splits["test"][-2].words[1] == "quay24.2"
    assert splits["test"][-1].id == "wsj-test-12"


def test_words_without_traces_and_escapes(tmp_path):
    splits = read_wsj(wsj_sections(section_files(tmp_path / "wsj")), "wsj")
    first, second = splits["train"][:2]
    assert first.words == ("The", "quay0.1", "(", "1/2", ")", "was", "built", ".")
    assert first.layers[Task.POS].labels == (
        *("DT", "NN", "-LRB-", "CD", "-RRB-"),
        *("VBD", "VBN", "."),
    )
    assert second.words == ("Ahoy",)


@pytest.mark.parametrize(
    ("lines", "line", "expected"),
    [
        (["( (S (NN a))"], 1, r"'\)' for line 1"),
        (["( (S", " (NN a)))", ")"], 3, r"'\(' at the beginning"),
        (["oops"], 1, r"'\(' at the beginning"),
        (["( (NN", "a b) )"], 2, r"'\(' or '\)'"),
        (["( (NN a (NN b)) )"], 1, r"'\)' after a word"),
        (["( (NP (NN a) b) )"], 1, r"'\(' or '\)'"),
        (["( (NN) )"], 1, "a tag and a word"),
        (["()"], 1, "a tag and a word"),
        (["\u200b((NN a))"], 1, r"'\(' at the .* with U\+200B ZERO WIDTH SPACE"),
        (["", "\u00a0((NN a))"], 2, r"'\(' at the .* with U\+00A0 NO-BREAK SPACE"),
        (["((NN a) \ufeff)"], 1, r"'\(' or '\)', found .* with U\+FEFF"),
    ],
)
def test_malformed_trees_are_named(lines, line, expected):
    with pytest.raises(CorpusError, match=rf"^t\.mrg:{line}: expected {expected}"):
        list(read_leaves(enumerate(lines, 1), "t.mrg"))


def test_an_absent_section_file_is_no_silent_gap(tmp_path):
    folder = section_files(tmp_path / "wsj", sections=range(19))
    with pytest.raises(CorpusError, match="at least one tree"):
        read_wsj(wsj_sections(folder), "wsj")


def test_a_malformed_file_is_named(tmp_path):
    folder = section_files(tmp_path / "wsj")
    (folder / "20" / "wsj_2001.mrg").write_bytes(b"( (S\n (NN \xff)))\n")
    with pytest.raises(CorpusError, match=r"20/wsj_2001\.mrg:2: expected UTF-8"):
        read_wsj(wsj_sections(folder), "wsj")


def test_files_in_capitals_and_compressed_ones_are_read(tmp_path):
    plain = read_wsj(wsj_sections(section_files(tmp_path / "wsj")), "wsj")
    folder = section_files(tmp_path / "other")
    for path in folder.glob("*/*.mrg"):
        if path.name.endswith("1.mrg"):
            path.rename(path.with_suffix(".MRG"))
        else:
            path.with_suffix(".mrg.gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()
    assert read_wsj(wsj_sections(folder), "wsj") == plain


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(TREES.encode())[:-9]])
def test_a_damaged_compressed_file_is_named(tmp_path, content):
    folder = section_files(tmp_path / "wsj")
    (folder / "03" / "wsj_0301.mrg").rename(folder / "03" / "wsj_0301.mrg.gz")
    (folder / "03" / "wsj_0301.mrg.gz").write_bytes(content)
    with pytest.raises(CorpusError, match=r"03/wsj_0301\.mrg\.gz: expected a .* file, found"):
        read_wsj(wsj_sections(folder), "wsj")


def test_a_file_that_is_there_twice_is_refused(tmp_path):
    folder = section_files(tmp_path / "wsj")
    (folder / "03" / "wsj_0301.mrg.gz").write_bytes(gzip.compress(TREES.encode()))
    with pytest.raises(CorpusError, match=r"found wsj_0301\.mrg and wsj_0301\.mrg\.gz"):
        wsj_sections(folder)


def test_hidden_files_are_no_trees(tmp_path):
    folder = section_files(tmp_path / ".treebank" / "wsj")
    plain = read_wsj(wsj_sections(folder), "wsj")
    (folder / "00" / "._wsj_0001.mrg").write_bytes(b"\0\5\x16\7\xff")
    assert read_wsj(wsj_sections(folder), "wsj") == plain
    listed = load_registry().corpus("wsj").folder.list_files(folder)
    assert [path.name for path in listed["00"]] == ["wsj_0001.mrg", "wsj_0002.mrg"]


def test_hidden_files_are_no_trees_of_the_sample(tmp_path):
    path = tmp_path / "treebank.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10):
            archive.writestr(f"treebank/combined/wsj_{number:04}.mrg", TREES)
            archive.writestr(f"__MACOSX/treebank/combined/._wsj_{number:04}.mrg", b"\0\5\xff")
    splits = read_nltk_treebank(path, "nltk-treebank")
    assert [len(sentences) for sentences in splits.values()] == [16, 2, 2]


def test_the_sample_is_cut_by_file(tmp_path):
    path = tmp_path / "treebank.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("treebank/combined/README", "( not a tree")
        for number in range(10):
            name = f"treebank/combined/wsj_{number:04}.mrg"
            archive.writestr(name, TREES.replace("quay", f"quay{number}"))
    splits = read_nltk_treebank(path, "nltk-treebank")
    assert [len(sentences) for sentences in splits.values()] == [16, 2, 2]
    assert splits["dev"][0].words[1] == "quay8"
    assert splits["test"][0].id == "nltk-treebank-test-1"
    with pytest.raises(CorpusError, match=r"one\.zip: expected at least one tree"):
        read_nltk_treebank(archive_of_one(tmp_path / "one.zip"), "x")


def archive_of_one(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.mrg", TREES)
    return path
