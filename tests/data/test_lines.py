"""What all readers of text share."""

import zipfile
from codecs import BOM_UTF8
from pathlib import Path

import numpy as np
import pytest

from mutspad.data.conllup import header
from mutspad.data.corpora.readers import READERS, read_corpus
from mutspad.data.lines import excerpt
from mutspad.data.registry import load_registry
from mutspad.data.text import read_text
from mutspad.data.vectors import open_vectors
from mutspad.files import read_json

HEADER = header()

UD = "1\tAhoy\tahoy\tINTJ\tUH\t_\t0\troot\t_\t_\n\n"
TREES = "".join(f"treebank/{number:02}.mrg " for number in range(10)).split()
CONTENTS = {
    "wsj": "((NN quay))\n",
    "nltk-treebank": "((NN quay))\n",
    "ud-ewt": UD,
    "conll2000": "quay NN B-NP\n\n",
    "conll2003": "-DOCSTART- -X- O O\n\nOslo NNP I-NP I-LOC\n\n",
    "wikigold": "-DOCSTART- O\n\n" + "Oslo I-LOC\n\n" * 10,
    "tweebank2": UD,
    "tchunk": {"chunk": "ahoy b-intj\n", "pos": "ahoy UH\n"},
    "wnut17": "Oslo\tB-location\nrocks\tO\n",
    "demo-news-pos": f"{HEADER}\n# sent_id = a\n# mutspad.pos = gold\n1\ta\t_\t_\tX\t_\t_\n\n",
}


def zip_up(path: Path, members: dict[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def lay_out(folder: Path, name: str, mark: bytes) -> dict[str, Path]:
    """Write a tiny corpus as it is published, every file after the mark."""
    corpus = load_registry().corpus(name)
    paths = corpus.raw_paths(folder)
    for role, path in paths.items():
        content = CONTENTS[name]
        if isinstance(content, dict):
            # One tweet, asked for by the first split; the others have another copy each.
            tweets = {role: text + "\n" + text + "\n" + text for role, text in content.items()}
            content = tweets.get(role, "ahoy\tx\ty\n")
        written = mark + content.encode()
        if role == "folder":
            for section in corpus.folder.sections:
                (path / section).mkdir(parents=True)
                (path / section / "wsj_0001.mrg").write_bytes(written)
        elif role == "archive":
            members = ["conll2000/train.txt", "conll2000/test.txt", *TREES]
            zip_up(path, dict.fromkeys(members, written))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(written)
    return paths


def test_every_reader_is_tried():
    assert set(CONTENTS) == {name for name in READERS if not name.startswith("demo-")} | {
        "demo-news-pos"
    }


@pytest.mark.parametrize("name", CONTENTS)
def test_a_byte_order_mark_is_no_part_of_a_corpus(tmp_path, name):
    plain = read_corpus(name, lay_out(tmp_path / "plain", name, b""))
    marked = read_corpus(name, lay_out(tmp_path / "marked", name, BOM_UTF8))
    assert marked == plain
    words = [w for split in marked.splits.values() for one in split for w in one.words]
    assert words
    assert not any("\ufeff" in word for word in words)


def test_a_byte_order_mark_is_no_part_of_a_sentence(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes(BOM_UTF8 + b"gulls scream\n")
    assert read_text(path) == [("gulls", "scream")]


@pytest.mark.parametrize("packed", [False, True])
def test_a_byte_order_mark_is_no_part_of_the_first_vector(tmp_path, packed):
    content = BOM_UTF8 + b"the 0.5 1 2\ngull 1 2 3\n"
    path = tmp_path / "v.txt"
    path.write_bytes(content)
    if packed:
        path = zip_up(tmp_path / "v.zip", {"v.txt": content})
    table = open_vectors(str(path), {"the", "gull"}, dim=3)
    np.testing.assert_array_equal(table.vectors["the"], np.float32([0.5, 1, 2]))
    assert set(table.vectors) == {"the", "gull"}


def test_a_byte_order_mark_is_no_part_of_json(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(BOM_UTF8 + b'{"a": 1}')
    assert read_json(path) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("a quay", "'a quay'"),
        ("a\tb", r"'a\tb'"),
        (
            "\ufeffa\u200b\u200b",
            r"'\ufeffa\u200b\u200b' with U+FEFF ZERO WIDTH NO-BREAK SPACE, U+200B ZERO WIDTH SPACE",
        ),
        ("a\u00a0b", r"'a\xa0b' with U+00A0 NO-BREAK SPACE"),
        ("\u2b06\ufe0f", "'\u2b06\ufe0f' with U+FE0F VARIATION SELECTOR-16"),
        ("\0", r"'\x00' with U+0000"),
        ("x" * 61 + "\u00a0", "'" + "x" * 57 + "...'"),
    ],
)
def test_invisible_characters_are_named_in_messages(text, quoted):
    assert excerpt(text) == quoted
