import pytest

from mutspad.data.corpora.conllu_ud import read_ud
from mutspad.errors import CorpusError
from mutspad.tasks import Task

TREEBANK = """# sent_id = 1
# text = can't stop!
1-2\tcan't\t_\t_\t_\t_\t_\t_\t_\t_
1\tca\tcan\tAUX\tMD\t_\t3\taux\tNormType=shortening|NormWord=CAN\tSpaceAfter=No
2\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_
2.1\tever\tever\tADV\tRB\t_\t_\t_\t3:advmod\t_
3\tstop\tstop\tVERB\tVB\t_\t0\troot\t_\tSpaceAfter=No
4\t_\t!\tPUNCT\t.\t_\t0\troot\t_\t_

1\tok\tok\tINTJ\tUH\t_\t0\troot\t_\t_
"""


def put(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_tweebank_is_read_leniently_where_nothing_is_needed(tmp_path):
    first, second = read_ud(put(tmp_path / "t.conllu", TREEBANK), "tweebank2-dev", pos="UPOS")
    assert (first.id, second.id) == ("tweebank2-dev-1", "tweebank2-dev-2")
    assert first.words == ("ca", "n't", "stop", "_")
    assert first.layers[Task.POS].labels == ("AUX", "PART", "VERB", "PUNCT")
    assert first.layers[Task.DEP].heads == (3, 3, 0, 0)
    assert first.layers[Task.DEP].labels == ("aux", "advmod", "root", "root")


def test_the_language_specific_tags_can_be_asked_for(tmp_path):
    first, _ = read_ud(put(tmp_path / "t.conllu", TREEBANK), "x", pos="XPOS")
    assert first.layers[Task.POS].labels == ("MD", "RB", "VB", ".")


@pytest.mark.parametrize(
    ("line", "text", "expected"),
    [
        (4, "1\tca\tcan\tAUX\tMD\t_\t3\taux\t_", "10 columns"),
        (5, "3\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_", "the ID 2"),
        (5, "2\tn't\tnot\tPART\tRB\t_\t_\tadvmod\t_\t_", "a number in HEAD"),
        (5, "2\tn't\tnot\tPART\tRB\t_\t5\tadvmod\t_\t_", "a head from 0 to 4"),
        (5, "2\tn't\tnot\tPART\tRB\t_\t2\tadvmod\t_\t_", "a tree"),
        (5, "2\tn't\tnot\t_\tRB\t_\t3\tadvmod\t_\t_", "a pos label"),
        (5, "2\tn't\tnot\tPART\tRB\t_\t3\t\t_\t_", "a dep label"),
        (5, "2\t\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_", "a word without spaces"),
        (5, "2\tn t\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_", "a word without spaces"),
        (10, "1\tok\tok\tINTJ\tUH\t_\t1\troot\t_\t_", "a root"),
        (10, "# nothing", "at least one word"),
    ],
)
def test_malformed_lines_are_named(tmp_path, line, text, expected):
    lines = TREEBANK.split("\n")
    lines[line - 1] = text
    with pytest.raises(CorpusError, match=rf"t\.conllu:{line}: .*{expected}"):
        read_ud(put(tmp_path / "t.conllu", "\n".join(lines)), "x", pos="UPOS")


def test_no_sentence_is_an_empty_split(tmp_path):
    with pytest.raises(CorpusError, match="an empty split"):
        read_ud(put(tmp_path / "t.conllu", "\n\n"), "x", pos="UPOS")
