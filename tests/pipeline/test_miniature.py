"""The whole pipeline on a miniature world: the pact between Snakemake and DVC holds."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.pipeline

REMADE = (
    "tweets.dep",
    "tweets.pos-from-elmo-ours",
    "news-adversarial-tweets.pos",
    "news-adversarial-tweets.tweets.pos",
    "news-unified.tweets-unified.all",
)


def test_tables_are_there_and_say_that_the_data_is_synthetic(world: Any) -> None:
    for number in (1, 2, 3):
        table = (world.results / "tables" / f"table{number}.md").read_text()
        assert "synthetic" in table.splitlines()[0]
        assert (world.results / "tables" / f"table{number}.csv").read_text().count("\n") > 2


def test_a_second_repro_skips_everything_and_the_status_is_clean(world: Any) -> None:
    again = world.run("dvc", "repro")
    assert "Running stage" not in again
    assert "up to date" in world.run("dvc", "status")


def test_snakemake_has_nothing_to_do_even_after_everything_was_touched(world: Any) -> None:
    assert "Nothing to be done" in world.run("snakemake", "-n")
    for path in [*world.path.rglob("*.py"), *world.path.rglob("*.smk"), *world.results.rglob("*")]:
        if path.is_file() and ".snakemake" not in path.parts:
            path.touch()
    assert "Nothing to be done" in world.run("snakemake", "-n")


def test_no_file_is_there_that_no_rule_makes(world: Any) -> None:
    summary = world.run("snakemake", "--summary", "all")
    known = {line.split("\t")[0] for line in summary.splitlines() if line.startswith("results/")}
    # The plan is written by no job.
    known |= set(world.digest("plan", "plan.json"))
    present = set(world.digest())
    assert present - known == set()


def test_the_same_seed_gives_the_same_bytes_in_another_process_and_on_one_core(
    world: Any,
) -> None:
    # The first run had two cores. A training of every kind, and all that follows from them; what is
    # further up would have nearly every network trained again.
    parts = (
        "language_model",
        "contextual",
        "unified/tweets",
        *(
            f"{folder}/{model}"
            for folder in ("models", "predictions", "scores")
            for model in REMADE
        ),
        "silver",
        "data.json",
        "ablation",
        *("tables", "figures", "statistics", "claims.md", "claims.json", "report"),
    )
    before = world.digest()
    assert all(world.digest(part) for part in parts)
    for part in parts:
        path = world.results / part
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    world.run("snakemake", "--cores", "1", "all")
    assert world.digest() == before


def test_a_change_reruns_exactly_what_it_can_touch(world: Any) -> None:
    measure = world.path / "mutspad" / "evaluation" / "mnrg.py"
    original = measure.read_text()
    try:
        measure.write_text(original + "\n# a remark\n")
        assert "Nothing to be done" in world.run("snakemake", "-n")
        measure.write_text(original + "\nCHANGED = 1\n")
        rules = world.plan()
        tables = {"tabulate_corpora", "tabulate_methods", "tabulate_unification", "describe_pages"}
        statistics = {"compare", "claim"}
        figures = {"plot_convergence", "plot_ablation"}
        assert {"all", "record", *tables, *statistics} <= rules
        # A page or figure more is made again in a second; no training, prediction or score is.
        assert rules <= {"all", "record", "describe_parameters", *tables, *statistics, *figures}
    finally:
        measure.write_text(original)


def test_a_changed_number_trains_exactly_the_models_that_it_touches(world: Any) -> None:
    try:
        world.set_params({"training_of": {"news.tweets.pos": {"patience": 2}}})
        dry = world.run("snakemake", "-n", "all")
        trained = re.findall(r"output: results/miniature/models/([\w.-]+)/seed1/", dry)
        assert trained == ["news.tweets.pos"]
    finally:
        world.set_params()


def test_another_seed_trains_only_that_seed(world: Any) -> None:
    try:
        world.set_params({"seeds": [1, 2]})
        assert "train_baseline" in world.plan("all")
        dry = world.run("snakemake", "-n", "all")
        assert "/seed2/weights.safetensors" in dry
        assert not re.search(r"output: .*models/[\w.-]+/seed1/", dry)
    finally:
        world.set_params()


def test_committed_tables_do_not_pass_for_a_run_in_a_fresh_clone(
    world: Any, tmp_path: Path
) -> None:
    world.commit()
    clone = world.clone(tmp_path / "clone")
    in_git = ("scores", "silver", "data.json", "ablation", "tables", "figures", "statistics")
    assert set(clone.digest()) == set(world.digest(*in_git, "claims.md", "claims.json"))
    everything = clone.plan("all")
    assert {"prepare_corpus", "train_baseline", "finetune_model", "score_seed1"} <= everything
    assert {"prepare_corpus", "build_lexicon"} <= clone.plan("table1")
    assert {"train_baseline", "score_seed1"} <= clone.plan("table2")
    assert {"finetune_model", "score_seed1"} <= clone.plan("table3")


def test_a_failed_job_does_not_pass_as_done(world: Any) -> None:
    raw = world.path / "raw/demo/demo-news-pos/train.conllup"
    original = raw.read_text()
    lines = original.splitlines(keepends=True)
    number = next(n for n, line in enumerate(lines) if line.startswith("2\t"))
    # The plan follows the parameters whenever they are read: another test's may still lie there.
    assert "Nothing to be done" in world.run("snakemake", "-n")
    before = world.digest()
    try:
        raw.write_text("".join([*lines[:number], "2\ttorn\n", *lines[number + 1 :]]))
        printed = world.run("snakemake", "--cores", "1", "corpora", fails=True)
        assert f"raw/demo/demo-news-pos/train.conllup:{number + 1}: " in printed
        assert "Traceback" not in printed
        assert not world.digest("corpora/news/pos")
        assert "prepare_corpus" in world.plan("corpora")
    finally:
        raw.write_text(original)
    # Only this corpus: in a run of everything, Snakemake would also repeat whatever lies behind it.
    world.run("snakemake", "--cores", "1", "results/miniature/corpora/news/pos/summary.json")
    assert world.digest() == before
    assert "Nothing to be done" in world.run("snakemake", "-n")
    assert "up to date" in world.run("dvc", "status")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("tagger_hidden: 6\n", "tagger_hiden: 6\n", "unknown key; did you mean 'tagger_hidden'"),
        ("patience: 1\n", "patience: soon\n", "should be a valid integer"),
    ],
)
def test_a_mistake_in_the_parameters_stops_before_the_first_job(
    world: Any, old: str, new: str, message: str
) -> None:
    params = world.path / "params.yaml"
    original = params.read_text()
    assert original.count(old) == 1
    before = world.digest()
    try:
        params.write_text(original.replace(old, new))
        printed = world.run("snakemake", "--cores", "1", fails=True)
    finally:
        params.write_text(original)
    assert message in printed
    assert "params.yaml:" in printed
    assert "Traceback" not in printed
    assert world.digest() == before
