"""Tasks are their records: a record alone lets a new task be trained, scored and tabulated."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mutspad
from mutspad.models.mutspad import HEADS
from mutspad.tasks import SPECS, TASKS, Scheme, Task

RECORD = """
    "target": TaskSpec(
        column="mutspad:target",
        scheme=Scheme.IOB2,
        reads=("pos",),
        metric="f1",
        measure="exact-match F1",
        head="tagger",
        label="TG",
        heading="TG (F1)",
    ),
}
"""
TRAIN = """
import sys
import torch
from mutspad.config import ModelParams, ParserParams
from mutspad.data.batching import collate, encode
from mutspad.data.conllup import read_conllup, write_conllup
from mutspad.data.sentence import Layer, Sentence
from mutspad.data.vocab import PAD, UNK, Vocabulary
from mutspad.evaluation.score import main_score, score_layers
from mutspad.models.mutspad import MuTSPad
from mutspad.report.tables.rows import COLUMNS
from mutspad.tasks import TASKS, Task
from mutspad.training.predict import annotate

tasks = (Task.POS, Task.TARGET)
gold = [
    Sentence("1", ("i", "love", "new", "york"), {
        Task.POS: Layer(("P", "V", "J", "N")), Task.TARGET: Layer(("O", "O", "B-pos", "I-pos"))}),
    Sentence("2", ("rain", "again"), {
        Task.POS: Layer(("N", "R")), Task.TARGET: Layer(("B-neg", "O"))}),
]
write_conllup(sys.argv[1], gold)
assert read_conllup(sys.argv[1]) == gold
words = sorted({word for sentence in gold for word in sentence.words})
vocabulary = Vocabulary(
    words=(PAD, UNK, *words),
    chars=(PAD, UNK, *sorted({char for word in words for char in word})),
    labels={task: tuple(sorted({x for s in gold for x in s.layers[task].labels}))
            for task in tasks},
    lowercase=True,
)
torch.manual_seed(1)
model = MuTSPad(
    params=ModelParams(
        char_dim=4, char_hidden=4, tagger_hidden=8, pos_reduction=4, chunk_reduction=4,
        dropout=dict.fromkeys(TASKS, 0.0), unknown_rate=0.0, unknown_char_rate=0.0,
        both_cases=False,
        parser=ParserParams(hidden=4, layers=1, biaffine=4, dropout=0.0, word_dropout=0.0),
    ),
    tasks=tasks, labels=vocabulary.labels, n_words=len(vocabulary.words),
    n_chars=len(vocabulary.chars), word_dim=8,
)
assert "heads.target.classifier.weight" in model.state_dict()
batch = collate(vocabulary, [encode(vocabulary, sentence, tasks) for sentence in gold])
optimiser = torch.optim.SGD(model.parameters(), lr=0.5)
for _ in range(60):
    optimiser.zero_grad()
    sum(model.losses(batch, tasks).values()).backward()
    optimiser.step()
said = annotate(model, vocabulary, gold, tasks, multi_root=False)
assert main_score(Task.TARGET, score_layers(Task.TARGET, gold, said)) == 100.0
assert "TG (F1)" in [column.header for column in COLUMNS]
"""


@pytest.mark.parametrize("task", TASKS)
def test_a_record_says_all_that_a_task_needs(task):
    lower = [Task(name) for name in task.spec.reads]
    assert lower == [other for other in TASKS[: TASKS.index(task)] if other in lower]
    assert task.spec.head in HEADS
    assert (task.spec.head == "parser") == (task.spec.scheme is Scheme.TREE)


def test_records_and_tasks_are_the_same_and_no_column_is_shared():
    assert tuple(SPECS) == TASKS
    assert len({spec.column for spec in SPECS.values()}) == len(TASKS)


def test_a_new_task_is_a_record_and_a_member(tmp_path):
    package = tmp_path / "mutspad"
    shutil.copytree(Path(mutspad.__file__).parent, package)
    code = (package / "tasks.py").read_text(encoding="utf-8")
    code = code.replace("\n}\n", RECORD, 1)
    code = code.replace('    DEP = "dep"\n', '    DEP = "dep"\n    TARGET = "target"\n', 1)
    (package / "tasks.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, str(tmp_path / "gold.conllup")],
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
