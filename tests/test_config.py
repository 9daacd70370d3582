"""Parameters are typed and closed, what was said last wins, and a mistake has a place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mutspad.config.document import Document, read_scalar
from mutspad.config.load import COMMAND_LINE, load_params, overlay, parse_params
from mutspad.config.params import read_run
from mutspad.errors import ConfigError
from mutspad.plan.build import build_plan
from mutspad.tasks import Task

PARAMS_FILE = Path(__file__).resolve().parent.parent / "params.yaml"


@pytest.fixture
def raw() -> Any:
    return Document.open(PARAMS_FILE).values


def load(experiment: str, **said: Any) -> Any:
    return load_params(PARAMS_FILE, {"experiment": experiment, **said})


@pytest.mark.parametrize("experiment", ["demo", "quick", "paper", "best"])
def test_every_shipped_experiment_is_valid(experiment: str) -> None:
    assert load(experiment).experiment == experiment


def test_a_pattern_of_the_command_line_wins_and_one_of_the_file_keeps_its_place() -> None:
    file = [*load("paper").training_of]
    own = load("paper", training_of={"tweets.pos": {"patience": 9}, file[0]: {"patience": 8}})
    assert [*own.training_of] == [*file, "tweets.pos"]
    assert own.training_of[file[0]]["patience"] == 8


def test_a_method_to_leave_out_is_one_of_the_file() -> None:
    with pytest.raises(ConfigError, match=r"methods\.elmo_smal: expected one of .*elmo_small"):
        load("demo", methods={"elmo_smal": None})


def test_the_paper_s_values_stand_in_the_base(raw: dict[str, Any]) -> None:
    params = load("paper")
    sizes = params.model
    assert (sizes.char_dim, sizes.char_hidden, sizes.tagger_hidden) == (50, 100, 200)
    assert (sizes.parser.hidden, sizes.parser.layers, sizes.parser.biaffine) == (400, 3, 400)
    assert params.vectors.dim == 300
    assert params.training.batch_sentences == 16
    assert list(params.training.loss_weights.values()) == [1.0, 0.5, 0.25, 0.25]


def test_overlays_hold_only_keys_that_differ(raw: dict[str, Any]) -> None:
    base = {key: value for key, value in raw.items() if key != "experiments"}
    for name, top in raw["experiments"].items():
        for key, value in _leaves(top):
            below: Any = base
            for part in key:
                below = below.get(part) if isinstance(below, dict) else None
            assert below != value, f"experiments.{name}.{'.'.join(key)} repeats the base value"


def _leaves(
    tree: Mapping[str, Any], prefix: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], Any]]:
    found = []
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            found += _leaves(value, (*prefix, key))
        else:
            found.append(((*prefix, key), value))
    return found


def test_overlay_merges_mappings_and_replaces_the_rest() -> None:
    base = {"a": {"b": 1, "c": [1, 2]}, "d": 3}
    assert overlay(base, {"a": {"c": [9]}}) == {"a": {"b": 1, "c": [9]}, "d": 3}
    assert base == {"a": {"b": 1, "c": [1, 2]}, "d": 3}


def test_the_command_line_wins_over_the_experiment() -> None:
    # The demo's own value is 30, the base's is another.
    assert load("demo", training={"max_epochs": 2}).training.max_epochs == 2
    assert load("demo", training={"max_epochs": 20}).training.max_epochs == 20
    plan = build_plan(load("demo", training={"max_epochs": 2}))
    # Overrides of phases and models said it before; what they say of other keys stays.
    assert {plan.resolve(model).training.max_epochs for model in plan.models} == {2}
    assert plan.resolve("news.dep").training.clip_norm == 0.5


def test_an_override_on_the_command_line_wins_over_training_there() -> None:
    said = {"training": {"max_epochs": 2}, "training_of": {"tweets.pos": {"max_epochs": 3}}}
    plan = build_plan(load("demo", **said))
    assert plan.resolve("tweets.pos").training.max_epochs == 3
    assert plan.resolve("tweets.ner").training.max_epochs == 2


def test_values_given_as_text_are_read() -> None:
    said = {"seeds": ["1", "2"], "training": {"learning_rate": "1e-05", "max_epochs": "2"}}
    params = load("demo", **said, pretrain={"patience": "4"}, ablation={"sentences": "null"})
    assert params.seeds == [1, 2]
    assert (params.training.learning_rate, params.training.max_epochs) == (1e-05, 2)
    assert params.pretrain["patience"] == 4
    assert params.ablation.sentences is None


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"seeds": "soon"}, "seeds: Input should be a valid list"),
        ({"seeds": 1}, "seeds: Input should be a valid list, found 1"),
        ({"seeds": ["010"]}, "seeds.0: Input should be a valid integer, found 10.0"),
        ({"training": {"max_epochs": "not a number"}}, "training.max_epochs: Input should be"),
        ({"finetune": {"patience": "nine"}}, "finetune.patience: Input should be"),
        ({"training": {"max_epoch": 3}}, "training.max_epoch: unknown key; did you mean"),
        ({"experiment": "papre"}, "experiment: expected one of best, demo, paper, quick"),
    ],
)
def test_a_mistake_on_the_command_line_names_it(said: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_params(PARAMS_FILE, {"experiment": "demo", **said})
    assert str(caught.value).startswith(f"{COMMAND_LINE}: {message}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-05", 1e-05),
        ("2", 2),
        ("0x1F", 31),
        ("0o17", 15),
        ("[1, 2]", [1, 2]),
        ("true", True),
        ("~", None),
        ("yes", "yes"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2020-01-01", "2020-01-01"),
    ],
)
def test_scalars_are_those_of_yaml_1_2_which_dvc_reads(text: str, value: Any) -> None:
    assert read_scalar(text) == value


def _break(text: str, replacement: str, folder: Path) -> Path:
    original = PARAMS_FILE.read_text()
    assert original.count(text) == 1, text
    path = folder / "params.yaml"
    path.write_text(original.replace(text, replacement))
    return path


@pytest.mark.parametrize(
    ("text", "replacement", "message"),
    [
        ("tagger_hidden: 200", "tagger_hiden: 200", "unknown key; did you mean 'tagger_hidden'"),
        ("char_dim: 50", "char_dim: fifty", "model.char_dim: Input should be a valid integer"),
        ("momentum: 0.9", "momentum: 1.5", "less than 1"),
        ("finetune: {}", "finetune: { learning_rat: 0.1 }", "did you mean 'learning_rate'"),
        ("training_of: {}", "training_of: { x: { patience: no one } }", "training_of.x.patience: "),
        (
            "multi_task_learning: { tasks: all, stages: [tweets] }",
            "multi_task_learning: { tasks: all, stages: [twets] }",
            "expected one of news, tweets, found 'twets'",
        ),
        (
            "{ tasks: each, stages: [{ domain: news, adversarial: tweets }, tweets] }",
            "{ tasks: all, stages: [{ domain: news, adversarial: tweets }, tweets] }",
            "expected the first stage of a method of one-task models without an encoder",
        ),
        (
            "elmo_small: { tasks: each, stages: [tweets], encoder: elmo-small, replaces",
            "elmo_small: { tasks: each, stages: [tweets], encoder: elmo-smal, replaces",
            "elmo-large, elmo-ours, elmo-small, minilm, found 'elmo-smal'",
        ),
        (
            "elmo_small: { tasks: each, stages: [tweets], encoder: elmo-small, replaces",
            "elmo_small: { tasks: each, stages: [tweets], replaces",
            "replaces_words: expected an encoder too, found none",
        ),
        (
            "only: [chunk, dep], stages: [news], apply_to: tweets }",
            "only: [chunk, dep], stages: [news], apply_to: news }",
            "expected another domain than that of the last stage",
        ),
        (
            "mono_task_pretraining: { tasks: each, stages: [news, tweets] }",
            "mono_task_pretraining: { tasks: each, stages: [tweets, news] }",
            "the target tweets, on which 'mono_task_learning' is scored, found those of 'news'",
        ),
        (
            '/model" } # ours',
            '/model", trained: true } # ours',
            "expected the kind huggingface and a learning_rate for an encoder that is trained",
        ),
        (
            "method: source_unification # ours",
            "method: mono_task_learning # ours",
            "ablation.method: expected a method of all tasks",
        ),
        (
            "ner: 0.25, dep: 0.25 }",
            "ner: 0.25 }",
            "training.loss_weights: expected a weight of dep too, found pos, chunk, ner",
        ),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    tmp_path: Path, text: str, replacement: str, message: str
) -> None:
    path = _break(text, replacement, tmp_path)
    with pytest.raises(ConfigError) as caught:
        load_params(path, {"experiment": "paper"})
    assert message in str(caught.value)
    (told,) = [line for line in str(caught.value).splitlines() if message in line]
    place = told.split(": ")[0]
    assert place.startswith(f"{path}:")
    line = path.read_text().splitlines()[int(place.rsplit(":", 1)[1]) - 1]
    shared = set(replacement.replace(":", " ").split()) & set(line.replace(":", " ").split())
    assert shared or "loss_weights" in line


def test_a_mistake_in_an_overlay_is_found_there(tmp_path: Path) -> None:
    path = _break("char_hidden: 16", "char_hidden: -16", tmp_path)
    with pytest.raises(ConfigError, match="greater than 0") as caught:
        load_params(path, {"experiment": "demo"})
    place = str(caught.value).split(": ")[0]
    assert "char_hidden: -16" in path.read_text().splitlines()[int(place.rsplit(":", 1)[1]) - 1]


def test_a_key_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("experiments:\n  demo:\n    a: { b: 1, c: 2,\n      b: 3 }\n")
    with pytest.raises(ConfigError) as caught:
        load_params(path)
    assert str(caught.value) == (
        f"{path}:4: experiments.demo.a.b: expected the key once, found it at line 3 too"
    )


@pytest.mark.parametrize("experiments", [None, 3, []])
def test_missing_experiments_are_a_config_error(raw: dict[str, Any], experiments: Any) -> None:
    with pytest.raises(ConfigError, match="experiments: expected overlays by name"):
        parse_params({**raw, "experiments": experiments})


def test_a_resolved_model_survives_its_file(tmp_path: Path) -> None:
    model = build_plan(load("paper")).resolve("news-unified.tweets-unified.all")
    path = tmp_path / "model.json"
    path.write_text(model.model_dump_json())
    assert read_run(path) == model
    assert model.corpora[Task.DEP] == "tweebank2"


def test_a_damaged_file_of_a_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text('{"name": "x"}')
    with pytest.raises(ConfigError, match="expected a resolved model"):
        read_run(path)
