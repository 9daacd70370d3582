import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutspad.data.labels import (
    first_invalid_iob2,
    iob1_to_iob2,
    shared_label_pairs,
    split_label,
)

TAGS = st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B"]), max_size=12)


@pytest.mark.parametrize(
    ("iob1", "iob2"),
    [
        (["I-A", "I-A", "O"], ["B-A", "I-A", "O"]),
        (["I-A", "B-A", "I-A"], ["B-A", "B-A", "I-A"]),
        (["I-A", "I-B"], ["B-A", "B-B"]),
        (["O", "I-A", "O", "I-A"], ["O", "B-A", "O", "B-A"]),
        ([], []),
    ],
)
def test_every_phrase_opens_with_b(iob1, iob2):
    assert iob1_to_iob2(iob1) == iob2


@given(TAGS)
def test_conversion_is_valid_idempotent_and_keeps_types(tags):
    converted = iob1_to_iob2(tags)
    assert first_invalid_iob2(converted) is None
    assert iob1_to_iob2(converted) == converted
    assert [tag[2:] for tag in converted] == [tag[2:] for tag in tags]


@given(TAGS)
def test_valid_tags_stay(tags):
    if first_invalid_iob2(tags) is None:
        assert iob1_to_iob2(tags) == tags


@pytest.mark.parametrize(
    ("tags", "index"),
    [
        (["B-A", "I-A", "O"], None),
        (["I-A"], 0),
        (["B-A", "I-B"], 1),
        (["B-A", "O", "I-A"], 2),
        (["B-A", "I-"], 1),
        (["A"], 0),
        (["b-A"], 0),
        (["B-A", "B-O"], 1),
        (["I-O"], 0),
        (["B-o"], 0),
        (["B-Org"], None),
    ],
)
def test_first_invalid_tag(tags, index):
    assert first_invalid_iob2(tags) == index


def test_prefix_and_type():
    assert split_label("I-creative-work") == ("I-", "creative-work")
    assert split_label("-LRB-") == ("", "-LRB-")


def test_shared_labels_fold_case_and_map_types_with_their_prefix():
    source = ["O", "B-PER", "I-PER", "B-MISC", "NN"]
    target = ["b-person", "I-person", "B-misc", "o", "B-product", "NN"]
    assert shared_label_pairs(source, target, {"person": "PER"}) == [
        (1, 0),
        (2, 1),
        (3, 2),
        (0, 3),
        (4, 5),
    ]


def test_an_equal_label_wins_over_an_equivalent_one():
    assert shared_label_pairs(["CD", "NUM"], ["NUM"], {"NUM": "CD"}) == [(1, 0)]


def test_an_equivalent_that_the_source_lacks_is_no_pair():
    assert shared_label_pairs(["B-LOC"], ["B-person"], {"person": "PER"}) == []
