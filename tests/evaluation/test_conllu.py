"""The scorer of CoNLL 2018 reads what is exported, and finds in it what is there."""

import importlib.util
import zipfile
from pathlib import Path

import conllu
import pytest

from mutspad.cli.main import main
from mutspad.data.conllup import write_conllup
from mutspad.data.sentence import Layer, Sentence
from mutspad.errors import MutspadError
from mutspad.evaluation.conllu import merge_layers, to_conllu
from mutspad.plan.layout import Layout
from mutspad.plan.plan import write_plan
from mutspad.tasks import Task, add_tasks

FIXTURES = Path(__file__).parents[2] / ".cache" / "fixtures"
WHEEL = "stanfordnlp-0.2.0-py3-none-any.whl"
MODULE = "stanfordnlp/utils/conll18_ud_eval.py"

WORDS = ("Gulls", "scream", "over", "100 000", "boats")
POS = Layer(("NOUN", "VERB", "ADP", "NUM", "NOUN"))
DEP = Layer(("nsubj", "root", "case", "nummod", "obl"), heads=(2, 0, 5, 5, 2))
WRONG = Layer(("nsubj", "root", "case", "obl", "nummod"), heads=(2, 0, 5, 2, 4))


def sentence(**layers):
    return Sentence("a", WORDS, {Task(task): layer for task, layer in layers.items()})


def parse(*sentences):
    return conllu.parse(to_conllu(sentences))


def test_every_layer_has_its_column():
    chunk, ner = Layer(("B-NP", "B-VP", "B-PP", "B-NP", "I-NP")), Layer(("O", "O", "O", "B-x", "O"))
    (read,) = parse(sentence(pos=POS, dep=DEP, chunk=chunk, ner=ner))
    assert [token["form"] for token in read] == [*WORDS]
    assert [token["upos"] for token in read] == [*POS.labels]
    assert [token["head"] for token in read] == [*DEP.heads]
    assert [token["deprel"] for token in read] == [*DEP.labels]
    assert read[3]["misc"] == {"Chunk": "B-NP", "NER": "B-x"}
    assert all(len(line.split("\t")) == 10 for line in read.serialize().splitlines()[1:] if line)


def test_tags_of_another_set_are_no_universal_ones():
    (read,) = parse(sentence(pos=Layer(("NNS", "VBP", "IN", "CD", "NNS"))))
    assert {token["upos"] for token in read} == {"_"}
    assert read[0]["xpos"] == "NNS"


def test_further_roots_hang_on_the_first():
    roots = Layer(("root", "root", "case", "nummod", "obl:tmod"), heads=(0, 0, 5, 5, 2))
    (read,) = parse(sentence(dep=roots))
    assert [token["head"] for token in read] == [0, 1, 5, 5, 2]
    assert read[1]["deprel"] == "parataxis"


def test_files_of_other_sentences_are_refused():
    with pytest.raises(MutspadError, match="same sentences"):
        merge_layers([[sentence(pos=POS)], [Sentence("a", ("Gulls",))]])


def test_a_task_of_ones_own_stands_in_misc_once_a_plan_says_what_it_is(
    tmp_path, mood_plan, forget_tasks
):
    write_plan(mood_plan, Layout(tmp_path))
    source, output = tmp_path / "a.conllup", tmp_path / "a.conllu"
    add_tasks({"mood": mood_plan.params.tasks["mood"].describe("mood")})
    write_conllup(source, [Sentence("a", ("Gulls",)).with_layers({Task("mood"): Layer(("+",))})])
    forget_tasks()
    arguments = ["export-conllu", str(source), "--output", str(output), "--task", "mood"]
    for said, code in (([], 2), (["--plan", str(tmp_path / "plan.json")], 0)):
        with pytest.raises(SystemExit) as stopped:
            main([*arguments, *said])
        assert stopped.value.code == code
    assert "Mood=+" in output.read_text()


@pytest.fixture(scope="module")
def scorer(tmp_path_factory):
    wheel = FIXTURES / WHEEL
    if not wheel.is_file():
        pytest.skip(f"{wheel} is absent; make fixtures fetches it")
    path = tmp_path_factory.mktemp("scorer") / "conll18_ud_eval.py"
    with zipfile.ZipFile(wheel) as archive:
        path.write_bytes(archive.read(MODULE))
    spec = importlib.util.spec_from_file_location("conll18_ud_eval", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_official_scorer_finds_our_scores(scorer, tmp_path):
    files = {"gold": (POS, DEP), "system": (Layer(("NOUN", "NOUN", *POS.labels[2:])), WRONG)}
    for name, (pos, dep) in files.items():
        paths = [tmp_path / f"{name}.{task}.conllup" for task in ("pos", "dep")]
        write_conllup(paths[0], [sentence(pos=pos)])
        write_conllup(paths[1], [sentence(dep=dep)])
        with pytest.raises(SystemExit) as stopped:
            main(["export-conllu", *map(str, paths), "--output", str(tmp_path / f"{name}.conllu")])
        assert stopped.value.code == 0
    gold, system = (scorer.load_conllu_file(str(tmp_path / f"{name}.conllu")) for name in files)
    scores = scorer.evaluate(gold, system)
    assert scores["Words"].f1 == 1
    assert scores["UPOS"].f1 == pytest.approx(0.8)
    assert scores["UAS"].f1 == pytest.approx(0.6)
    assert scores["LAS"].f1 == pytest.approx(0.6)
