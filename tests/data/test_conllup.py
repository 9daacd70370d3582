import contextlib

import conllu
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutspad.data.conllup import header, read_conllup, tree_fault, write_conllup
from mutspad.data.labels import iob1_to_iob2
from mutspad.data.sentence import Layer, Origin, Sentence
from mutspad.errors import CorpusError
from mutspad.tasks import TASKS, Task

HEADER = header()

SENTENCE = Sentence("quay-1", ("#ships", "sail", "_")).with_layers(
    {
        Task.POS: Layer(("NNS", "VBP", "SYM")),
        Task.NER: Layer(("B-x", "I-x", "O"), Origin.SILVER),
        Task.DEP: Layer(("nsubj", "root", "root"), heads=(2, 0, 0)),
    }
)

TOKENS = st.text(min_size=1, max_size=6).filter(lambda text: text.split() == [text])
WORDS = TOKENS | st.lists(TOKENS, min_size=2, max_size=3).flatmap(
    lambda parts: st.sampled_from(" \u00a0\u202f").map(lambda space: space.join(parts))
)
LABELS = TOKENS.filter(lambda text: text != "_")


@st.composite
def forests(draw, length):
    """Attach each word, in some order, to the root or a word before it in that order."""
    order = draw(st.permutations(range(length)))
    heads = [0] * length
    for place, word in enumerate(order[1:], 1):
        heads[word] = draw(st.sampled_from([0, *(earlier + 1 for earlier in order[:place])]))
    return tuple(heads)


@st.composite
def sentences(draw, number):
    length = draw(st.integers(1, 6))
    of_length = {"min_size": length, "max_size": length}
    tags = st.lists(st.sampled_from(["O", "B-a", "I-a", "I-é"]), **of_length)
    labels = st.lists(LABELS, **of_length)
    makers = {
        Task.POS: lambda: Layer(tuple(draw(labels)), draw(st.sampled_from(Origin))),
        Task.CHUNK: lambda: Layer(tuple(iob1_to_iob2(draw(tags))), draw(st.sampled_from(Origin))),
        Task.NER: lambda: Layer(tuple(iob1_to_iob2(draw(tags))), draw(st.sampled_from(Origin))),
        Task.DEP: lambda: Layer(
            tuple(draw(labels)), draw(st.sampled_from(Origin)), draw(forests(length))
        ),
    }
    layers = {task: makers[task]() for task in draw(st.sets(st.sampled_from(TASKS)))}
    words = tuple(draw(st.lists(WORDS, **of_length)))
    return Sentence(f"{number}-{draw(TOKENS)}", words).with_layers(layers)


CORPORA = st.integers(1, 3).flatmap(
    lambda count: st.tuples(*(sentences(number) for number in range(count)))
)


@given(CORPORA)
@settings(max_examples=60)
def test_round_trip(tmp_path_factory, corpus):
    path = tmp_path_factory.mktemp("round") / "a.conllup"
    write_conllup(path, corpus)
    assert read_conllup(path) == list(corpus)


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
@settings(deadline=None)
def test_arbitrary_bytes_are_a_corpus_error_at_most(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("fuzz") / "a.conllup"
    for start in ("", f"{HEADER}\n", f"{HEADER}\n# sent_id = a\n1\tx\t_\t_\t_\t_\t_\n"):
        path.write_bytes(start.encode() + content)
        with contextlib.suppress(CorpusError):
            assert read_conllup(path)


def test_the_conllu_library_reads_the_same(tmp_path):
    path = tmp_path / "a.conllup"
    write_conllup(path, [SENTENCE])
    (tokens,) = conllu.parse(path.read_text(encoding="utf-8"))
    assert tokens.metadata["sent_id"] == "quay-1"
    assert tokens.metadata["mutspad.ner"] == "silver"
    assert [token["form"] for token in tokens] == list(SENTENCE.words)
    assert [token["head"] for token in tokens] == [2, 0, 0]
    assert [token["mutspad:ner"] for token in tokens] == ["B-x", "I-x", "O"]


def test_layout(tmp_path):
    path = tmp_path / "a.conllup"
    write_conllup(path, [SENTENCE])
    assert path.read_text(encoding="utf-8").splitlines() == [
        HEADER,
        "# sent_id = quay-1",
        "# mutspad.pos = gold",
        "# mutspad.ner = silver",
        "# mutspad.dep = gold",
        "1\t#ships\t2\tnsubj\tNNS\t_\tB-x",
        "2\tsail\t0\troot\tVBP\t_\tI-x",
        "3\t_\t0\troot\tSYM\t_\tO",
        "",
    ]


GOOD = [
    HEADER,
    "# sent_id = a",
    "# mutspad.dep = gold",
    "# mutspad.chunk = gold",
    "1\tGulls\t2\tnsubj\t_\tB-NP\t_",
    "2\tscream\t0\troot\t_\tB-VP\t_",
    "",
    "# sent_id = b",
    "1\tYes\t_\t_\t_\t_\t_",
    "",
]


@pytest.mark.parametrize(
    ("line", "text", "expected"),
    [
        (1, "# global.columns = ID FORM", "global.columns"),
        (2, "# mood = calm", "sent_id"),
        (3, "# mutspad.dep = bronze", "<gold|silver>"),
        (3, "# mutspad.mood = gold", "pos|chunk|ner|dep"),
        (5, "1\tGulls\t2\tnsubj\t_\tB-NP", "7 columns"),
        (5, "1\tGulls\t2\tnsubj\t_\tB-NP\t_\t_", "7 columns"),
        (5, "1  Gulls  2  nsubj  _  B-NP  _", "7 columns"),
        (5, "1\t\t2\tnsubj\t_\tB-NP\t_", "none empty"),
        (5, "1\tGulls  at sea\t2\tnsubj\t_\tB-NP\t_", "7 columns"),
        (5, "1\tGulls \t2\tnsubj\t_\tB-NP\t_", "7 columns"),
        (5, "1\tGulls\t2\tnsubj\t_\tB-NP\t_ ", "7 columns"),
        (5, "1\tGulls\t2\tn subj\t_\tB-NP\t_", "a dep label"),
        (6, "3\tscream\t0\troot\t_\tB-VP\t_", "the ID 2"),
        (5, "1\tGulls\t3\tnsubj\t_\tB-NP\t_", "a head from 0 to 2"),
        (5, "1\tGulls\t-1\tnsubj\t_\tB-NP\t_", "a number in HEAD"),
        (5, "1\tGulls\t\N{SUPERSCRIPT TWO}\tnsubj\t_\tB-NP\t_", "a number in HEAD"),
        (5, f"1\tGulls\t{'9' * 4301}\tnsubj\t_\tB-NP\t_", "a number in HEAD"),
        (5, "1\tGulls\t1\tnsubj\t_\tB-NP\t_", "a tree"),
        (6, "2\tscream\t0\troot\t_\tI-VP\t_", "IOB2"),
        (5, "1\tGulls\t2\tnsubj\t_\tI-NP\t_", "IOB2"),
        (5, "1\tGulls\t2\tnsubj\t_\tNP\t_", "IOB2"),
        (6, "2\tscream\t0\troot\t_\t_\t_", "a value in MUTSPAD:CHUNK"),
        (6, "2\tscream\t0\t_\t_\tB-VP\t_", "a value in DEPREL"),
        (6, "2\tscream\t_\troot\t_\tB-VP\t_", "a value in HEAD"),
        (5, "1\tGulls\t2\tnsubj\tNNS\tB-NP\t_", "'_' in MUTSPAD:POS"),
        (8, "# sent_id = a", "occurs once"),
    ],
)
def test_malformed_lines_are_named(tmp_path, line, text, expected):
    path = tmp_path / "a.conllup"
    path.write_text("\n".join(GOOD), encoding="utf-8")
    assert len(read_conllup(path)) == 2
    path.write_text("\n".join([*GOOD[: line - 1], text, *GOOD[line:]]), encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        read_conllup(path)
    assert expected in str(caught.value)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("line", "text", "expected", "named"),
    [
        (6, "2\tscream\t1\troot\t_\tB-VP\t_", "a tree with a root", 5),
        (9, "# nothing", "at least one word", 8),
    ],
)
def test_what_a_whole_sentence_lacks_is_named_at_its_start(tmp_path, line, text, expected, named):
    path = tmp_path / "a.conllup"
    path.write_text("\n".join([*GOOD[: line - 1], text, *GOOD[line:]]), encoding="utf-8")
    with pytest.raises(CorpusError, match=expected) as caught:
        read_conllup(path)
    assert caught.value.line == named


@pytest.mark.parametrize("comment", ["# sent_id = b", "#sent_id=", "# mutspad.dep = silver"])
def test_a_comment_of_ours_stands_once(tmp_path, comment):
    # Otherwise a sentence that has lost its words would vanish into the next one.
    path = tmp_path / "a.conllup"
    path.write_text("\n".join([*GOOD[:4], comment, *GOOD[4:]]), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"a\.conllup:5: expected one comment '# \S+' a sentence"):
        read_conllup(path)


def test_bad_utf8_is_named(tmp_path):
    path = tmp_path / "a.conllup"
    path.write_bytes("\n".join(GOOD).encode().replace(b"Gulls", b"G\xfclls"))
    with pytest.raises(
        CorpusError, match=r"a\.conllup:5: expected UTF-8 text, found the byte 0xfc"
    ):
        read_conllup(path)


@pytest.mark.parametrize("content", ["", f"{HEADER}\n", f"{HEADER}\n\n\n"])
def test_an_empty_split_is_refused(tmp_path, content):
    path = tmp_path / "a.conllup"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError, match="an empty split"):
        read_conllup(path)
    with pytest.raises(CorpusError, match="an empty split"):
        write_conllup(path, [])


def test_a_missing_file_is_a_corpus_error(tmp_path):
    with pytest.raises(CorpusError, match="a readable file"):
        read_conllup(tmp_path / "none.conllup")


@pytest.mark.parametrize(
    ("corpus", "expected"),
    [
        ([SENTENCE, SENTENCE], "occurs once"),
        ([Sentence("a b", ("x",))], "sent_id without spaces"),
        ([Sentence("a", ())], "at least one word"),
        ([Sentence("a", ("x  y",))], "a word, with single spaces"),
        ([Sentence("a", ("x ",))], "a word, with single spaces"),
        ([Sentence("a", ("x\u2028y",))], "a word, with single spaces"),
        ([Sentence("a", ("x\ty",))], "a word, with single spaces"),
        ([Sentence("a", ("",))], "a word, with single spaces"),
        ([Sentence("a", ("x",), {Task.POS: Layer(("_",))})], "a pos label"),
        ([Sentence("a", ("x",), {Task.POS: Layer(("A", "B"))})], "1 pos labels"),
        ([Sentence("a", ("x",), {Task.NER: Layer(("I-A",))})], "IOB2"),
        ([Sentence("a", ("x",), {Task.DEP: Layer(("root",))})], "heads"),
        ([Sentence("a", ("x",), {Task.POS: Layer(("A",), heads=(0,))})], "heads"),
        ([Sentence("a", ("x",), {Task.DEP: Layer(("root",), heads=(0, 1))})], "1 heads"),
        ([Sentence("a", ("x", "y"), {Task.DEP: Layer(("a", "b"), heads=(2, 1))})], "a root"),
    ],
)
def test_the_writer_refuses_what_the_reader_would(tmp_path, corpus, expected):
    path = tmp_path / "a.conllup"
    write_conllup(path, [SENTENCE])
    before = path.read_bytes()
    with pytest.raises(CorpusError, match=expected):
        write_conllup(path, corpus)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.conllup"]


@pytest.mark.parametrize(
    ("heads", "word"), [((0, 3, 2), 1), ((0, 3, 4, 2), 1), ((2, 0, 3), 2), ((5, 0), 0), ((), 0)]
)
def test_trees_that_are_none(heads, word):
    assert tree_fault(heads).word == word


@given(st.integers(1, 8).flatmap(forests))
def test_forests_are_no_fault(heads):
    assert tree_fault(heads) is None
