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
        conllu="Target",
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
# What the recipe in docs/architecture.md asks for; the sizes only make it fast.
PARAMS = """
domains:
  reviews:
    corpora: { pos: my-reviews, target: my-reviews }
corpora:
  own:
    my-reviews:
      format: columns
      files: { train: reviews.txt, dev: reviews.txt, test: reviews.txt }
      columns: { word: 1, pos: 2, target: 3 }
vectors: { source: none, substitute: null, dim: 8 }
model: { char_dim: 4, char_hidden: 4, tagger_hidden: 12, dropout: { pos: 0.0, target: 0.0 } }
training:
  batch_sentences: 2
  learning_rate: 0.3
  max_epochs: 40
  loss_weights: { target: 1.0 }
experiments:
  reviews:
    methods: { mine: { tasks: all, stages: [reviews], label: Mine } }
    ablation: { method: mine }
    distil: { teacher: mine }
"""
REVIEWS = """I P O
love V O
New J B-good
York N I-good

rain N B-bad
again R O
"""
RUN = """
from pathlib import Path

import yaml

from mutspad.cli.main import cli
from mutspad.config import load_params, overlay
from mutspad.evaluation.conllu import to_conllu
from mutspad.data.conllup import read_conllup
from mutspad.files import read_json
from mutspad.plan.build import build_plan
from mutspad.plan.plan import write_plan

params = overlay(yaml.safe_load(Path("params.yaml").read_text()), yaml.safe_load(PARAMS))
params["domains"] = {"reviews": params["domains"]["reviews"]}  # no other corpus is here
params["language_model"]["domains"] = ["reviews"]
mine = params["experiments"]["reviews"]["methods"]
params["experiments"]["reviews"]["methods"] = dict.fromkeys(params["methods"]) | mine
Path("params.yaml").write_text(yaml.safe_dump(params))
plan = build_plan(load_params("params.yaml", {"experiment": "reviews"}))
at = plan.layout
write_plan(plan, at)
assert plan.rows["mine"] == {"pos": "reviews.all", "target": "reviews.all"}


def step(*arguments):
    cli.main(["step", *map(str, arguments)], standalone_mode=False)


where = ["--plan", at.plan, "--results", at.root]
own = plan.params.corpora.own["my-reviews"].model_dump_json()
seeds = ["--held-out", 0.1, "--held-out-seed", 1, "--token-budget-seed", 1]
for task in ("pos", "target"):
    step("prepare", "--domain", "reviews", "--task", task, "--corpus", "my-reviews", *seeds,
         "--own", "my-reviews", own, "--output", at.corpora("reviews") / task)
step("build-lexicon", "--corpora", at.root / "corpora", "--domain", "reviews",
     "--source", "none", "--dim", 8, "--lexicon", at.lexicon)
step("fit", "--model", at.resolved("reviews.all"), "--seed", plan.seeds[0], "--results", at.root,
     "--code", "any")
step("score", "--seed", plan.seeds[0], *where)
step("describe-data", *where)
step("tabulate", "--number", 2, *where)
scores = read_json(at.scores("reviews.all", plan.seeds[0]))["scores"]
assert scores["target"]["test"]["f1"] == 100.0, scores
assert "| Mine " in (at.root / "tables" / "table2.md").read_text()
assert "TG (F1)" in (at.root / "tables" / "table2.md").read_text()
said = to_conllu(read_conllup(at.predictions("reviews.all", plan.seeds[0], "test")))
assert "Target=B-good" in said
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
    shutil.copy(Path(__file__).resolve().parent.parent / "params.yaml", tmp_path)
    (tmp_path / "reviews.txt").write_text(REVIEWS, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", f"PARAMS = {PARAMS!r}\n{RUN}"],
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
