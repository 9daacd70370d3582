"""Universal Dependencies as the registry's treebanks need them."""

import pytest

from mutspad.config.sections import OwnCorpus
from mutspad.data.conllup import read_conllup, write_conllup
from mutspad.data.corpora.own import read_own
from mutspad.data.text import collect_text, read_text, write_sentences
from mutspad.errors import CorpusError
from mutspad.evaluation.score import score_layers
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


def read(path, name="x", pos="UPOS"):
    columns = {"pos": pos, "dep": "DEPREL"}
    corpus = OwnCorpus(format="conllu", files={"train": ""}, columns=columns)
    return [found.sentence for found in read_own(path, name, corpus)]


def test_tweebank_is_read_leniently_where_nothing_is_needed(tmp_path):
    first, second = read(put(tmp_path / "t.conllu", TREEBANK), "tweebank2-dev")
    assert (first.id, second.id) == ("tweebank2-dev-1", "tweebank2-dev-2")
    assert first.words == ("ca", "n't", "stop", "_")
    assert first.layers[Task.POS].labels == ("AUX", "PART", "VERB", "PUNCT")
    assert first.layers[Task.DEP].heads == (3, 3, 0, 0)
    assert first.layers[Task.DEP].labels == ("aux", "advmod", "root", "root")


def test_the_language_specific_tags_can_be_asked_for(tmp_path):
    first, _ = read(put(tmp_path / "t.conllu", TREEBANK), pos="XPOS")
    assert first.layers[Task.POS].labels == ("MD", "RB", "VB", ".")


@pytest.mark.parametrize(
    ("line", "text", "expected"),
    [
        (4, "1\tca\tcan\tAUX\tMD\t_\t3", "8 columns or more separated by tabs"),
        (5, "3\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_", "the ID 2, found '3'"),
        (5, "2\tn't\tnot\tPART\tRB\t_\t5\tadvmod\t_\t_", "a head from 0 to 4"),
        (5, "2\tn't\tnot\tPART\tRB\t_\t2\tadvmod\t_\t_", "a tree"),
        (5, "2\tn't\tnot\tPART\tRB\t_\t3\t\t_\t_", "a dep label"),
        (5, "2\t\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_", "a word, with single spaces"),
        (5, "2\tn  t\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_", "a word, with single spaces"),
        (5, "2\tnt \tnot\tPART\tRB\t_\t3\tadvmod\t_\t_", "a word, with single spaces"),
        (5, "2\tnt\tnot\tPART A\tRB\t_\t3\tadvmod\t_\t_", "a pos label"),
    ],
)
def test_malformed_lines_are_named(tmp_path, line, text, expected):
    lines = TREEBANK.split("\n")
    lines[line - 1] = text
    with pytest.raises(CorpusError, match=rf"t\.conllu:{line}: .*{expected}"):
        read(put(tmp_path / "t.conllu", "\n".join(lines)))


@pytest.mark.parametrize("word", ["100 000", "100\u00a0000", "20\u202f000 000"])
def test_a_form_with_spaces_is_a_word_down_to_the_predictions(tmp_path, word):
    text = f"1\t{word}\t_\tNUM\tCD\t_\t2\tnummod\t_\t_\n2\tgulls\t_\tNOUN\tNNS\t_\t0\troot\t_\t_\n"
    sentences = read(put(tmp_path / "t.conllu", text))
    assert [sentence.words for sentence in sentences] == [(word, "gulls")]
    write_conllup(tmp_path / "t.conllup", sentences)
    assert read_conllup(tmp_path / "t.conllup") == sentences
    assert score_layers(Task.DEP, sentences, sentences)["las"] == 100
    collected = collect_text(
        "news", training=[s.words for s in sentences], held_back=[], raw={}, anonymised=False
    )
    write_sentences(tmp_path / "t.txt", collected.sentences)
    assert read_text(tmp_path / "t.txt") == [(*word.split(), "gulls")]
