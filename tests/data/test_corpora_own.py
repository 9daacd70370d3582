"""Files of the user's: three formats, any order of columns, every mistake with its line."""

from pathlib import Path

import pytest

from mutspad.config.sections import OwnCorpus
from mutspad.data.corpora.own import read_own
from mutspad.data.registry import load_registry
from mutspad.errors import ConfigError, CorpusError
from mutspad.tasks import Task

ROW = "{}\t{}\t_\t{}\t_\t_\t{}\t{}\t_\t_\n"
EMPTY = "\t_" * 7
TREE = (
    "# text = du kommst\n"
    + "1-2\tdukommst\t_\t_\t_\t_\t_\t_\t_\t_\n"
    + ROW.format(1, "du", "PRON", 2, "nsubj")
    + ROW.format(2, "kommst", "VERB", 0, "root")
    + "\n"
)
PLUS = "# global.columns = ID FORM NER:X UPOS\n1\tOslo\tB-LOC\tNOUN\n2\t!\tO\tPUNCT\n"
COLUMNS = "-DOCSTART- -X- O\n\n# id = 3\nI-PER NOUN Lena\nO PUNCT #\n\nS-LOC NOUN Rom\n"


def own(form: str, **columns: int | str) -> OwnCorpus:
    return OwnCorpus(format=form, files={"train": "x"}, columns=columns)


def write(folder: Path, text: str) -> Path:
    path = folder / "file.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_conllu_gives_tags_and_trees(tmp_path: Path) -> None:
    (found,) = read_own(write(tmp_path, TREE), "a-train", own("conllu", pos="UPOS", dep="DEPREL"))
    assert (found.sentence.id, found.sentence.words, found.line) == (
        "a-train-1",
        ("du", "kommst"),
        3,
    )
    assert found.sentence.layers[Task.POS].labels == ("PRON", "VERB")
    assert found.sentence.layers[Task.DEP].heads == (2, 0)


def test_conllu_plus_finds_columns_by_the_names_of_its_first_line(tmp_path: Path) -> None:
    (found,) = read_own(write(tmp_path, PLUS), "a", own("conllup", ner="NER:X"))
    assert found.sentence.layers[Task.NER].labels == ("B-LOC", "O")
    assert list(found.sentence.layers) == [Task.NER]


def test_labels_stand_in_misc_as_mutspad_writes_them(tmp_path: Path) -> None:
    misc = ("SpaceAfter=No|NER=B-x%7Cy", "Chunk=B-NP|NER=I-x%7Cy", "_")
    text = "".join(f"{n}\tgull{EMPTY}\t{value}\n" for n, value in enumerate(misc, 1))
    path = write(tmp_path, text)
    (found,) = read_own(path, "a", own("conllu", ner="MISC:NER"))
    assert found.sentence.layers[Task.NER].labels == ("B-x|y", "I-x|y", "O")
    with pytest.raises(CorpusError, match=r":1: expected SSF=<label> in MISC, found"):
        read_own(path, "a", own("conllu", pos="MISC:SSF"))
    with pytest.raises(CorpusError, match=r"expected a span of ner in MISC, Ner=B-<type>, found"):
        read_own(path, "a", own("conllu", ner="MISC:Ner"))
    with pytest.raises(CorpusError, match="found 'MISC:Form'"):
        read_own(path, "a", own("conllu", word="MISC:Form", ner="MISC:NER"))
    with pytest.raises(CorpusError, match="found 'MISC:NER'"):
        read_own(write(tmp_path, PLUS), "a", own("conllup", ner="MISC:NER"))


def test_a_split_without_spans_is_one_where_misc_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, f"1\tgull{EMPTY}\tNER=O\n2\tsings{EMPTY}\t_\n")
    (found,) = read_own(path, "a", own("conllu", ner="MISC:NER"))
    assert found.sentence.layers[Task.NER].labels == ("O", "O")


def test_columns_stand_in_any_order_and_any_iob_scheme(tmp_path: Path) -> None:
    found = read_own(write(tmp_path, COLUMNS), "a", own("columns", word=3, pos=2, ner=1))
    assert [f.sentence.words for f in found] == [("Lena", "#"), ("Rom",)]
    assert [f.sentence.layers[Task.NER].labels for f in found] == [("B-PER", "O"), ("B-LOC",)]
    assert [f.line for f in found] == [4, 7]


@pytest.mark.parametrize(
    ("form", "columns", "text", "place", "expected"),
    [
        ("conllu", {"pos": "UPOS"}, "1\tdu\n", ":1", "4 columns or more separated by tabs"),
        ("conllu", {"pos": "XPOS"}, TREE, ":3", "a pos label"),
        ("conllu", {"pos": "TAG"}, TREE, "", "among ID, FORM"),
        ("conllu", {"dep": "DEPREL"}, ROW.format(1, "du", "X", "_", "root"), ":1", "of a head"),
        ("conllu", {"dep": "DEPREL"}, ROW.format(1, "du", "X", 1, "root"), ":1", "with a root"),
        ("conllup", {"pos": "UPOS"}, TREE, ":1", "# global.columns"),
        ("columns", {"word": 1, "ner": 2}, "Rom LOC\n", ":1", "O, B-<type>"),
        ("columns", {"word": 1, "ner": 2}, "Rom O\nhallo\n", ":2", "2 columns or more"),
        ("columns", {"ner": 2}, "Rom O\n", "", "a column 'word'"),
        ("columns", {"word": 0, "ner": 2}, "Rom O\n", "", "a number from 1 on"),
        ("columns", {"word": 1, "ner": 2}, "\n", "", "at least one sentence"),
    ],
)
def test_a_mistake_has_its_line_and_says_what_to_do(
    tmp_path: Path, form: str, columns: dict[str, int | str], text: str, place: str, expected: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(CorpusError) as caught:
        read_own(path, "a", own(form, **columns))
    assert str(caught.value).startswith(f"{path}{place}: ")
    assert expected in str(caught.value)


def test_all_mistakes_of_a_file_are_collected(tmp_path: Path) -> None:
    path = write(tmp_path, "Rom LOC\n\nOslo O\n\nBonn\n")
    faults: list[CorpusError] = []
    found = read_own(path, "a", own("columns", word=1, ner=2), faults)
    assert [f.sentence.words for f in found] == [("Oslo",)]
    assert [fault.line for fault in faults] == [1, 5]


def test_a_corpus_of_the_user_takes_no_name_of_the_registry() -> None:
    corpus = own("columns", word=1, ner=2)
    entry = load_registry().with_own({"mine": corpus}).corpus("mine")
    assert entry.tasks == [Task.NER]
    assert entry.raw_paths("raw") == {"train": Path("x")}
    with pytest.raises(ConfigError, match="wsj"):
        load_registry().with_own({"wsj": corpus})
