"""What follows from the methods: models, files, rows; and what a change touches."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mutspad.config.load import load_params
from mutspad.data.registry import load_registry
from mutspad.errors import ConfigError
from mutspad.plan.build import build_plan
from mutspad.plan.files import Files
from mutspad.plan.layout import Layout
from mutspad.plan.plan import Plan, read_plan, write_plan
from mutspad.tasks import TASKS, Task

PARAMS_FILE = Path(__file__).resolve().parents[2] / "params.yaml"
PlanOf = Callable[..., Plan]
TAGS = {"pos": "demo-tweets-pos", "ner": "demo-tweets-ner"}


def digests(plan: Plan) -> dict[str, str]:
    return {model: plan.resolve(model).model_dump_json() for model in plan.models}


def touched(before: Plan, after: Plan) -> set[str]:
    old, new = digests(before), digests(after)
    assert old.keys() == new.keys()
    return {model for model in old if old[model] != new[model]}


def test_rows_name_the_model_behind_every_cell(plan_of: PlanOf) -> None:
    rows = plan_of().rows
    assert rows["mono_task_learning"] == {task: f"tweets.{task}" for task in TASKS}
    assert rows["multi_task_learning"] == dict.fromkeys(TASKS, "tweets.all")
    assert rows["source_unification"] == dict.fromkeys(TASKS, "news-unified.tweets.all")
    assert rows["mono_task_pretraining_as_is"] == {
        Task.CHUNK: "news.as-is-tweets.chunk",
        Task.DEP: "news.as-is-tweets.dep",
    }
    assert rows["elmo_ours"][Task.POS] == "tweets.pos-from-elmo-ours"
    assert rows["mutspad_elmo"][Task.POS] == "news-unified.tweets.all-with-elmo-ours"
    assert set(plan_of().report.table3) == {
        "without_unification",
        "source_unification",
        "source_target_unification",
    }


def test_methods_that_share_their_first_stages_share_their_models(plan_of: PlanOf) -> None:
    models = plan_of().models
    parents = [model.parent for model in models.values()]
    assert parents.count("news-unified.all") == 2
    # Applied as it is, and fine-tuned.
    assert parents.count("news.dep") == 2
    assert len(models) == len(set(models))


def test_phases_are_those_of_the_paper(plan_of: PlanOf) -> None:
    plan = plan_of()
    assert {"tweets.pos", "tweets.all", "news.dep"} <= set(plan.trained("baselines"))
    pretrained = {"news.all", "news-unified.all", "news-adversarial-tweets.pos"}
    assert pretrained <= set(plan.trained("pretrain"))
    assert all(plan.models[m].parent for m in plan.trained("finetune"))
    assert set(plan.as_is()) == {"news.as-is-tweets.chunk", "news.as-is-tweets.dep"}
    assert plan.predictor("news.as-is-tweets.dep") == "news.dep"


def test_labellers_are_the_mono_task_models_of_the_unified_domains(plan_of: PlanOf) -> None:
    assert plan_of().labellers == {
        domain: {task: f"{domain}.{task}" for task in TASKS} for domain in ("news", "tweets")
    }
    # Also where no row has them.
    dropped = {"mono_task_pretraining": None, "mono_task_pretraining_as_is": None}
    plan = plan_of(methods=dropped)
    assert set(plan.trained("baselines")) >= {f"news.{task}" for task in TASKS}


def test_a_row_costs_one_entry(plan_of: PlanOf) -> None:
    mine = {"tasks": "all", "only": ["pos", "ner"], "stages": ["news", "tweets"], "label": "Mine"}
    plan = plan_of(methods={"mine": mine})
    assert set(plan.models) - set(plan_of().models) == {"news.pos-ner", "news.tweets.pos-ner"}
    assert plan.rows["mine"] == dict.fromkeys(("pos", "ner"), "news.tweets.pos-ner")
    assert plan.report.described["mine"].label == "Mine"
    assert plan.report.described["mine"].pretraining == "multi-task, supervised"


def test_a_row_can_have_the_first_seeds_only(plan_of: PlanOf) -> None:
    few = {"source_unification": {"seeds": 1}, "source_target_unification": {"seeds": 2}}
    plan = plan_of(seeds=[5, 3, 4], methods={"mutspad_elmo": None, **few})
    files = Files(plan)
    assert plan.models["news-unified.tweets.all"].seeds == [5]
    # A parent has those of both rows, and so has who labels for it.
    assert plan.models["news-unified.all"].seeds == [5, 3]
    assert plan.models["news.pos"].seeds == [5, 3, 4]
    made = [*files.models(), *files.scored()]
    assert not [file for file in made if "unified" in file and "seed4" in file]
    # What labellers can label is judged.
    assert plan.silver_seeds == [5, 3, 4]
    baselines = ("mono_task_learning", "mono_task_pretraining", "mono_task_pretraining_as_is")
    few |= {row: {"seeds": 1} for row in baselines}
    plan = plan_of(seeds=[5, 3, 4], methods={"mutspad_elmo": None, **few})
    assert plan.models["news.pos"].seeds == [5, 3]
    assert [plan.unified_domains(seed) for seed in plan.seeds] == [["news", "tweets"]] * 2 + [[]]
    assert str(plan.layout.scores("news-unified.tweets.all", 3)) not in files.scored(3)
    assert str(plan.layout.scores("tweets.all", 4)) in files.scored(4)
    plan = plan_of(seeds=[5], methods={"source_unification": {"seeds": 2}})
    assert plan.models["news-unified.tweets.all"].seeds == [5]


def test_an_experiment_can_leave_a_row_out(plan_of: PlanOf) -> None:
    plan = plan_of(methods={"mutspad_elmo": None})
    assert "mutspad_elmo" not in plan.rows
    assert "news-unified.tweets.all-with-elmo-ours" not in plan.models


def test_a_domain_of_any_name_with_some_of_the_tasks(tmp_path: Path) -> None:
    """Its own methods on three domains; nothing but the parameters says their names."""
    kept = ("mono_task_learning", "multi_task_learning", "source_unification")
    said: dict[str, Any] = {
        "experiment": "demo",
        "domains": {"forum": {"corpora": TAGS, "multi_root": True}},
        "methods": {
            **dict.fromkeys(load_params(PARAMS_FILE).methods),
            kept[0]: {"tasks": "each", "stages": ["forum"]},
            kept[1]: {"tasks": "all", "stages": ["forum"]},
            kept[2]: {
                "table": 3,
                "tasks": "all",
                "stages": [{"domain": "news", "unified": True}, "tweets", "forum"],
            },
        },
    }
    plan = build_plan(load_params(PARAMS_FILE, said))
    assert plan.rows[kept[0]] == {"pos": "forum.pos", "ner": "forum.ner"}
    assert plan.models["forum.all"].tasks == [Task.POS, Task.NER]
    assert plan.models["news-unified.tweets.all"].tasks == list(TASKS)
    last = plan.models["news-unified.tweets.forum.all"]
    assert (last.tasks, last.parent) == ([Task.POS, Task.NER], "news-unified.tweets.all")
    assert plan.resolve("forum.all").multi_root
    # The study names models of the paper; those that are not there are left out.
    assert plan.studied() == ["news.pos", "news.chunk", "news.ner", "news.dep"]
    assert set(plan.labellers) == {"news"}
    assert "results/demo/corpora/forum/ner/test.conllup" in Files(plan).processed()
    assert not any("forum/dep" in file for file in Files(plan).processed())


def test_names_that_do_not_tell_models_apart_are_refused(plan_of: PlanOf) -> None:
    said = {
        "domains": {"news-unified": {"corpora": dict(plan_of().params.domains["news"].corpora)}},
        "methods": {"mine": {"tasks": "all", "stages": ["news-unified", "tweets"]}},
    }
    with pytest.raises(ConfigError, match=r"found two models 'news-unified\.all'"):
        plan_of(**said)


def test_an_override_that_reaches_no_model_is_refused(plan_of: PlanOf) -> None:
    with pytest.raises(ConfigError, match=r"training_of\.tweets\.poss: expected a pattern"):
        plan_of("quick", training_of={"tweets.poss": {"patience": 9}})


def test_rows_without_weights_have_no_models_and_say_why(plan_of: PlanOf) -> None:
    plan = plan_of()
    assert plan.rows["elmo_large"] == {}
    assert "elmo_large" in plan.unavailable
    assert not any("elmo-large" in model for model in plan.models)


def test_an_encoder_of_the_registry_is_read_from_raw_once_it_is_there(tmp_path: Path) -> None:
    row = "multi_task_learning"
    method = {"encoder": "all-mpnet-base-v2-tuned"}
    params = load_params(PARAMS_FILE, {"experiment": "paper", "methods": {row: method}})
    absent = build_plan(params, raw=tmp_path)
    assert row in absent.unavailable
    assert absent.rows[row] == {}
    files = [file.path for file in load_registry().find_files("all-mpnet-base-v2")]
    for path in files:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
    plan = build_plan(params, raw=tmp_path)
    assert row not in plan.unavailable
    model = plan.rows[row][Task.POS]
    encoder = plan.resolve(model).encoder
    assert encoder is not None
    assert encoder.source == "raw/all-mpnet-base-v2"
    assert {f"raw/{path}" for path in files} <= set(Files(plan).training(model, 1))


def test_a_row_takes_another_encoder_by_its_name(plan_of: PlanOf) -> None:
    plan = plan_of("best", methods={"mutspad_encoder": {"encoder": "bertweet-tuned"}})
    model = "news-unified.tweets.all-with-bertweet-tuned"
    assert plan.rows["mutspad_encoder"] == dict.fromkeys(TASKS, model)
    assert plan.resolve(model).training.optimiser == "adam"  # as the encoder says
    assert plan.resolve("tweets.all").training.optimiser == "sgd"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"training_of": {"tweets.pos": {"patience": 9}}}, {"tweets.pos"}),
        (
            {"training_of": {"news.tweets.*": {"patience": 9}}},
            {"all", *TASKS},
        ),
        ({"statistics": {"seed": 14}}, set()),
        ({"ablation": {"sentences": 9}}, set()),
        ({"seeds": [1, 2]}, set()),
        ({"methods": {"elmo_ours": {"note": "another"}}}, set()),
        ({"language_model": {"max_epochs": 1}}, set()),
    ],
)
def test_a_changed_number_touches_exactly_its_models(
    plan_of: PlanOf, said: dict[str, Any], expected: set[str]
) -> None:
    found = touched(plan_of("quick"), plan_of("quick", **said))
    assert {name.removeprefix("news.tweets.") for name in found} == expected


def test_a_phase_s_number_touches_its_phase(plan_of: PlanOf) -> None:
    plan = plan_of("quick")
    assert touched(plan, plan_of("quick", finetune={"patience": 9})) == set(
        plan.trained("finetune")
    )
    adversarial = {m for m in plan.models if plan.models[m].adversarial}
    assert touched(plan, plan_of("quick", adversarial={"hidden": 9})) == adversarial


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"domains": {"tweets": {"sentence_budget": 9}}}, {"tweets"}),
        ({"domains": {"tweets": {"unlabelled": []}}}, set()),
        ({"corpora": {"held_out_seed": 14}}, {"news", "tweets"}),
    ],
)
def test_a_changed_number_touches_exactly_its_corpora(
    plan_of: PlanOf, said: dict[str, Any], expected: set[str]
) -> None:
    before, after = plan_of("quick"), plan_of("quick", **said)
    for domain, tasks in before.corpora.items():
        for task in tasks:
            same = before.preparation(domain, task) == after.preparation(domain, task)
            assert same is (domain not in expected)


def test_a_job_reads_what_its_model_needs(plan_of: PlanOf) -> None:
    row = {"tasks": "each", "stages": ["tweets"], "encoder": "minilm", "label": "Mine"}
    files = Files(plan_of(methods={"mine": row}))
    root = "results/demo"
    mono = files.training("tweets.pos", 1)
    assert f"{root}/corpora/tweets/pos/train.conllup" in mono
    assert not any("/dep/" in file or "models" in file for file in mono)
    tuned = files.training("news-unified.tweets-unified.all", 3)
    assert f"{root}/unified/tweets/seed3/train.conllup" in tuned
    assert f"{root}/models/news-unified.all/seed3/model.json" in tuned
    assert f"{root}/corpora/tweets/pos/train.conllup" not in tuned
    assert f"{root}/text/tweets.txt" in files.training("news-adversarial-tweets.pos", 1)
    read = files.training("tweets.pos-with-minilm", 1)
    assert f"{root}/contextual/minilm/tweets.npy" in read
    small = files.labelling() + files.distillation()
    assert f"{root}/models/news-unified.tweets.all/seed1/weights.safetensors" in small
    assert {f"{root}/text/tweets.txt", f"{root}/distilled/lexicon/lexicon.json"} <= set(small)
    labelled = files.unification("news", 2)
    assert f"{root}/models/news.ner/seed2/weights.safetensors" in labelled
    applied = files.application("news.as-is-tweets.dep", 1)
    assert f"{root}/models/news.dep/seed1/model.json" in applied
    assert f"{root}/corpora/tweets/dep/test.conllup" in applied


def test_nobody_reads_what_nobody_writes(plan_of: PlanOf) -> None:
    plan = plan_of()
    files = Files(plan)
    made = {
        *files.processed(),
        *files.resolved(),
        *files.models(),
        *files.predictions(plan.models),
        *files.unified(),
        *files.caches(),
        *files.summaries(),
        str(plan.layout.precision),
    }
    read = {
        *(file for m in plan.trained() for s in plan.seeds for file in files.training(m, s)),
        *(file for m in plan.as_is() for s in plan.seeds for file in files.application(m, s)),
        *(file for d in plan.labellers for s in plan.seeds for file in files.unification(d, s)),
        *(file for s in plan.seeds for file in [*files.scoring(s), *files.judging(s)]),
    }
    assert read - made == set()


def test_a_plan_survives_its_file(plan_of: PlanOf, tmp_path: Path) -> None:
    plan, layout = plan_of("paper"), Layout(tmp_path)
    write_plan(plan, layout)
    assert read_plan(layout.plan) == plan
    assert {path.stem for path in (tmp_path / "plan").iterdir()} == set(plan.models)
    before = layout.resolved("tweets.pos").stat().st_mtime_ns
    changed = plan_of("paper", training_of={"tweets.ner": {"patience": 99}})
    write_plan(changed, layout)
    assert read_plan(layout.plan) == changed
    assert layout.resolved("tweets.pos").stat().st_mtime_ns == before
    assert layout.resolved("tweets.ner").read_text().count("99") == 1
    write_plan(plan_of("paper", methods={"multi_task_learning": None}), layout)
    assert not layout.resolved("tweets.all").exists()
    layout.plan.write_text("{}")
    with pytest.raises(ConfigError, match=r"plan\.json: expected a plan, found params: Field req"):
        read_plan(layout.plan)


def test_models_of_one_task_each_teach_the_small_model(plan_of: PlanOf) -> None:
    plan = plan_of(distil={"teacher": "mono_task_pretraining"})
    assert plan.teachers == {task: f"news.tweets.{task}" for task in TASKS}
    student = plan.resolve_student()
    assert student.tasks == list(TASKS)
    assert student.corpora.keys() == student.equivalents.keys() == set(TASKS)
    assert (student.domain, student.parent) == ("tweets", None)
    files = Files(plan)
    for model in plan.teachers.values():
        assert {*files.model(model, 1)} <= {*files.labelling()}
        assert {*files.predictions([model], 1)} <= {*files.distillation()}


def test_rows_that_are_left_out_leave_nothing_to_make(plan_of: PlanOf) -> None:
    kept = ("mono_task_learning", "multi_task_learning")
    nothing = {row: "null" for row in plan_of().methods if row not in kept}
    whole = "multi_task_learning"
    plan = plan_of(methods=nothing, ablation={"method": whole}, distil={"teacher": whole})
    assert list(plan.rows) == list(kept)
    files = Files(plan)
    assert files.language_model() == files.caches() == files.silver() == files.unified() == []
    assert Files(plan_of()).silver() != []
