"""Tasks are their records: a record alone lets a new task be trained, scored and tabulated."""

import copy
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from torch import nn

from mutspad.config.own_tasks import OwnTasks, TaskParams
from mutspad.data.conllup import read_conllup, write_conllup
from mutspad.data.sentence import Layer, Sentence
from mutspad.errors import UnknownTaskError
from mutspad.evaluation.conllu import to_conllu
from mutspad.models.mutspad import HEADS
from mutspad.tagging.document import Document
from mutspad.tagging.gold import read_gold
from mutspad.tasks import PAPER_TASKS, TASKS, Scheme, Task, add_tasks

ROOT = Path(__file__).resolve().parents[1]

# What the recipe in docs/architecture.md asks for; the sizes only make it fast.
PARAMS = """
tasks: { target: { scheme: iob2, reads: [pos], label: TG } }
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
distil: { model: { dropout: { target: 0.0 } } }
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
from typing import Any

import yaml

from mutspad.cli.main import cli
from mutspad.config.load import load_params, overlay
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
for task in ("pos", "target"):
    step("prepare", "--preparation", plan.preparation("reviews", task).model_dump_json(),
         "--output", at.corpora("reviews") / task)
step("build-lexicon", "--corpora", at.root / "corpora", "--domain", "reviews",
     "--vectors", plan.params.vectors.model_dump_json(), "--lexicon", at.lexicon)
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


def test_no_column_is_shared():
    assert len({task.spec.column for task in TASKS}) == len(TASKS)


def test_there_is_one_object_a_task():
    assert Task("ner") is Task.NER
    assert pickle.loads(pickle.dumps(Task.NER)) is Task.NER  # noqa: S301
    assert copy.deepcopy(Task.NER) is Task.NER
    with pytest.raises(UnknownTaskError, match=r"pos, chunk, ner, dep, found 'sense'"):
        Task("sense")


def define(name: str, **definition: Any) -> Task:
    add_tasks({name: TaskParams.model_validate(definition).describe(name)})
    return Task(name)


@pytest.mark.usefixtures("forget_tasks")
def test_a_task_of_ones_own_joins_the_others():
    before = define("sense", scheme="iob2", label="S")
    assert before is TASKS[-1]
    assert TASKS.index(before) == len(PAPER_TASKS)
    assert define("sense", scheme="iob2") is before  # known by now, with another name in tables
    assert before.spec.label == "SENSE"
    with pytest.raises(ValueError, match="another task in this process"):
        define("sense", scheme="plain")
    with pytest.raises(ValueError, match="a task of the paper"):
        define("pos", scheme="plain")
    with pytest.raises(ValueError, match="both A1B in CoNLL-U"):
        add_tasks({n: TaskParams(scheme="plain").describe(n) for n in ("a1_b", "a1b")})
    assert len(TASKS) == len(PAPER_TASKS) + 1  # all of them, or none


@pytest.mark.usefixtures("forget_tasks")
def test_no_stream_of_random_numbers_moves_when_tasks_are_added():
    before = [task.stream for task in TASKS]
    for name in ("sense", "another"):
        define(name, scheme="plain")
    streams = [task.stream for task in TASKS]
    assert streams[:4] == before == [0, 1, 2, 3]
    assert len({*streams}) == len(streams)
    assert min(streams[4:]) > 5  # the unified corpus and the adversary have 4 and 5
    assert [streams[-1]] == [Task("another").stream]


@pytest.mark.usefixtures("forget_tasks")
@pytest.mark.parametrize("name", ["type", "values", "training"])
def test_names_of_methods_of_torch_are_names_of_tasks(name):
    branches = nn.ModuleDict()
    branches[define(name, scheme="plain").branch] = nn.Linear(1, 1)
    assert list(branches) == [f"own-{name}"]


@pytest.mark.parametrize("name", ["all", "Text", "token_range", "a-b", "mean", "entities"])
def test_names_that_mean_something_else_are_refused(name):
    with pytest.raises(ValidationError, match=f"'{name}'"):
        TypeAdapter(OwnTasks).validate_python({name: {"scheme": "plain"}})


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        ({"scheme": "tree"}, "plain"),
        ({"scheme": "plain", "metric": "f1"}, "one of accuracy"),
        ({"scheme": "iob2", "reads": ["ner"]}, "pos"),
    ],
)
def test_what_no_task_can_be_is_refused(definition, said):
    with pytest.raises(ValidationError, match=said):
        TaskParams.model_validate(definition)


def test_files_with_and_without_the_column_are_read(tmp_path, forget_tasks):
    before = Sentence("a", ("good", "rain")).with_layers({Task.POS: Layer(("JJ", "NN"))})
    write_conllup(tmp_path / "before", [before])
    task = define("sense", scheme="plain")
    after = before.with_layers({task: Layer(("+|%", "-"))})
    write_conllup(tmp_path / "after", [after])
    assert read_conllup(tmp_path / "before") == [before]
    assert read_conllup(tmp_path / "after") == [after]
    document = Document("good rain", ((0, 4), (5, 9)), after.layers)
    assert [token["sense"] for token in document.to_dict()["tokens"]] == ["+|%", "-"]
    for written in (to_conllu([after]), document.to_conllu()):
        (tmp_path / "gold.conllu").write_text(written)
        assert read_gold(tmp_path / "gold.conllu", pos="XPOS")[0].layers[task] == after.layers[task]
    forget_tasks()
    assert read_conllup(tmp_path / "after") == [before]  # what nobody has defined is skipped


def test_a_new_task_is_an_entry_of_the_parameters(tmp_path):
    shutil.copy(ROOT / "params.yaml", tmp_path)
    (tmp_path / "reviews.txt").write_text(REVIEWS, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", f"PARAMS = {PARAMS!r}\n{RUN}"],
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
