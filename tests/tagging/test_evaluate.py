"""Scores on a gold file are those of the official scorers."""

import importlib.util
import json
import random
import zipfile
from pathlib import Path

import pytest

from mutspad.cli.main import main
from mutspad.data.conllup import write_conllup
from mutspad.data.sentence import Layer, Origin, Sentence
from mutspad.errors import CorpusError
from mutspad.evaluation.attachment import attachment, clas
from mutspad.evaluation.conllu import to_conllu
from mutspad.tagging.gold import read_gold
from mutspad.tasks import Task

FIXTURES = Path(__file__).parents[2] / ".cache" / "fixtures"
WHEEL = "stanfordnlp-0.2.0-py3-none-any.whl"
MODULE = "stanfordnlp/utils/conll18_ud_eval.py"
RELATIONS = ["nsubj", "obj", "punct", "case", "det", "conj", "aux:pass", "obl:tmod", "nummod"]

GOLD = """\
# sent_id = 1
1\tAda\tada\tPROPN\tNNP\t_\t2\tnsubj\t_\tChunk=B-NP|NER=B-person|SpaceAfter=No
2\tsails\tsail\tVERB\tVBZ\t_\t0\troot\t_\tChunk=B-VP|NER=O
3-4\tOslo!\t_\t_\t_\t_\t_\t_\t_\t_
3\tOslo\tOslo\tPROPN\tNNP\t_\t2\tobl\t_\tChunk=B-NP|NER=I-location
4\t!\t!\tPUNCT\t.\t_\t2\tpunct\t_\tChunk=O|NER=O

# sent_id = 2
1\tlol\tlol\tINTJ\tUH\t_\t0\troot\t_\t_

"""


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "gold.conllu"
    path.write_text(GOLD, encoding="utf-8")
    return path


def test_layers_are_read_where_each_word_has_one(gold):
    first, second = read_gold(gold, pos="UPOS")
    assert first.words == ("Ada", "sails", "Oslo", "!")
    assert first.layers[Task.NER].labels == ("B-person", "O", "B-location", "O")
    assert first.layers[Task.DEP].heads == (2, 0, 2, 2)
    assert set(second.layers) == {Task.POS, Task.DEP}
    assert read_gold(gold, pos="XPOS")[0].layers[Task.POS].labels[1] == "VBZ"


def test_silver_layers_are_no_gold(tmp_path):
    layers = {Task.POS: Layer(("X",)), Task.CHUNK: Layer(("O",), Origin.SILVER)}
    write_conllup(tmp_path / "a.conllup", [Sentence("a", ("lol",)).with_layers(layers)])
    (sentence,) = read_gold(tmp_path / "a.conllup", pos="UPOS")
    assert set(sentence.layers) == {Task.POS}


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("\t2\tnsubj", "\t9\tnsubj", 2),
        ("\t_\tChunk=B-VP", "", 3),
        ("I-location", "L", 5),
        ("\t2\tnsubj", "\t_\t2\tnsubj", 2),
    ],
)
def test_a_malformed_line_is_named(old, new, line, gold):
    gold.write_text(GOLD.replace(old, new))
    with pytest.raises(CorpusError, match=rf"gold\.conllu:{line}: expected"):
        read_gold(gold, pos="UPOS")


def test_an_empty_file_is_refused(gold):
    gold.write_text("\n")
    with pytest.raises(CorpusError, match="at least one sentence"):
        read_gold(gold, pos="UPOS")


def test_a_model_is_scored_on_each_layer_of_the_file(gold, model_folder, nlp, tmp_path, capsys):
    output = tmp_path / "scores.json"
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", str(gold), "--model", str(model_folder), "--output", str(output)])
    assert not stopped.value.code
    scores = json.loads(output.read_text())
    assert set(scores) == {"pos", "chunk", "ner", "dep"}
    assert (scores["ner"]["sentences"], scores["dep"]["sentences"]) == (1, 2)
    ours, one = nlp([["Ada", "sails", "Oslo", "!"], ["lol"]])
    right = sum(map(str.__eq__, (*ours.pos, *one.pos), ["PROPN", "VERB", "PROPN", "PUNCT", "INTJ"]))
    assert scores["pos"]["accuracy"] == 100 * right / 5
    assert "CLAS" in capsys.readouterr().out


def test_a_file_without_a_layer_of_the_model_is_refused(tagger_folder, gold, capsys):
    gold.write_text("1\tlol\t_\t_\t_\t_\t_\t_\t_\t_\n")
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", str(gold), "--model", str(tagger_folder)])
    assert stopped.value.code == 1
    assert "expected a layer that the model has (pos), found none" in capsys.readouterr().err


def make_trees(seed):
    """Make sentences with random trees of one root."""
    chance = random.Random(seed)  # noqa: S311
    made = []
    for number in range(20):
        length = chance.randint(1, 9)
        heads = [0, *(chance.randint(1, place) for place in range(1, length))]
        rels = ["root", *chance.choices(RELATIONS, k=length - 1)]
        layers = {Task.DEP: Layer(tuple(rels), heads=tuple(heads))}
        made.append(Sentence(str(number), tuple("abcdefghi"[:length])).with_layers(layers))
    return made


def flatten(sentence):
    """Hang all words on the first; relations stay but for the second word, which gets another."""
    rels = [*sentence.layers[Task.DEP].labels]
    if len(rels) > 1:
        rels[1] = "iobj"
    heads = (0, *[1] * (len(rels) - 1))
    return sentence.with_layers({Task.DEP: Layer(tuple(rels), heads=heads)})


def test_attachment_is_that_of_conll_2018(tmp_path):
    wheel = FIXTURES / WHEEL
    if not wheel.exists():
        pytest.skip("make fixtures")
    scorer_file = tmp_path / "conll18_ud_eval.py"
    with zipfile.ZipFile(wheel) as archive:
        scorer_file.write_bytes(archive.read(MODULE))
    spec = importlib.util.spec_from_file_location("conll18_ud_eval", scorer_file)
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    gold = make_trees(1)
    system = [flatten(each) for each in gold]
    paths = [tmp_path / "gold.conllu", tmp_path / "system.conllu"]
    for path, sentences in zip(paths, (gold, system), strict=True):
        path.write_text(to_conllu(sentences))
    official = scorer.evaluate(*(scorer.load_conllu_file(str(path)) for path in paths))
    columns = []
    for sentences in (gold, system):
        layers = [each.layers[Task.DEP] for each in sentences]
        columns += [[layer.heads for layer in layers], [layer.labels for layer in layers]]
    ours = attachment(*columns)
    assert 100 * official["CLAS"].f1 == pytest.approx(clas(*columns))
    assert 100 * official["LAS"].f1 == pytest.approx(ours.las)
    assert 100 * official["UAS"].f1 == pytest.approx(ours.uas)
    assert 0 < clas(*columns) < ours.uas
