"""Whatever stands in a file, a reader reads it or names the file in an error of ours."""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutspad.config.sections import OwnCorpus
from mutspad.data.conllup import header, read_conllup, write_conllup
from mutspad.data.corpora.own import read_own
from mutspad.data.corpora.ptb import read_wsj
from mutspad.data.sentence import Sentence
from mutspad.data.vectors import open_vectors
from mutspad.errors import MutspadError

HEADER = header()

RULES = settings(
    max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)


def own(form: str, **columns: int | str) -> Callable[[Path], Iterable[Sentence]]:
    """Read files of a format of the user's."""
    corpus = OwnCorpus(format=form, files={"train": ""}, columns=columns)
    return lambda path: [found.sentence for found in read_own(path, "x", corpus)]


# Names of files say which format they are in.
READERS: dict[str, Callable[[Path], Iterable[Sentence]]] = {
    "a.conllup": read_conllup,
    "a.conllu": own("conllu", pos="UPOS", dep="DEPREL"),
    "eng.train": own("columns", word=1, ner=4),
    "w.conll": own("columns", word=1, ner=2),
    "wsj_0001.mrg": lambda path: read_wsj({"train": [path]}, "x")["train"],
}
LINES = {
    "a.conllup": f"""{HEADER}
# sent_id = a
# mutspad.pos = gold
# mutspad.dep = silver
# mutspad.ner = gold
1\tGulls\t2\tnsubj\tNNS\t_\tB-x
2\tscream\t0\troot\tVBP\t_\tI-x

# sent_id = b
# mutspad.chunk = gold
1\tYes\t_\t_\t_\tB-NP\t_

""",
    "a.conllu": """# newdoc id = quay
1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_
1\tDo\tdo\tAUX\tVBP\t_\t3\taux\t_\t_
2\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_
3\tgo\tgo\tVERB\tVB\tMood=Imp\t0\troot\tNormType=x\tSpaceAfter=No
3.1\tnow\t_\t_\t_\t_\t_\t_\t_\t_

1\tYes\tyes\tINTJ\tUH\t_\t0\troot\t_\t_

""",
    "eng.train": """-DOCSTART- -X- O O

Oslo NNP I-NP I-LOC
hails VBZ I-VP O

Yes UH O O

""",
    "w.conll": "Oslo\tB-location\nrocks\tO\n\t\nok\tO\n\n\nyes\tO\n",
    "wsj_0001.mrg": "( (S \n (NP-SBJ-1 (DT The) (NN quay) (-LRB- -LRB-))\n"
    " (VP (VBN built) (NP (-NONE- *-1) ))\n (. .) ))\n((INTJ (UH Ahoy)))\n",
}
ODDITIES = ["", "\n", "\t", " ", "_", "0", "é", "\ufeff", "\u2028", "\x85", "\0", "((", ")", "I-x"]


@st.composite
def mixed(draw: st.DrawFn, text: str) -> bytes:
    """Draw the lines of a file in any order, with odd things in and between them."""
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    odd = st.sampled_from(ODDITIES).map(str.encode) | st.binary(max_size=3)
    drawn = draw(st.permutations(lines) | st.just(lines))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(drawn) - 1))
        line = drawn[place]
        cut = draw(st.integers(0, len(line)))
        drawn = [*drawn[:place], line[:cut] + draw(odd) + line[cut:], *drawn[place + 1 :]]
    return b"".join(drawn)


@pytest.mark.parametrize("name", READERS)
def test_a_reader_reads_what_the_mixtures_are_made_of(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(LINES[name], encoding="utf-8")
    assert len([*READERS[name](path)]) >= 2


def refused(read: Callable[[Path], object], path: Path) -> str | None:
    """Return the message of an error of ours, None when the file is read."""
    try:
        read(path)
    except MutspadError as error:
        return str(error)
    return None


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
@RULES
def test_a_corpus_is_read_and_can_be_written_or_the_file_is_named(
    name: str, data: st.DataObject
) -> None:
    def read(path: Path) -> None:
        sentences = [*READERS[name](path)]
        write_conllup(copy, sentences)
        assert [*read_conllup(copy)] == sentences

    with tempfile.TemporaryDirectory() as folder:
        path, copy = Path(folder, name), Path(folder, "copy.conllup")
        path.write_bytes(data.draw(mixed(LINES[name])))
        message = refused(read, path)
        assert message is None or message.startswith(str(path))


@given(data=st.data())
@RULES
def test_vectors_are_read_or_the_file_is_named(data: st.DataObject) -> None:
    def read(path: Path) -> None:
        found = open_vectors(str(path), {"a", "the", "é", "x y"}, dim=2).vectors
        assert all(np.isfinite(vector).all() for vector in found.values())

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "v.txt")
        path.write_bytes(data.draw(mixed("the 1 2\na -1e-3 0\nx y 4 5\nthe 9 9\n")))
        message = refused(read, path)
        assert message is None or message.startswith(str(path))
