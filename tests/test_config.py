"""Parameters are typed and closed; mistakes are named with file and line."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from mutspad.config import Params, leave_out, overlay, parse_params, read_run, resolve_run
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


@pytest.mark.parametrize(("experiment", "device"), [("demo", "cpu"), ("paper", "auto")])
def test_every_run_names_the_device_of_its_experiment(
    raw: dict[str, Any], experiment: str, device: str
) -> None:
    params = parse_params({**raw, "experiment": experiment})
    assert {resolve_run(params, name).training.device for name in params.runs} == {device}


def test_an_unknown_device_is_refused_where_it_stands(raw: dict[str, Any]) -> None:
    raw["training"]["device"] = "gpu"
    with pytest.raises(ConfigError, match=r"training\.device: .*'cpu', 'cuda' or 'auto'.*gpu"):
        parse_params({**raw, "experiment": "paper"})


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


def _break(text: str, replacement: str, folder: Path) -> Path:
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
        (
            "news-adversarial-pos: { phase: pretrain, domain: news, tasks: [pos], adversarial: t",
            "news-adversarial-pos: { phase: pretrain, domain: news, tasks: [pos], adversarial: s",
            "expected one of tweets, found 'sweets'",
        ),
        (
            "parent: news-encoder-mono-ner, encoder: minilm",
            "parent: news-encoder-mono-ner, encoder: elmo-ours",
            "expected a run with the encoder elmo-ours, used alike, found 'news-encoder-mono-ner'",
        ),
        (
            "tasks: [ner], encoder: elmo-ours, replaces_words",
            "tasks: [ner], replaces_words",
            "replaces_words: expected an encoder too, found none",
        ),
        (
            "encoder-mono-ner: { phase: baselines, domain: tweets, tasks: [ner], encoder: minilm",
            "encoder-mono-ner: { phase: baselines, domain: tweets, tasks: [ner], encoder: minlm",
            "expected one of elmo-large, elmo-ours, elmo-small, minilm, found 'minlm'",
        ),
        (
            '/model" } # ours',
            '/model", trained: true } # ours',
            "expected the kind huggingface and a learning_rate for an encoder that is trained",
        ),
        (
            "run: tuned-multi-source-unified # ours",
            "run: tuned-mono-pos # ours",
            "ablation.run: expected a trained run of all tasks, found 'tuned-mono-pos'",
        ),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    tmp_path: Path, text: str, replacement: str, message: str
) -> None:
    path = _break(text, replacement, tmp_path)
    line = next(
        number
        for number, content in enumerate(path.read_text().splitlines(), start=1)
        if replacement.splitlines()[0] in content
    )
    with pytest.raises(ConfigError, match=message) as caught:
        parse_params({**yaml.safe_load(path.read_text()), "experiment": "paper"}, path)
    assert f"{path}:{line}: " in str(caught.value)


def test_a_mistake_in_an_overlay_is_found_there(tmp_path: Path) -> None:
    path = _break("char_hidden: 16", "char_hidden: -16", tmp_path)
    with pytest.raises(ConfigError, match="greater than 0") as caught:
        parse_params(yaml.safe_load(path.read_text()), path)
    place = str(caught.value).split(": ")[0]
    assert "char_hidden: -16" in path.read_text().splitlines()[int(place.rsplit(":", 1)[1]) - 1]


def test_an_unknown_experiment_is_refused_with_the_known_ones(raw: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="expected one of demo, paper, quick, found 'papre'"):
        parse_params({**raw, "experiment": "papre"})


def test_phase_and_run_overrides_reach_only_their_runs(raw: dict[str, Any]) -> None:
    raw["finetune"] = {"learning_rate": 0.05}
    raw["runs"]["tuned-multi"]["training"] = {"patience": 9}
    params = parse_params({**raw, "experiment": "quick"})
    tuned = resolve_run(params, "tuned-multi").training
    sibling = resolve_run(params, "tuned-mono-pos").training
    baseline = resolve_run(params, "tweets-multi").training
    assert (tuned.learning_rate, tuned.patience) == (0.05, 9)
    assert (sibling.learning_rate, sibling.patience) == (0.05, params.training.patience)
    assert baseline == params.training


@pytest.mark.parametrize(
    ("text", "replacement", "messages"),
    [
        (
            "finetune: {}",
            "finetune: { learning_rat: 0.05 }",
            ["finetune.learning_rat: unknown key; did you mean 'learning_rate'?"],
        ),
        (
            "baselines: {}",
            "baselines: { patience: 0 }",
            ["baselines.patience: Input should be great"],
        ),
        (
            "baselines: {}",
            "baselines: { loss_weights: { pos: 2.0, nre: 1.0 } }",
            ["baselines.loss_weights.pos: Input should be", "baselines.loss_weights.nre: Input"],
        ),
        ("baselines: {}", "baselines: 3", ["baselines: Input should be a valid dictionary"]),
        (
            "parent: news-multi }",
            "parent: news-multi, training: { patience: nine } }",
            ['runs.tuned-multi.training.patience: Input should be a valid integer, found "nine"'],
        ),
        (
            "    news: false # UD-EWT has none\n",
            "",
            ["decoding.multi_root: expected an entry of news too, found tweets"],
        ),
        (
            "    news: false #",
            "    news: false\n    mars: true #",
            ["decoding.multi_root.mars: expected one of news, tweets, found 'mars'"],
        ),
        (
            "anonymised: [tweets]",
            "anonymised: [twets]",
            ["corpora.anonymised.twets: expected one of news, tweets, found 'twets'"],
        ),
        (
            "token_budget: {} #",
            "token_budget: { new: 9 } #",
            ["corpora.token_budget.new: expected one of news, tweets, found 'new'"],
        ),
        (
            "ner: 0.25, dep: 0.25 }",
            "ner: 0.25 }",
            ["training.loss_weights: expected a weight of dep too, found pos, chunk, ner"],
        ),
        (
            "tweets-multi: { phase: baselines, domain: tweets, tasks: [pos, chunk, ner, dep] }",
            "tweets-multi: { phase: baselines, domain: tweets, tasks: [pos, chunk] }",
            ["runs.tweets-multi.tasks: expected one task or all of pos, chunk, ner, dep, found"],
        ),
        (
            "domain: news, tasks: [pos] }",
            "domain: news, tasks: [] }",
            ["runs.news-mono-pos.tasks: expected one task or all of pos, chunk, ner, dep, found"],
        ),
        (
            "news: { pos: wsj, ",
            "news: { ",
            [
                f"runs.{run}.tasks: expected a corpus corpora.domains.news.pos, found none"
                for run in (
                    "news-mono-pos",
                    "news-multi",
                    "news-multi-unified",
                    "news-adversarial-pos",
                    "news-encoder-mono-pos",
                    "news-encoder-multi-unified",
                    "news-elmo-ours-multi-unified",
                    "news-elmo-large-multi-unified",
                )
            ],
        ),
        (
            "tasks: [dep], parent: news-mono-dep }\n  tuned-mono-pos",
            "tasks: [dep], parent: news-mono-pos }\n  tuned-mono-pos",
            [
                "runs.as-is-mono-dep.parent: expected a run with the task dep, "
                "found 'news-mono-pos' with pos"
            ],
        ),
        (
            "parent: news-multi }",
            "parent: news-mono-ner }",
            ["runs.tuned-multi.parent: expected a run with the task pos, chunk, dep, found"],
        ),
        (
            "phase: finetune, domain: tweets, tasks: [chunk], parent: news-mono-chunk",
            "phase: finetune, domain: tweets, tasks: [chunk], parent: as-is-mono-chunk",
            ["runs.tuned-mono-chunk.parent: expected a trained run, found the as-is run"],
        ),
        (
            "parent: news-multi }",
            "parent: tuned-multi }",
            [
                "runs.tuned-multi: expected a run that does not need itself, "
                "found 'tuned-multi' -> 'tuned-multi'"
            ],
        ),
        (
            "domain: news, tasks: [pos] }",
            "domain: news, tasks: [pos], unified: true }",
            ["runs.news-mono-pos: expected a run that does not need itself"],
        ),
        (
            "news: { pos: news-mono-pos, ",
            "news: { ",
            [
                "unify.news: expected a run for pos, as 'news-multi-unified' is unified, "
                "found chunk, ner, dep"
            ],
        ),
        (
            "news: { pos: news-mono-pos, ",
            "news: { pos: tuned-mono-pos, ",
            ["unify.news.pos: expected a trained one-task run of news, found 'tuned-mono-pos' of"],
        ),
        (
            "tweets: { pos: tweets-mono-pos, ",
            "tweets: { pos: tweets-multi, ",
            ["unify.tweets.pos: expected a trained one-task run of tweets, found 'tweets-multi'"],
        ),
        (
            "chunk: tweets-mono-chunk, ner: tweets-mono-ner, dep: tweets-mono-dep }\n\nabl",
            "chunk: as-is-mono-chunk, ner: tweets-mono-ner, dep: tweets-mono-dep }\n\nabl",
            ["unify.tweets.chunk: expected a trained one-task run of tweets, found 'as-is-mono-"],
        ),
        (
            "  momentum: 0.9 # ours\n",
            "  momentum: 0.9 # ours\n  patience: 7\n",
            ["training.patience: expected the key once, found it at line "],
        ),
        (
            "experiments:\n  paper:",
            "experiments:\n  paper: 3\n  other:",
            ["experiments.paper: expected a mapping, {} for none"],
        ),
    ],
)
def test_what_sections_say_of_another_is_checked(
    tmp_path: Path, text: str, replacement: str, messages: list[str]
) -> None:
    path = _break(text, replacement, tmp_path)
    with pytest.raises(ConfigError) as caught:
        parse_params({**yaml.safe_load(path.read_text()), "experiment": "paper"}, path)
    found = str(caught.value).splitlines()
    assert len(found) == len(messages)
    lines = path.read_text().splitlines()
    for message, expected in zip(found, messages, strict=True):
        place, number, mistake = message.removeprefix(str(path)).split(":", 2)
        assert place == ""
        assert mistake.strip().startswith(expected)
        # The line holds the key or, where the key is missing, its section.
        keys = mistake.strip().split(":")[0].split(".")
        assert any(key in lines[int(number) - 1] for key in keys[-2:])


def test_a_parent_cycle_is_shown(raw: dict[str, Any]) -> None:
    raw["runs"]["tuned-multi"]["parent"] = "tuned-multi-unified"
    raw["runs"]["tuned-multi-unified"]["parent"] = "tuned-multi"
    with pytest.raises(ConfigError, match="found 'tuned-multi-unified' -> 'tuned-multi' -> 'tuned"):
        parse_params({**raw, "experiment": "paper"})


def test_a_key_twice_in_a_flow_mapping_or_an_overlay_is_refused(
    raw: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("experiments:\n  demo:\n    a: { b: 1, c: 2,\n      b: 3 }\n")
    with pytest.raises(ConfigError) as caught:
        parse_params(raw, path)
    assert str(caught.value) == (
        f"{path}:4: experiments.demo.a.b: expected the key once, found it at line 3 too"
    )


def test_runs_whose_encoder_is_absent_are_left_out_with_their_rows(raw: dict[str, Any]) -> None:
    params, rows = leave_out(parse_params(raw), ["elmo-large"])
    assert rows == ["elmo_large", "mutspad_elmo_large"]
    assert not any(run.encoder == "elmo-large" for run in params.runs.values())
    assert params.report.table2["elmo_large"] == {}
    assert params.report.table2["elmo_small"] == parse_params(raw).report.table2["elmo_small"]


@pytest.mark.parametrize("experiments", [None, 3, []])
def test_missing_experiments_are_a_config_error(raw: dict[str, Any], experiments: Any) -> None:
    with pytest.raises(ConfigError, match="experiments: expected overlays by name"):
        parse_params({**raw, "experiments": experiments})


def test_a_missing_key_is_named_at_its_section(tmp_path: Path) -> None:
    path = _break("  clip_norm: 5.0 # ours: largest gradient norm\n", "", tmp_path)
    with pytest.raises(ConfigError, match=r"training\.clip_norm: Field required") as caught:
        parse_params({**yaml.safe_load(path.read_text()), "experiment": "paper"}, path)
    line = path.read_text().splitlines().index("training:") + 1
    assert str(caught.value).startswith(f"{path}:{line}: ")


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
