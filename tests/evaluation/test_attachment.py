import os
from pathlib import Path

import pytest

from mutspad.errors import MutspadError
from mutspad.evaluation.attachment import attachment, to_single_root

MIRROR = Path(os.environ.get("MUTSPAD_MIRROR", "")) / "tweebank-v2"


def test_a_hand_worked_tree():
    # "she was seen today !": 4 of 5 heads right; of these `nsubj` for `nsubj:pass` counts for las
    # only, `obl` for `advmod` for neither; the punctuation counts.
    heads = [[3, 3, 0, 3, 3]]
    gold_rels = [["nsubj:pass", "aux:pass", "root", "advmod", "punct"]]
    rels = [["nsubj", "aux:pass", "root", "obl", "punct"]]
    scores = attachment(heads, gold_rels, [[3, 3, 0, 3, 1]], rels)
    assert scores.uas == 80.0
    assert scores.las == 60.0
    assert scores.las_full == 40.0


def test_words_are_weighted_not_sentences():
    rels = [["root"], ["root", "obj", "obj"]]
    scores = attachment([[0], [0, 1, 1]], rels, [[0], [2, 0, 2]], rels)
    assert scores.uas == 25.0


def test_several_roots_are_scored_as_they_are():
    heads, rels = [[0, 0, 2]], [["root", "root", "punct"]]
    assert attachment(heads, rels, heads, rels) == (100.0, 100.0, 100.0)
    one_root = attachment(heads, rels, [[0, 1, 2]], [["root", "parataxis", "punct"]])
    assert one_root.uas == pytest.approx(200 / 3)


def test_extra_roots_hang_on_the_first_by_parataxis():
    # "lol @USER thanks ! nice one": roots lol, thanks, one.
    heads, rels = to_single_root(
        (0, 3, 0, 3, 6, 0), ("root", "vocative", "root", "punct", "amod", "root")
    )
    assert heads == (0, 3, 1, 3, 6, 1)
    assert rels == ("root", "vocative", "parataxis", "punct", "amod", "parataxis")


def test_a_root_relation_on_a_word_with_a_head_becomes_parataxis():
    heads, rels = to_single_root((2, 0, 2), ("root", "root", "root"))
    assert heads == (2, 0, 2)
    assert rels == ("parataxis", "root", "parataxis")


def test_subtypes_are_dropped_even_from_a_tree_with_one_root():
    assert to_single_root((2, 0), ("nmod:poss", "root")) == ((2, 0), ("nmod", "root"))


def test_the_first_root_may_stand_late():
    assert to_single_root((3, 3, 0, 0), ("det", "amod", "root", "root"))[0] == (3, 3, 0, 3)


def test_single_root_form_is_a_fixed_point():
    once = to_single_root((0, 0, 2, 0), ("root", "root", "obl:tmod", "root"))
    assert to_single_root(*once) == once
    assert once[0].count(0) == 1


def test_a_tree_without_a_root_is_refused():
    with pytest.raises(MutspadError, match="a tree with a root"):
        to_single_root((2, 1), ("dep", "dep"))


@pytest.mark.skipif(not MIRROR.is_dir(), reason="needs MUTSPAD_MIRROR with TweeBank")
@pytest.mark.parametrize("split", ["train", "dev", "test"])
def test_the_published_single_root_files_come_out_exactly(split):
    original = read_trees(MIRROR / f"en-ud-tweet-{split}.conllu")
    fixed = read_trees(MIRROR / f"en-ud-tweet-{split}.fixed.conllu")
    assert [to_single_root(*tree) for tree in original] == fixed


def read_trees(path):
    """Read heads and relations without the package's reader, as an independent witness."""
    trees = []
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        rows = [line.split("\t") for line in block.split("\n") if not line.startswith("#")]
        words = [row for row in rows if row[0].isdigit()]
        trees.append((tuple(int(row[6]) for row in words), tuple(row[7] for row in words)))
    return trees
