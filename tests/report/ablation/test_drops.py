"""An ablation comes back from its files, and rare classes do not decide."""

import numpy as np
import pytest

from mutspad.errors import MutspadError
from mutspad.files import write_json, write_text
from mutspad.report.ablation.drops import Ablation, read_ablations
from mutspad.tasks import TASKS, Task


def write_run(folder, ablations, run="tuned"):
    for ablation in ablations:
        record = ablation.to_record(experiment="tests", run=run, seed=3)
        write_json(folder / f"{ablation.task}.json", record)
        write_text(folder / f"{ablation.task}.csv", ablation.to_frame().to_csv())


@pytest.fixture
def build_ablation():
    """Return a function that makes drops of a task; the last class is rare, the first negative."""

    def build(task):
        return Ablation(
            task=task,
            classes=("''", "NA", "a,b", "rare"),
            supports=np.array([40, 30, 20, 2]),
            base=np.array([80.0, 70.0, 60.0, 50.0]),
            drops=np.array([[-1.0, 0.5, 0.25, 9.0], [-2.0, 0.0, 1.5, 0.0], [-3.0, -0.5, -1, 50.0]]),
            sentences=9,
            words=92,
        )

    return build


def test_files_give_back_what_was_written(build_ablation, tmp_path):
    written = [build_ablation(task) for task in TASKS]
    write_run(tmp_path, written)
    run = read_ablations(tmp_path)
    assert (run.experiment, run.run, run.seed) == ("tests", "tuned", 3)
    for ablation in written:
        found = run.ablations[ablation.task]
        for name in Ablation.__slots__:
            np.testing.assert_array_equal(getattr(found, name), getattr(ablation, name))


def test_rare_classes_are_left_out_of_the_maxima(build_ablation):
    ablation = build_ablation(Task.POS)
    assert ablation.max_drops(min_support=3).tolist() == [0.5, 1.5, -0.5]
    assert ablation.max_drops(min_support=2).tolist() == [9.0, 1.5, 50.0]
    with pytest.raises(MutspadError, match="at least 41 gold words, found at most 40"):
        ablation.max_drops(min_support=41)


def test_files_that_do_not_belong_together_are_refused(build_ablation, tmp_path):
    write_run(tmp_path, [build_ablation(task) for task in TASKS])
    write_run(tmp_path, [build_ablation(Task.NER)], run="other")
    with pytest.raises(MutspadError, match="expected the ablations of one model"):
        read_ablations(tmp_path)
    text = (tmp_path / "ner.csv").read_text()
    (tmp_path / "ner.csv").write_text(text.replace("rare", "odd"))
    with pytest.raises(MutspadError, match=r"ner\.csv: .*found others: \['odd', 'rare'\]"):
        read_ablations(tmp_path)
    (tmp_path / "ner.csv").unlink()
    with pytest.raises(MutspadError, match=r"ner\.csv: expected an ablation's drops"):
        read_ablations(tmp_path)
