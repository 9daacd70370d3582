"""The whole pipeline on a miniature world: the pact between Snakemake and DVC holds."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.pipeline

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS = Path("results/miniature")
PHASE_FOLDERS = (
    "corpora",
    "lexicon",
    "runs",
    "baselines",
    "unified",
    "pretrain",
    "finetune",
    "predictions",
    "scores",
    "tables",
    "figures",
)


# One run of every kind is enough: a job costs seconds, most of them the start of a process.
LEFT_OUT = (
    "tweets-multi",
    "news-multi",
    "as-is-mono-chunk",
    "tuned-mono-chunk",
    "tuned-mono-ner",
    "tuned-mono-dep",
    "tuned-multi",
    "tuned-multi-source-unified",
)


def run(folder: Path, *command: str, fails: bool = False) -> str:
    """Run a command in the miniature world and return what it printed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    outside = {"MUTSPAD_MIRROR", "MUTSPAD_LICENSED"}
    environment = {key: value for key, value in os.environ.items() if key not in outside}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**environment, "PATH": path, "DVC_SITE_CACHE_DIR": str(folder / ".dvc" / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    printed = done.stdout + done.stderr
    assert (done.returncode != 0) is fails, f"{' '.join(command)}\n{printed}"
    return printed


def set_params(world: Path, change: dict[str, object] | None = None) -> None:
    """Name the miniature in params.yaml, its overlay under `experiments`, and change its keys."""
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    miniature = yaml.safe_load((ROOT / ".test" / "miniature.yaml").read_text())
    params["experiments"]["miniature"] = {**miniature, **(change or {})}
    params["experiment"] = "miniature"
    params["runs"] = {name: run for name, run in params["runs"].items() if name not in LEFT_OUT}
    for rows in params["report"].values():
        for cells in rows.values():
            for task in [task for task, run in cells.items() if run in LEFT_OUT]:
                del cells[task]
    (world / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))


def digest(world: Path, *folders: str) -> dict[str, str]:
    """Hash every file of these result folders."""
    return {
        path.relative_to(world).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in sorted((world / RESULTS / folder).rglob("*"))
        if path.is_file()
    }


def planned(printed: str) -> set[str]:
    """Collect the rules of a dry run's job table, which it prints before and after the jobs."""
    table = re.findall(r"^job +count\n[- ]+\n((?:\w+ +\d+\n)+)", printed, re.MULTILINE)[0]
    return {line.split()[0] for line in table.splitlines()} - {"total"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the checkout, as git would hand it to a stranger, and reproduce the miniature."""
    world = tmp_path_factory.mktemp("world")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        source, target = ROOT / name, world / name
        # A stranger's experiment starts without a lock and without anybody's results.
        if source.is_file() and name != "dvc.lock" and not name.startswith("results/"):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    set_params(world)
    run(world, "git", "init", "--quiet")
    run(world, "git", "add", "--all")
    run(world, "dvc", "repro")
    return world


def test_tables_are_there_and_say_that_the_data_is_synthetic(world: Path) -> None:
    for number in (1, 2, 3):
        table = (world / RESULTS / "tables" / f"table{number}.md").read_text()
        assert "synthetic" in table.splitlines()[0]
        assert (world / RESULTS / "tables" / f"table{number}.csv").read_text().count("\n") > 2


def test_a_second_repro_skips_everything_and_the_status_is_clean(world: Path) -> None:
    again = run(world, "dvc", "repro")
    assert "Running stage" not in again
    assert "up to date" in run(world, "dvc", "status")


def test_snakemake_has_nothing_to_do_even_after_everything_was_touched(world: Path) -> None:
    assert "Nothing to be done" in run(world, "snakemake", "-n")
    for path in [*world.rglob("*.py"), *world.rglob("*.smk"), *(world / RESULTS).rglob("*")]:
        if path.is_file() and ".snakemake" not in path.parts:
            path.touch()
    assert "Nothing to be done" in run(world, "snakemake", "-n")


def test_no_file_is_there_that_no_rule_makes(world: Path) -> None:
    summary = run(world, "snakemake", "--summary", "all")
    known = {line.split("\t")[0] for line in summary.splitlines() if line.startswith("results/")}
    present = set(digest(world, *PHASE_FOLDERS))
    assert present - known == set()


def test_the_same_seed_gives_the_same_bytes_in_another_process_and_on_one_core(
    world: Path,
) -> None:
    # The end of the longest chain: fine-tuning on unified data, and what follows.
    folders = (
        "finetune/tuned-multi-unified",
        "predictions/tuned-multi-unified",
        "scores/tuned-multi-unified",
        "tables",
    )
    before = digest(world, *folders)
    for folder in folders:
        shutil.rmtree(world / RESULTS / folder)
    run(world, "snakemake", "--cores", "1", "all")
    assert digest(world, *folders) == before


def test_a_change_reruns_exactly_what_it_can_touch(world: Path) -> None:
    measure = world / "mutspad" / "evaluation" / "mnrg.py"
    original = measure.read_text()
    try:
        measure.write_text(original + "\n# a remark\n")
        assert "Nothing to be done" in run(world, "snakemake", "-n")
        measure.write_text(original + "\nCHANGED = 1\n")
        rules = planned(run(world, "snakemake", "-n"))
        assert rules == {"all", "plot_convergence", "tabulate_corpora", "tabulate_scores"}
    finally:
        measure.write_text(original)


def test_another_seed_trains_only_that_seed(world: Path) -> None:
    try:
        set_params(world, {"seeds": [1, 2]})
        dry = run(world, "snakemake", "-n", "all")
        assert "train_baseline" in planned(dry)
        assert not re.search(r"output: .*baselines/[\w-]+/seed1/", dry)
    finally:
        set_params(world)


def test_committed_tables_do_not_pass_for_a_run_in_a_fresh_clone(
    world: Path, tmp_path: Path
) -> None:
    left_out = {".git", ".dvc", ".snakemake", "logs", "raw", *PHASE_FOLDERS} - {"scores", "tables"}

    def not_committed(folder: str, names: list[str]) -> set[str]:
        return left_out & set(names) if Path(folder) in (world, world / RESULTS) else set()

    clone = tmp_path / "clone"
    shutil.copytree(world, clone, ignore=not_committed)
    assert set(digest(clone, *PHASE_FOLDERS)) == set(digest(world, "scores", "tables"))
    everything = planned(run(clone, "snakemake", "-n", "all"))
    assert {"prepare_corpus", "train_baseline", "finetune_model", "score_run"} <= everything
    assert {"prepare_corpus", "build_lexicon"} <= planned(run(clone, "snakemake", "-n", "table1"))
    assert {"train_baseline", "score_run"} <= planned(run(clone, "snakemake", "-n", "table2"))
    assert {"finetune_model", "score_run"} <= planned(run(clone, "snakemake", "-n", "table3"))


def test_a_failed_job_leaves_the_previous_output_and_is_not_taken_for_done(world: Path) -> None:
    raw = world / "raw/demo/demo-news-pos/train.conllup"
    original = raw.read_text()
    lines = original.splitlines(keepends=True)
    number = next(n for n, line in enumerate(lines) if line.startswith("2\t"))
    before = digest(world, *PHASE_FOLDERS)
    try:
        raw.write_text("".join([*lines[:number], "2\ttorn\n", *lines[number + 1 :]]))
        printed = run(world, "snakemake", "--cores", "1", "corpora", fails=True)
        assert f"raw/demo/demo-news-pos/train.conllup:{number + 1}: " in printed
        assert "Traceback" not in printed
        assert digest(world, *PHASE_FOLDERS) == before
        # Snakemake notes a failed job's inputs as done with: the old files must not pass as new.
        assert "prepare_corpus" in planned(run(world, "snakemake", "-n", "corpora"))
    finally:
        raw.write_text(original)
    # Only this corpus: in a run of everything, Snakemake would also repeat whatever lies behind it.
    run(world, "snakemake", "--cores", "1", f"{RESULTS}/corpora/news/pos/summary.json")
    assert digest(world, *PHASE_FOLDERS) == before
    assert "Nothing to be done" in run(world, "snakemake", "-n")
    assert "up to date" in run(world, "dvc", "status")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("tagger_hidden: 6", "tagger_hiden: 6", "unknown key; did you mean 'tagger_hidden'"),
        ("max_epochs: 1\n", "max_epochs: soon\n", "should be a valid integer"),
    ],
)
def test_a_mistake_in_the_parameters_stops_before_the_first_job(
    world: Path, old: str, new: str, message: str
) -> None:
    params = world / "params.yaml"
    original = params.read_text()
    assert original.count(old) == 1
    before = digest(world, *PHASE_FOLDERS)
    try:
        params.write_text(original.replace(old, new))
        printed = run(world, "snakemake", "--cores", "1", fails=True)
    finally:
        params.write_text(original)
    assert message in printed
    assert "params.yaml:" in printed
    assert "Traceback" not in printed
    assert digest(world, *PHASE_FOLDERS) == before
