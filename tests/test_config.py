"""Parameters are typed and closed; mistakes are named with file and line."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from mutspad.config import Params, overlay, parse_params, read_run, resolve_run
from mutspad.errors import ConfigError
from mutspad.tasks import TASKS, Task

PARAMS_FILE = Path(__file__).resolve().parent.parent / "params.yaml"


@pytest.fixture
def raw() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(PARAMS_FILE.read_text())
    return loaded


@pytest.mark.parametrize("experiment", ["demo", "quick", "paper"])
def test_every_shipped_experiment_is_valid(raw: dict[str, Any], experiment: str) -> None:
    params = parse_params({**raw, "experiment": experiment})
    assert params.experiment == experiment


def test_the_paper_experiment_has_the_papers_numbers(raw: dict[str, Any]) -> None:
    params = parse_params({**raw, "experiment": "paper"})
    model, training = params.model, params.training
    assert (model.char_dim, model.char_hidden, model.tagger_hidden) == (50, 100, 200)
    assert (model.parser.hidden, model.parser.layers, model.parser.biaffine) == (400, 3, 400)
    assert params.vectors.dim == 300
    assert training.batch_sentences == 16
    assert [training.loss_weights[task] for task in TASKS] == [1.0, 0.5, 0.25, 0.25]


def test_overlays_hold_only_keys_that_differ(raw: dict[str, Any]) -> None:
    base = {key: value for key, value in raw.items() if key != "experiments"}
    for name, top in raw["experiments"].items():
        for key, value in _leaves(top):
            below: Any = base
            for part in key:
                below = below.get(part) if isinstance(below, dict) else None
            assert below != value, f"experiments.{name}.{'.'.join(key)} repeats the base value"


def _leaves(
    tree: dict[str, Any], prefix: tuple[str, ...] = ()
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


def _break(raw: dict[str, Any], text: str, replacement: str, folder: Path) -> Path:
    original = PARAMS_FILE.read_text()
    assert original.count(text) == 1
    path = folder / "params.yaml"
    path.write_text(original.replace(text, replacement))
    return path


@pytest.mark.parametrize(
    ("text", "replacement", "message"),
    [
        ("tagger_hidden: 200", "tagger_hiden: 200", "unknown key; did you mean 'tagger_hidden'"),
        ("char_dim: 50", "char_dim: fifty", "model.char_dim: Input should be a valid integer"),
        ("momentum: 0.9", "momentum: 1.5", "less than 1"),
        ("parent: news-mono-ner", "parent: news-mono-nre", "expected the name of a run"),
        ("unified: true }\n  as-is", "unified: yes please }\n  as-is", "valid boolean"),
        ("dep: as-is-mono-dep", "dep: as-is-mono-chunk", "does not have this task"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    raw: dict[str, Any], tmp_path: Path, text: str, replacement: str, message: str
) -> None:
    path = _break(raw, text, replacement, tmp_path)
    line = next(
        number
        for number, content in enumerate(path.read_text().splitlines(), start=1)
        if replacement.splitlines()[0] in content
    )
    with pytest.raises(ConfigError, match=message) as caught:
        parse_params({**yaml.safe_load(path.read_text()), "experiment": "paper"}, path)
    assert f"{path}:{line}: " in str(caught.value)


def test_a_mistake_in_an_overlay_is_found_there(raw: dict[str, Any], tmp_path: Path) -> None:
    path = _break(raw, "char_dim: 16", "char_dim: -16", tmp_path)
    with pytest.raises(ConfigError, match="greater than 0") as caught:
        parse_params(yaml.safe_load(path.read_text()), path)
    place = str(caught.value).split(": ")[0]
    assert "char_dim: -16" in path.read_text().splitlines()[int(place.rsplit(":", 1)[1]) - 1]


def test_an_unknown_experiment_is_refused_with_the_known_ones(raw: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="expected one of demo, paper, quick, found 'papre'"):
        parse_params({**raw, "experiment": "papre"})


def test_phase_and_run_overrides_reach_only_their_runs(raw: dict[str, Any]) -> None:
    raw["finetune"] = {"learning_rate": 0.05}
    raw["runs"]["tuned-multi"]["training"] = {"patience": 9}
    params = parse_params({**raw, "experiment": "paper"})
    tuned = resolve_run(params, "tuned-multi").training
    sibling = resolve_run(params, "tuned-mono-pos").training
    source = resolve_run(params, "news-multi").training
    assert (tuned.learning_rate, tuned.patience) == (0.05, 9)
    assert (sibling.learning_rate, sibling.patience) == (0.05, params.training.patience)
    assert source == params.training


def test_a_mistake_in_a_phase_override_is_a_config_error(raw: dict[str, Any]) -> None:
    raw["finetune"] = {"learning_rat": 0.05}
    with pytest.raises(ConfigError, match="learning_rat"):
        parse_params({**raw, "experiment": "paper"})


def test_a_resolved_run_survives_its_file(raw: dict[str, Any], tmp_path: Path) -> None:
    params: Params = parse_params({**raw, "experiment": "paper"})
    run = resolve_run(params, "tuned-multi-unified")
    path = tmp_path / "run.json"
    path.write_text(run.model_dump_json())
    assert read_run(path) == run
    assert run.corpora[Task.DEP] == "tweebank2"


def test_a_damaged_run_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text('{"name": "x"}')
    with pytest.raises(ConfigError, match="expected a resolved run"):
        read_run(path)
