import numpy as np
import pytest

from mutspad.data.lexicon import build_lexicon, collect_forms, read_lexicon, write_lexicon
from mutspad.data.sentence import Sentence
from mutspad.data.vectors import VectorTable, open_vectors
from mutspad.errors import VectorsError

TRAINING = [Sentence("a", ("The", "quay", "closed", "the", "quay")), Sentence("b", ("Oslo", "!"))]
OTHER = [Sentence("c", ("the", "Harbour", "zqx", "Éire"))]
TABLE = VectorTable(
    "glove-42b",
    2,
    {
        "the": np.float32([1, 1]),
        "quay": np.float32([2, 2]),
        "Oslo": np.float32([3, 3]),
        "Harbour": np.float32([4, 4]),
    },
)


@pytest.fixture
def lexicon():
    return build_lexicon(TRAINING, OTHER, vectors=TABLE, lowercase=True)


def test_training_words_and_other_words_with_a_vector(lexicon):
    assert lexicon.words == ("!", "closed", "harbour", "oslo", "quay", "the")


def test_other_words_without_a_vector_and_other_characters_stay_unknown(lexicon):
    assert "zqx" not in lexicon.words
    assert lexicon.chars == tuple(sorted(set("Thequayclosedthequay" + "Oslo!")))


def test_vectors_stand_in_the_order_of_the_words(lexicon):
    assert lexicon.has_vector.tolist() == [False, False, True, True, True, True]
    np.testing.assert_array_equal(lexicon.vectors[:, 0], np.float32([0, 0, 4, 3, 2, 1]))


def test_case_is_kept_when_asked():
    lexicon = build_lexicon(TRAINING, OTHER, vectors=TABLE, lowercase=False)
    assert lexicon.words == (
        "!",
        "Harbour",
        "Oslo",
        "The",
        "closed",
        "harbour",
        "oslo",
        "quay",
        "the",
    )
    # "The" takes the vector of "the": no exact form stands in the source.
    assert lexicon.vectors[lexicon.words.index("The"), 0] == 1
    assert lexicon.keys("The") == ("The", "the")
    assert lexicon.keys("the") == ("the",)


def test_lower_cased_form_is_preferred_to_a_name():
    table = VectorTable("x", 1, {"May": np.float32([1]), "may": np.float32([2])})
    lexicon = build_lexicon([Sentence("a", ("May",))], [], vectors=table, lowercase=True)
    assert lexicon.vectors[0, 0] == 2
    assert lexicon.keys("MAY") == ("may",)


def test_each_case_has_its_own_vector_when_both_are_known():
    table = VectorTable("x", 1, {"May": np.float32([1]), "may": np.float32([2])})
    lexicon = build_lexicon([Sentence("a", ("May",))], [], vectors=table, lowercase=False)
    assert lexicon.words == ("May", "may")
    assert lexicon.vectors[:, 0].tolist() == [1, 2]


def test_all_vectors_are_scaled_by_one_constant(lexicon):
    scaled = build_lexicon(TRAINING, OTHER, vectors=TABLE, lowercase=True, scale=0.35)
    assert scaled.vectors[scaled.has_vector].std() == pytest.approx(0.35, rel=1e-5)
    ratios = scaled.vectors[scaled.has_vector] / lexicon.vectors[scaled.has_vector]
    assert np.ptp(ratios[np.isfinite(ratios)]) == pytest.approx(0.0, abs=1e-6)


def test_coverage_counts_words_and_tokens(lexicon):
    assert lexicon.coverage["training"] == {
        "words": 5,
        "tokens": 7,
        "words_with_vector": 60.0,
        "tokens_with_vector": 71.43,
    }
    assert lexicon.coverage["other"]["words_with_vector"] == 50.0


def test_without_vectors_only_training_words_are_known():
    table = open_vectors("none", collect_forms(TRAINING, OTHER), dim=32)
    lexicon = build_lexicon(TRAINING, OTHER, vectors=table, lowercase=True)
    assert lexicon.words == ("!", "closed", "oslo", "quay", "the")
    assert lexicon.vectors is None
    assert lexicon.dim == 32
    assert not lexicon.has_vector.any()


def test_collect_forms_keeps_case():
    assert {"The", "the", "Harbour"} <= collect_forms(TRAINING, OTHER)


@pytest.mark.parametrize("source", ["glove-42b", "none"])
def test_round_trip(tmp_path, source):
    table = TABLE if source == "glove-42b" else open_vectors("none", set(), dim=2)
    written = build_lexicon(
        TRAINING, OTHER, vectors=table, lowercase=True, substitute_for="glove-840b"
    )
    write_lexicon(tmp_path, written)
    read = read_lexicon(tmp_path)
    assert read.words == written.words
    assert read.chars == written.chars
    assert (read.lowercase, read.source, read.substitute_for, read.dim) == (
        True,
        source,
        "glove-840b",
        2,
    )
    assert read.coverage == written.coverage
    np.testing.assert_array_equal(read.has_vector, written.has_vector)
    if written.vectors is None:
        assert read.vectors is None
    else:
        np.testing.assert_array_equal(read.vectors, written.vectors)


def test_equal_lexicons_are_equal_bytes(tmp_path, lexicon):
    write_lexicon(tmp_path / "a", lexicon)
    again = build_lexicon(TRAINING[::-1], OTHER, vectors=TABLE, lowercase=True)
    write_lexicon(tmp_path / "b", again)
    for name in ("lexicon.json", "vectors.safetensors"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_missing_or_damaged_lexicon_is_an_error(tmp_path, lexicon):
    with pytest.raises(VectorsError, match="expected a lexicon"):
        read_lexicon(tmp_path / "absent")
    write_lexicon(tmp_path, lexicon)
    (tmp_path / "vectors.safetensors").write_bytes(b"\0" * 20)
    with pytest.raises(VectorsError, match="expected a lexicon"):
        read_lexicon(tmp_path)


def test_files_of_different_lexicons_are_an_error(tmp_path, lexicon):
    write_lexicon(tmp_path / "a", lexicon)
    write_lexicon(tmp_path / "b", build_lexicon(TRAINING, [], vectors=TABLE, lowercase=True))
    (tmp_path / "a" / "lexicon.json").replace(tmp_path / "b" / "lexicon.json")
    with pytest.raises(VectorsError, match=r"expected vectors of shape \(6, 2\)"):
        read_lexicon(tmp_path / "b")
