import importlib.util
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mutspad.data.vectors import list_words, open_vectors
from mutspad.errors import VectorsError

GLOVE = b"the 0.1 0.2 0.3\nParis 1 2 3\nparis 4 5 6\nharbour -1e-3 0 2\n"


def write_glove(folder: Path, content: bytes, name: str = "tiny.txt") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def zip_glove(folder: Path, *members: str, content: bytes = GLOVE) -> Path:
    path = folder / "tiny.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.writestr(member, content)
    return path


def test_only_needed_words_are_kept(tmp_path):
    table = open_vectors(str(write_glove(tmp_path, GLOVE)), {"harbour", "absent"}, dim=3)
    assert set(table.vectors) == {"harbour"}
    np.testing.assert_array_equal(table.find("harbour"), np.float32([-1e-3, 0, 2]))


@pytest.mark.parametrize(
    ("word", "first"), [("Paris", 1.0), ("paris", 4.0), ("PARIS", 4.0), ("The", 0.1)]
)
def test_exact_form_then_lower_case(tmp_path, word, first):
    table = open_vectors(str(write_glove(tmp_path, GLOVE)), {word}, dim=3)
    assert table.find(word)[0] == np.float32(first)


def test_unknown_word_has_no_vector(tmp_path):
    table = open_vectors(str(write_glove(tmp_path, GLOVE)), {"quay"}, dim=3)
    assert table.find("quay") is None


def test_registry_entry_is_read_from_the_given_file(tmp_path):
    path = zip_glove(tmp_path, "glove.3d.txt")
    table = open_vectors("glove-42b", {"the"}, dim=3, path=path)
    assert table.source == "glove-42b"
    assert "the" in table.vectors


def test_words_with_spaces_are_split_from_the_right(tmp_path):
    content = b". . . 1 2 3\nat name@domain.com 4 5 6\n"
    table = open_vectors(
        str(write_glove(tmp_path, content)), {". . .", "at name@domain.com"}, dim=3
    )
    np.testing.assert_array_equal(table.find(". . ."), np.float32([1, 2, 3]))
    np.testing.assert_array_equal(table.find("at name@domain.com"), np.float32([4, 5, 6]))


def test_first_of_repeated_words_counts(tmp_path):
    table = open_vectors(str(write_glove(tmp_path, b"a 1 2 3\na 9 9 9\n")), {"a"}, dim=3)
    assert table.find("a")[0] == 1


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"a 1 2 3\nb 1 2\n", 2, "found 3 fields"),
        (b"a 1 2 3\n\n", 2, "found 1 fields"),
        (b"2 3\na 1 2 3\n", 1, r"header line of a fastText.*\(2 words of 3 numbers\).*tail"),
        (b"\xef\xbb\xbf9 3 \r\na 1 2 3\n", 1, "header line of a fastText"),
        (b"2 300\na 1 2 3\n", 1, "header line.*set vectors.dim to 300"),
        (b"a 1 2 3\n2 3\n", 2, "found 2 fields"),
        (b"a 1 2 3\nb 1 two 3\n", 2, "expected 3 numbers"),
        (b"a 1 2 3\nb 1 nan 3\n", 2, "finite"),
        (b"a 1 2 3\nb 4 1 2 3\nb 1  3\n", 3, "expected 3 numbers"),
        (b"a 1 2 3\n\xff\xfe 1 2 3\n", 2, "UTF-8"),
        (b" 1 2 3\n", 1, "empty word"),
        (b"a 1 2 1_0\n", 1, "expected 3 numbers"),
        (b"a 1 2 1e999\n", 1, "finite"),
        (b"b 1 2 3 4\na 5 6 7 8\n", 1, "found more numbers, as in every line"),
        (b"b 1 2 3\n" + bytes(1 << 20), 2, "found over 1048576 bytes"),
    ],
)
def test_malformed_line_is_named(tmp_path, content, line, said):
    path = write_glove(tmp_path, content)
    with pytest.raises(VectorsError, match=said) as caught:
        open_vectors(str(path), {"a", "b"}, dim=3)
    assert str(caught.value).startswith(f"{path}:{line}: ")


def test_a_number_with_a_vector_of_one_number_is_no_header(tmp_path):
    table = open_vectors(str(write_glove(tmp_path, b"5 1\na 2\n")), {"5"}, dim=1)
    assert table.vectors["5"].tolist() == [1.0]


def test_wrong_dimension_is_an_error(tmp_path):
    path = write_glove(tmp_path, GLOVE)
    with pytest.raises(VectorsError, match="expected a word and 300 numbers, found 4 fields"):
        open_vectors(str(path), {"the"}, dim=300)


def test_empty_file_is_an_error(tmp_path):
    with pytest.raises(VectorsError, match="empty file"):
        open_vectors(str(write_glove(tmp_path, b"")), {"the"}, dim=3)


def test_absent_file_is_an_error(tmp_path):
    with pytest.raises(VectorsError, match=r"absent\.txt: expected a readable GloVe file"):
        open_vectors(str(tmp_path / "absent.txt"), {"the"}, dim=3)


def test_zip_needs_exactly_one_text_file(tmp_path):
    with pytest.raises(VectorsError, match=r"expected one \.txt file"):
        open_vectors(str(zip_glove(tmp_path, "a.txt", "b.txt")), {"the"}, dim=3)


def test_hidden_files_in_a_zip_are_no_vectors(tmp_path):
    path = tmp_path / "tiny.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("glove/tiny.txt", GLOVE)
        for name in (
            "__MACOSX/glove/._tiny.txt",
            "__MACOSX/tiny.txt",
            "glove/.tiny.txt",
            ".a/b.txt",
        ):
            archive.writestr(name, b"\0\5\x16\7")
    assert set(open_vectors(str(path), {"the"}, dim=3).vectors) == {"the"}


def test_damaged_zip_is_an_error(tmp_path):
    path = zip_glove(tmp_path, "a.txt", content=GLOVE + b"w 1 2 3\n" * 5000)
    damaged = bytearray(path.read_bytes())
    damaged[60:80] = b"\0" * 20
    path.write_bytes(bytes(damaged))
    with pytest.raises(VectorsError, match=r"tiny\.zip"):
        open_vectors(str(path), {"the"}, dim=3)


@pytest.mark.parametrize(
    ("where", "byte", "said"),
    [
        ((6, 8), 1, "encrypted"),
        ((8, 10), 99, "compression"),
        ((8, 10), 14, "readable GloVe file"),  # LZMA, which it is not
    ],
)
def test_a_zip_that_python_cannot_open_is_an_error(tmp_path, where, byte, said):
    path = tmp_path / "tiny.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", GLOVE * 9)
    damaged = bytearray(path.read_bytes())
    for place, start in zip(where, (0, damaged.index(b"PK\x01\x02")), strict=True):
        damaged[start + place] = byte
    path.write_bytes(bytes(damaged))
    with pytest.raises(VectorsError, match=rf"tiny\.zip: expected .*{said}"):
        open_vectors(str(path), {"the"}, dim=3)


def test_none_knows_no_word():
    table = open_vectors("none", {"the"}, dim=32)
    assert (table.dim, table.find("the")) == (32, None)


def test_unknown_source_is_an_error():
    with pytest.raises(VectorsError, match="found 'glvoe'"):
        open_vectors("glvoe", {"the"}, dim=3)


def test_absent_package_is_named_with_its_install_command():
    with pytest.raises(VectorsError, match="pip install no-such-model"):
        open_vectors("spacy:no_such_model", {"the"}, dim=3)


def test_folder_without_a_model_is_an_error(tmp_path):
    with pytest.raises(VectorsError, match="expected one spaCy model with vectors, found none"):
        open_vectors(f"spacy:{tmp_path}", {"the"}, dim=3)


@pytest.fixture
def spacy_model(tmp_path):
    """Lay out a model package as they are published: the data one folder below the code."""
    vocab_module = pytest.importorskip("spacy.vocab")
    vocab = vocab_module.Vocab()
    vocab.reset_vectors(width=3)
    for word, vector in (("harbour", [1, 2, 3]), ("Paris", [4, 5, 6])):
        vocab.set_vector(word, np.float32(vector))
    package = tmp_path / "tiny_model_package"
    (package / "tiny-1.0").mkdir(parents=True)
    vocab.to_disk(package / "tiny-1.0" / "vocab")
    (package / "__init__.py").write_text("raise AssertionError('must not be imported')\n")
    return package


def test_spacy_model_by_path(spacy_model):
    table = open_vectors(f"spacy:{spacy_model}", {"Harbour", "Paris", "paris"}, dim=3)
    np.testing.assert_array_equal(table.find("Harbour"), np.float32([1, 2, 3]))
    np.testing.assert_array_equal(table.find("Paris"), np.float32([4, 5, 6]))
    assert table.find("paris") is None


def test_the_first_words_of_a_source_are_listed(spacy_model, tmp_path):
    assert list_words(f"spacy:{spacy_model}", 1, dim=3) == ["harbour"]
    assert list_words(f"spacy:{spacy_model}", 9, dim=3) == ["harbour", "Paris"]
    glove = write_glove(tmp_path, GLOVE)
    whole = [line.rsplit(" ", 3)[0] for line in GLOVE.decode().splitlines()]
    assert list_words(str(glove), 2, dim=3) == whole[:2]
    assert list_words("glove-42b", 99, dim=3, path=glove) == whole
    assert list_words("none", 9, dim=3) == []


def test_spacy_model_by_package_is_not_imported(spacy_model, monkeypatch):
    monkeypatch.syspath_prepend(str(spacy_model.parent))
    assert importlib.util.find_spec(spacy_model.name) is not None
    table = open_vectors(f"spacy:{spacy_model.name}", {"harbour"}, dim=3)
    assert table.find("harbour")[2] == 3


def test_spacy_model_of_another_dimension_is_an_error(spacy_model):
    with pytest.raises(VectorsError, match="expected vectors of 300 dimensions, found 3"):
        open_vectors(f"spacy:{spacy_model}", {"harbour"}, dim=300)


def test_two_models_in_one_package_are_an_error(spacy_model):
    vocab = pytest.importorskip("spacy.vocab").Vocab()
    vocab.set_vector("quay", np.float32([1, 2, 3]))
    (spacy_model / "other-1.0").mkdir()
    vocab.to_disk(spacy_model / "other-1.0" / "vocab")
    with pytest.raises(VectorsError, match=r"other-1\.0.*tiny-1\.0"):
        open_vectors(f"spacy:{spacy_model}", {"harbour"}, dim=3)
