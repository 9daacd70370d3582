"""Back from loss: what was pushed comes back whole, or what is damaged is named."""

import shutil
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.pipeline


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
        assert {"build_lexicon", "train_baseline"} <= clone.plan()
    finally:
        clone.set_params()
    assert clone.plan() == set()


def test_deleting_everything_ignored_loses_nothing(clone: Any) -> None:
    before = clone.digest()
    clone.run("git", "clean", "-d", "--force", "-X", "--quiet")
    assert clone.digest() != before
    clone.mutspad("sync")
    assert clone.digest() == before
    assert clone.plan() == set()


def test_changed_files_are_listed_and_not_called_done(clone: Any) -> None:
    code = clone.path / "mutspad" / "evaluation" / "mnrg.py"
    original = code.read_text()
    try:
        code.write_text(original + "\nCHANGED = 1\n")
        planned = clone.plan()
        assert planned
        printed = clone.mutspad("sync", fails=True)
        assert "mutspad" in printed
        assert "or run dvc repro for new results" in printed
        assert clone.plan() == planned
    finally:
        code.write_text(original)
    assert clone.plan() == set()


def test_without_a_remote_the_message_says_what_to_set(world: Any, tmp_path: Path) -> None:
    world.commit()
    other = world.clone(tmp_path / "other")
    printed = other.mutspad("sync", fails=True)
    assert "dvc remote add --default" in printed
    assert "Traceback" not in printed
