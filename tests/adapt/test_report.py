"""A recipe runs from files to the report and a model that tags."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mutspad.adapt.report import list_errors
from mutspad.data.sentence import Layer
from mutspad.tagging.pipeline import load
from mutspad.tasks import Task

# Few trainings: tags only help a task of the recipe's own, of which the target has some.
RECIPE = """\
name: harbour
tasks: { thing: { scheme: iob2, reads: [pos] } }
source:
  corpora:
    - { train: source.conllu, columns: { pos: UPOS } }
    - { train: source-ner.txt, columns: { word: 2, thing: 1 } }
target:
  corpora:
    - { train: target.conllup, test: target-test.conllup, columns: { thing: NER } }
"""


def adapt(recipe_file: Path, *more: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "mutspad.cli", "adapt", str(recipe_file), "--cores", "2", *more],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.pipeline
@pytest.mark.usefixtures("forget_tasks")
def test_from_files_to_a_report_and_a_model(recipe_file: Path) -> None:
    recipe_file.write_text(RECIPE)
    adapt(recipe_file, "--curve", "6")
    results = recipe_file.parent / "results" / "harbour"
    page = (results / "report.html").read_text()
    assert "How many sentences" in page
    assert page.count("data:image/png;base64,") == 2
    for label in ("Mono-task learning", "MuTSPad, source unified"):
        assert re.search(rf"<td>{label}</td>\s*<td>[0-9.]+ \[[0-9.]+, [0-9.]+\]</td>", page), label
    (best,) = json.loads((results / "best.json").read_text())
    nlp = load(results / "model")
    assert set(nlp.tasks) == {Task(task) for task in best["models"]} == {"thing"}
    document = nlp("Lena sees Oslo")
    assert document.tokens == ("Lena", "sees", "Oslo")
    assert {span["text"] for span in document.to_dict()["thing"]} <= {"Lena", "Oslo"}
    assert "thing" in document.spans
    trained = {path: path.stat().st_mtime_ns for path in results.glob("models/*/*/*.safetensors")}
    adapt(recipe_file)  # without the curve: another page and no training
    assert {path: path.stat().st_mtime_ns for path in trained} == trained
    assert "How many sentences" not in (results / "report.html").read_text()


def test_errors_are_named_by_gold_and_predicted_label() -> None:
    gold = Layer(("nsubj:pass", "root", "obj"), heads=(2, 0, 2))
    predicted = Layer(("nsubj", "root", "obl"), heads=(3, 0, 2))
    assert list_errors(Task.DEP, gold, predicted) == ["nsubj at another head", None, "obj → obl"]
    assert list_errors(Task.NER, Layer(("B-X", "O")), Layer(("O", "O"))) == ["B-X → O", None]
