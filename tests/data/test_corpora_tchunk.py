import pytest

from mutspad.data.corpora.tchunk import read_tchunk
from mutspad.errors import CorpusError
from mutspad.tasks import Task

# Three tweets and a fourth that only the chunks have; '&' is written '&lt;' there.
CHUNK = """gulls b-np
&lt; i-np
terns i-np

drie o
meeuwen b-np

ahoy i-intj
! o

sleep b-vp
&lt; o
"""
POS = """gulls NNS
& CC
terns NNS

ahoy UH
! .

sleep VB
&lt; SYM
"""
SPLITS = {
    "train": "sleep\tVB\tO\n&lt;\tSYM\tO\n",
    "dev": "gulls\tNNS\tO\n&\tCC\tO\nterns\tNNS\tO\n",
    "test": "ahoy\tUH\tO\n!\t.\tO\n",
}


@pytest.fixture
def read(tmp_path):
    def read_files(chunk=CHUNK, pos=POS, **changed):
        (tmp_path / "chunk.txt").write_text(chunk)
        (tmp_path / "pos.txt").write_text(pos)
        for split, text in (SPLITS | changed).items():
            (tmp_path / f"{split}.tsv").write_text(text)
        paths = {split: tmp_path / f"{split}.tsv" for split in SPLITS}
        return read_tchunk(tmp_path / "chunk.txt", tmp_path / "pos.txt", paths, "tchunk")

    return read_files


def test_each_tweet_finds_its_chunks(read):
    splits = read()
    (train,), (dev,), (test,) = splits.values()
    assert train.words == ("sleep", "&lt;")
    assert train.layers[Task.CHUNK].labels == ("B-VP", "O")
    assert dev.words == ("gulls", "&", "terns")
    assert dev.layers[Task.CHUNK].labels == ("B-NP", "I-NP", "I-NP")
    assert dev.id == "tchunk-dev-1"
    assert test.words == ("ahoy", "!")


def test_an_inside_tag_that_continues_nothing_opens_a_phrase(read):
    assert read()["test"][0].layers[Task.CHUNK].labels == ("B-INTJ", "O")


def test_of_two_copies_the_first_goes_to_the_first_split(read):
    splits = read(
        chunk="yes b-intj\n\nno o\n\nyes o\n",
        pos="yes UH\n\nno UH\n\nyes UH\n",
        train="yes\tUH\tO\n",
        dev="yes\tUH\tO\n",
        test="no\tUH\tO\n",
    )
    assert splits["train"][0].layers[Task.CHUNK].labels == ("B-INTJ",)
    assert splits["dev"][0].layers[Task.CHUNK].labels == ("O",)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"dev": "gulls\tNNS\tO\n\nterns\tNNS\tO\n"}, r"dev\.tsv:1: expected a tweet of"),
        ({"dev": SPLITS["test"]}, r"test\.tsv:1: expected a tweet of .* as often"),
        ({"chunk": CHUNK.replace("i-intj", "i-")}, r"chunk\.txt:8: expected an IOB2 tag"),
        ({"chunk": CHUNK.replace("ahoy ", "")}, r"chunk\.txt:8: expected 2 columns"),
        ({"chunk": CHUNK.replace("ahoy i-intj\n! o\n", "")}, r"pos\.txt:5: expected a tweet of"),
        ({"pos": ""}, r"train\.tsv:1: expected a tweet of"),
    ],
)
def test_what_does_not_fit_is_named(read, changed, expected):
    with pytest.raises(CorpusError, match=expected):
        read(**changed)
