"""The whole pipeline on a miniature world: Snakemake, DVC, the record and `sync` agree.

One file, so that one process of the tests makes the world.
"""

import json
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


def test_nothing_is_to_do_after_a_touch_or_with_other_resources(world: Any) -> None:
    for path in [*world.path.rglob("*.py"), *world.path.rglob("*.smk"), *world.results.rglob("*")]:
        if path.is_file() and ".snakemake" not in path.parts:
            path.touch()
    default = ["--default-resources", "mem_mb=9000", "runtime=7", "disk_mb=1"]
    own = ["--set-resources", "train_baseline:mem_mb=77"]
    assert "Nothing to be done" in world.run("snakemake", "-n", *default, *own)


def test_no_file_is_there_that_no_rule_makes(world: Any) -> None:
    summary = world.run("snakemake", "--summary", "all")
    known = {line.split("\t")[0] for line in summary.splitlines() if line.startswith("results/")}
    # The plan is written by no job.
    known |= set(world.digest("plan", "plan.json"))
    present = set(world.digest())
    assert present - known == set()


def read_record(world: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((world.results / "provenance.json").read_text())
    return loaded


def test_the_record_names_code_machine_data_and_times(world: Any) -> None:
    record = read_record(world)
    environment = record["environment"]
    assert len(environment["git"]["revision"]) == 40
    assert environment["git"]["dirty"] is False
    assert environment["threads"] == 1
    assert environment["packages"]["torch"]
    assert record["seeds"] == [1]
    assert record["parameters"]["experiment"] == "miniature"
    assert len(record["raw_files"]["demo-tweets-pos"]["files"]) == 3
    hashes = [
        file["sha256"] for entry in record["raw_files"].values() for file in entry["files"].values()
    ]
    assert all(hashes)
    assert {"tables/table2.csv", "figures/convergence.png"} <= set(record["artefacts"])
    assert {"prepare", "baselines", "score", "tabulate"} <= set(record["run_times"]["phases"])


def test_a_commit_alone_changes_nothing(world: Any) -> None:
    before = (world.results / "provenance.json").read_bytes()
    world.commit()
    assert world.plan() == set()
    assert (world.results / "provenance.json").read_bytes() == before


def test_the_run_becomes_a_crate(world: Any, tmp_path: Any) -> None:
    world.mutspad("export-crate", "--results", "results/miniature", "--output", str(tmp_path / "c"))
    assert (tmp_path / "c" / "results" / "miniature" / "tables" / "table2.csv").is_file()


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
        measure.write_text(original + "\nCHANGED = 1\n")
        rules = world.plan()
        tables = {"tabulate_corpora", "tabulate_methods", "tabulate_unification", "tabulate_units"}
        others = {"describe_pages", "compare", "claim"}
        figures = {"plot_convergence", "plot_ablation"}
        assert {"all", "record", *tables, *others} <= rules
        # A page or figure more is made again in a second; no training, prediction or score is.
        assert rules <= {"all", "record", "describe_parameters", *tables, *others, *figures}
    finally:
        measure.write_text(original)


def test_a_changed_number_and_another_seed_train_exactly_what_they_touch(world: Any) -> None:
    try:
        world.set_params({"training_of": {"news.tweets.pos": {"patience": 2}}, "seeds": [1, 2]})
        dry = world.run("snakemake", "-n", "all")
        trained = re.findall(r"output: results/miniature/models/([\w.-]+/seed[12])/", dry)
        assert [name for name in trained if name.endswith("1")] == ["news.tweets.pos/seed1"]
        assert {"tweets.pos/seed2", "news.tweets.pos/seed2"} <= set(trained)
    finally:
        world.set_params()


def test_committed_tables_do_not_pass_for_a_run_in_a_fresh_clone(
    world: Any, tmp_path: Path
) -> None:
    world.commit()
    clone = world.clone(tmp_path / "clone")
    in_git = ("scores", "silver", "data.json", "ablation", "tables", "figures", "statistics")
    assert set(clone.digest()) == set(world.digest(*in_git, "claims.md", "claims.json"))
    assert {"prepare_corpus", "build_lexicon", "tabulate_corpora"} <= clone.plan("table1")
    assert {"train_baseline", "score_seed1", "tabulate_methods"} <= clone.plan("table2")
    assert {"finetune_model", "score_seed1", "tabulate_unification"} <= clone.plan("table3")


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


def test_a_mistake_in_the_parameters_stops_before_the_first_job(world: Any) -> None:
    params = world.path / "params.yaml"
    original = params.read_text()
    assert original.count("tagger_hidden: 6\n") == 1
    before = world.digest()
    try:
        params.write_text(original.replace("tagger_hidden: 6\n", "tagger_hiden: 6\n"))
        printed = world.run("snakemake", "--cores", "1", fails=True)
    finally:
        params.write_text(original)
    assert re.search("params.yaml:.*unknown key; did you mean 'tagger_hidden'", printed)
    assert "Traceback" not in printed
    assert world.digest() == before


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Name a folder that serves as the remote."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def pushed(world: Any, world_at: Any, store: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Copy the world, commit what git takes and push what DVC takes."""
    path = tmp_path_factory.mktemp("pushed") / "world"
    shutil.copytree(world.path, path, symlinks=True)
    pushed = world_at(path)
    pushed.run("dvc", "remote", "add", "--default", "store", str(store))
    pushed.commit()
    pushed.run("dvc", "push")
    return pushed


@pytest.fixture(scope="module")
def clone(pushed: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Clone the copy and get everything back."""
    clone = pushed.clone(tmp_path_factory.mktemp("clone") / "world")
    printed = clone.mutspad("sync")
    assert "are back, every byte compared" in printed
    return clone


def test_a_clone_has_every_artefact_and_nothing_to_do(clone: Any, pushed: Any) -> None:
    assert clone.digest() == pushed.digest()
    assert clone.plan() == set()
    assert "up to date" in clone.run("dvc", "status")
    assert not (clone.path / "raw").exists()


def test_a_clone_notices_a_change_as_the_first_checkout_does(clone: Any) -> None:
    try:
        clone.set_params({"domains": {"news": {"multi_root": True}}})
        assert {"train_baseline", "score_seed1"} <= clone.plan()
        clone.set_params({"vectors": {"source": "none", "substitute": None, "dim": 9}})
        planned = clone.plan()
        assert {"build_lexicon", "train_baseline"} <= planned
        # What is only fetched does not pass for the results of the change.
        assert "plan.json: modified" in clone.mutspad("sync", fails=True)
        assert clone.plan() == planned
    finally:
        clone.set_params()


def test_without_a_remote_the_message_says_what_to_set(world: Any, tmp_path: Path) -> None:
    world.commit()
    other = world.clone(tmp_path / "other")
    printed = other.mutspad("sync", fails=True)
    assert "dvc remote add --default" in printed
    assert "Traceback" not in printed
