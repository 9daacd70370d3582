"""The verbs that look inside a model write what the library finds, or one message and no file."""

import numpy as np
import pandas as pd
import pytest

from mutspad.cli.main import main
from mutspad.data.conllup import write_conllup
from mutspad.data.sentence import Sentence
from mutspad.report.ablation.ablate import ablate, spread
from mutspad.report.ablation.activations import find_unit_words
from mutspad.report.ablation.drops import AblationRecord
from mutspad.report.ablation.unit_words import read_unit_words
from mutspad.tasks import TASKS, Task


@pytest.fixture
def corpora(sentences, tmp_path):
    for task in TASKS:
        for split in ("train", "dev", "test"):
            only = [Sentence(s.id, s.words, {task: s.layers[task]}) for s in sentences]
            write_conllup(tmp_path / "corpora" / task / f"{split}.conllup", only)
    return tmp_path / "corpora"


@pytest.fixture
def call(plan_of, tmp_path):
    """Call a verb with the plan of an experiment that looks at five sentences and forty words."""
    plan = tmp_path / "plan.json"
    plan.write_text(plan_of(ablation={"sentences": 5, "words": 40}).model_dump_json(), "utf-8")

    def run(verb, model, corpora, output, *more):
        arguments = ["--model", model, "--corpora", corpora, "--plan", plan, "--output", output]
        with pytest.raises(SystemExit) as stopped:
            main(["step", verb, *map(str, [*arguments, *more])])
        return stopped.value.code

    return run


@pytest.mark.parametrize("task", TASKS)
def test_drops_are_written_as_they_are_found(
    task, model, vocabulary, sentences, corpora, save, call, tmp_path
):
    output = tmp_path / "out" / f"{task}.csv"
    assert call("ablate", save(model), corpora, output, "--task", task) == 0
    found = ablate(model, vocabulary, spread(sentences, 5), task, multi_root=True)
    frame = pd.read_csv(output, index_col="unit", na_filter=False)
    assert tuple(frame.columns) == found.classes
    np.testing.assert_allclose(frame, found.drops, atol=5e-5)
    record = AblationRecord.model_validate_json(output.with_suffix(".json").read_text())
    assert (record.run, record.seed, record.sentences) == ("tuned", 6, 5)
    supports = [record.classes[name].support for name in found.classes]
    assert supports == found.supports.tolist()


def test_words_come_from_every_split(model, vocabulary, sentences, corpora, save, call, tmp_path):
    output = tmp_path / "out" / "activations.json"
    extra = Sentence("s99", ("zebra", "Lima"), sentences[1].layers)
    for task in TASKS:
        only = {task: sentences[1].layers[task]}
        write_conllup(corpora / task / "test.conllup", [Sentence(extra.id, extra.words, only)])
    assert call("rank-words", save(model), corpora, output) == 0
    wanted = find_unit_words(model, vocabulary, [*sentences, extra], count=40)
    assert read_unit_words(output) == wanted
    assert read_unit_words(output) != find_unit_words(model, vocabulary, sentences, count=40)


@pytest.mark.parametrize("verb", ["ablate", "rank-words"])
def test_a_model_without_pos_is_one_message(
    verb, build_model, corpora, save, call, tmp_path, capsys
):
    folder = save(build_model((Task.CHUNK, Task.NER)))
    more = ["--task", "ner"] if verb == "ablate" else []
    assert call(verb, folder, corpora, tmp_path / "out" / "x.csv", *more) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"mutspad: error: {folder}: expected a ")
    assert "found one of chunk, ner; name the method of such a model in ablation.method" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()
