"""A recipe becomes parameters of the workflow; a mistake in it has its line."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from mutspad.adapt.recipe import Recipe, build_methods, build_params, dump_params, read_recipe
from mutspad.cli.main import main
from mutspad.config.load import load_params
from mutspad.errors import ConfigError
from mutspad.plan.build import build_plan
from mutspad.plan.files import Files
from mutspad.plan.plan import Plan
from mutspad.tasks import TASKS, Task

SHIPPED = yaml.safe_load((Path(__file__).parents[2] / "params.yaml").read_text())
MONO = ["mono_task_learning", "mono_task_pretraining"]
Planner = Callable[..., Plan]


@pytest.fixture
def plan_recipe(recipe_file: Path) -> Planner:
    def plan(change: Callable[[str], str] = str, curve: tuple[int, ...] = ()) -> Plan:
        recipe_file.write_text(change(recipe_file.read_text()))
        params = build_params(read_recipe(recipe_file), SHIPPED, ".", curve)
        path = recipe_file.with_name("params.yaml")
        path.write_text(dump_params(params, "recipe.yaml"))
        return build_plan(load_params(path))

    return plan


def recipe_of(source: list[str], target: list[str]) -> Recipe:
    sides = {
        name: {"corpora": [{"train": "x", "columns": {"word": 1, **dict.fromkeys(tasks, 2)}}]}
        for name, tasks in (("source", source), ("target", target))
    }
    return Recipe.model_validate({"name": "x", **sides})


@pytest.mark.parametrize("budget", ["small", "standard", "paper"])
def test_every_budget_gives_a_plan_of_the_users_files_alone(
    plan_recipe: Planner, budget: str
) -> None:
    plan = plan_recipe(lambda text: text.replace("budget: small", f"budget: {budget}"))
    assert {model.domain for model in plan.models.values()} == {"source", "target"}
    assert plan.corpora["target"][Task.NER].names == ["target-pos-ner"]
    files = Files(plan)
    assert files.raw_of("source", "dep") == [
        "source.conllu",
        "source-dev.conllu",
        "source-test.conllu",
    ]
    assert plan.resolve("source.dep").training.max_epochs < 20
    assert set(plan.models["source-unified.all"].tasks) == {Task.POS, Task.NER, Task.DEP}
    assert plan.models["source-unified.target.all"].tasks == [Task.POS, Task.NER]


@pytest.mark.parametrize(
    ("source", "target", "rows"),
    [
        (["pos"], ["pos"], MONO),
        (["pos"], ["pos", "ner"], [*MONO, "multi_task_learning"]),
        (["pos", "ner"], ["pos"], [*MONO, "mutspad", "mutspad_source"]),
        (
            ["pos", "ner"],
            ["pos", "chunk"],
            [*MONO, "multi_task_learning", "mutspad", "mutspad_source"],
        ),
        (
            list(TASKS),
            list(TASKS),
            [*MONO, "multi_task_learning", "mutspad", "mutspad_source", "mutspad_both"],
        ),
    ],
)
def test_rows_that_make_no_sense_fall_out(
    source: list[str], target: list[str], rows: list[str]
) -> None:
    methods = build_methods(recipe_of(source, target))
    assert list(methods) == rows
    # The plan looks into a model of all tasks.
    assert any(method["tasks"] == "all" for method in methods.values())


def test_one_task_on_each_side_has_a_plan(plan_recipe: Planner) -> None:
    trees = re.compile(r"    - \{ train: source.conllu.*?\} \}\n", re.DOTALL)
    plan = plan_recipe(lambda text: trees.sub("", text).replace("pos: UPOS, ", ""))
    assert plan.rows["mono_task_pretraining"] == {Task.NER: "source.target.all"}


def test_a_curve_shares_the_source_models_and_the_test_set(plan_recipe: Planner) -> None:
    whole, curve = plan_recipe(), plan_recipe(curve=(4, 8))
    added = set(curve.models) - set(whole.models)
    assert {curve.models[name].domain for name in added} == {"target-4", "target-8"}
    assert curve.models["source-unified.target-4.all"].parent == "source-unified.all"
    assert curve.params.domains["target-4"].sentence_budget == 4


@pytest.mark.usefixtures("forget_tasks")
def test_only_models_with_a_task_of_ones_own_know_of_it(plan_recipe: Planner) -> None:
    plan = plan_recipe(
        lambda text: text.replace(
            "budget: small", "budget: small\ntasks: { thing: { scheme: iob2 } }"
        ).replace("word: 2, ner: 1", "word: 2, thing: 1")
    )
    assert plan.models["source-unified.all"].tasks == ["pos", "dep", "thing"]
    for name, model in plan.models.items():
        assert ("thing" in plan.resolve(name).model_dump_json()) == ("thing" in model.tasks)


def test_text_and_encoder_add_rows(plan_recipe: Planner, recipe_file: Path) -> None:
    recipe_file.with_name("text.txt").write_text("gulls everywhere\n")
    plan = plan_recipe(
        lambda text: text.replace(
            "target:\n", "encoder: minilm\ntarget:\n  unlabelled: [text.txt]\n"
        )
    )
    assert {"adversarial_pretraining", "mutspad_source_encoder"} <= set(plan.rows)
    assert Files(plan).unlabelled("target") == ["text.txt"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("budget: small", "budgt: small", ":2: budgt: unknown key; did you mean 'budget'?"),
        ("budget: small", "budget: huge", ":2: budget: Input should be"),
        (
            "train: target.conllup",
            "train: no.conllup",
            ":10: target.corpora.0.train: expected a file",
        ),
        ("word: 2, ner: 1", "word: 2, name: 1", ":7: source.corpora.1: "),
        ("pos: UPOS, ner: NER", "chunk: NER", ":9: target.corpora: expected a task of the source"),
        ("word: 2, ner: 1", "word: 2, pos: 1", "expected one corpus with pos"),
        ("train: source-ner.txt", "corpus: wnut17", "expected `tasks`"),
    ],
)
def test_a_mistake_has_its_line(recipe_file: Path, old: str, new: str, message: str) -> None:
    text = recipe_file.read_text()
    assert old in text
    recipe_file.write_text(text.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        read_recipe(recipe_file)
    assert str(caught.value).startswith(f"{recipe_file}:")
    assert message in str(caught.value)


def test_a_new_recipe_names_its_folder_and_what_to_fill_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "my-domain"
    with pytest.raises(SystemExit) as stopped:
        main(["new", str(folder)])
    assert stopped.value.code == 0
    assert "<my-train.conllu>" in capsys.readouterr().out
    recipe = Recipe.model_validate(yaml.safe_load((folder / "recipe.yaml").read_text()))
    assert recipe.name == "my-domain"
    with pytest.raises(SystemExit) as stopped:
        main(["new", str(folder)])
    assert stopped.value.code == 1
