"""The verbs that look inside a model write what the library finds, or one message and no file."""

import numpy as np
import pandas as pd
import pytest

from mutspad.cli.main import main
from mutspad.data.conllup import write_conllup
from mutspad.data.sentence import Sentence
from mutspad.plan.layout import Layout
from mutspad.report.ablation.ablate import ablate, spread
from mutspad.report.ablation.activations import find_unit_words
from mutspad.report.ablation.drops import AblationRecord
from mutspad.report.ablation.unit_words import read_unit_words
from mutspad.tasks import TASKS, Task


@pytest.fixture
def layout(sentences, tmp_path):
    """Name the files of an experiment that has corpora."""
    layout = Layout(tmp_path)
    for task in TASKS:
        for split in ("train", "dev", "test"):
            only = [Sentence(s.id, s.words, {task: s.layers[task]}) for s in sentences]
            write_conllup(layout.corpus("tweets", task, f"{split}.conllup"), only)
    return layout


@pytest.fixture
def call(plan_of, layout, save):
    """Call a verb on a model; its plan is to look at five sentences and forty words."""
    plan = plan_of(ablation={"sentences": 5, "words": 40})
    layout.plan.write_text(plan.model_dump_json(), "utf-8")

    def run(verb, model, *more):
        save(model, layout.model(plan.ablated, 6))
        arguments = ["--plan", str(layout.plan), "--seed", "6", "--results", str(layout.root)]
        with pytest.raises(SystemExit) as stopped:
            main(["step", verb, *arguments, *more])
        return stopped.value.code, layout.ablation(plan.ablated, 6)

    return run


@pytest.mark.parametrize("task", TASKS)
def test_drops_are_written_as_they_are_found(task, model, vocabulary, sentences, call):
    code, folder = call("ablate", model, "--task", task)
    assert code == 0
    found = ablate(model, vocabulary, spread(sentences, 5), task, multi_root=True)
    frame = pd.read_csv(folder / f"{task}.csv", index_col="unit", na_filter=False)
    assert tuple(frame.columns) == found.classes
    np.testing.assert_allclose(frame, found.drops, atol=5e-5)
    record = AblationRecord.model_validate_json((folder / f"{task}.json").read_text())
    assert (record.run, record.seed, record.sentences) == ("tuned", 6, 5)
    supports = [record.classes[name].support for name in found.classes]
    assert supports == found.supports.tolist()


def test_words_come_from_every_split(model, vocabulary, sentences, layout, call):
    extra = Sentence("s99", ("zebra", "Lima"), sentences[1].layers)
    for task in TASKS:
        only = {task: sentences[1].layers[task]}
        path = layout.corpus("tweets", task, "test.conllup")
        write_conllup(path, [Sentence(extra.id, extra.words, only)])
    code, folder = call("rank-words", model)
    assert code == 0
    found = read_unit_words(folder / "activations.json")
    assert found == find_unit_words(model, vocabulary, [*sentences, extra], count=40)
    assert found != find_unit_words(model, vocabulary, sentences, count=40)


@pytest.mark.parametrize("verb", ["ablate", "rank-words"])
def test_a_model_without_pos_is_one_message(verb, build_model, layout, call, capsys):
    more = ["--task", "ner"] if verb == "ablate" else []
    code, folder = call(verb, build_model((Task.CHUNK, Task.NER)), *more)
    assert code == 1
    error = capsys.readouterr().err
    model = layout.model(folder.parent.name, 6)
    assert error.startswith(f"mutspad: error: {model}: expected a ")
    assert "found one of chunk, ner; name the method of such a model in ablation.method" in error
    assert error.count("\n") == 1
    assert not folder.exists()
