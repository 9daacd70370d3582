"""The miniature world: the checkout as a stranger gets it, run once and shared by all tests."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from mutspad.config.load import overlay

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS = Path("results/miniature")
# It names commit, machine and times.
RECORD = "provenance.json"


@dataclass(frozen=True)
class World:
    """A checkout with the miniature as its experiment.

    Parameters
    ----------
    path
        The folder.
    """

    path: Path

    @property
    def results(self) -> Path:
        """Name the folder of the miniature's results."""
        return self.path / RESULTS

    def run(self, *command: str, fails: bool = False, **variables: str) -> str:
        """Run a command here and return what it printed."""
        done = subprocess.run(
            command,
            cwd=self.path,
            env={**_environment(self.path), **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        printed = done.stdout + done.stderr
        assert (done.returncode != 0) is fails, f"{' '.join(command)}\n{printed}"
        return printed

    def start(self, *command: str, printing_to: Path, **variables: str) -> subprocess.Popen[bytes]:
        """Start a command here in a process group of its own and do not wait for it."""
        with printing_to.open("wb") as output:
            return subprocess.Popen(
                command,
                cwd=self.path,
                env={**_environment(self.path), **variables},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def mutspad(self, *arguments: str, fails: bool = False) -> str:
        """Run a verb of the package that lies here, not of the one that is installed."""
        return self.run(sys.executable, "-m", "mutspad.cli", *arguments, fails=fails)

    def set_params(self, change: dict[str, object] | None = None, base: str | None = None) -> None:
        """Name the miniature in params.yaml, its overlay in `experiments`, and change its keys.

        With a base, the miniature is that experiment of params.yaml instead.
        """
        params = yaml.safe_load((ROOT / "params.yaml").read_text())
        miniature = yaml.safe_load((ROOT / ".test" / "miniature.yaml").read_text())
        if base is not None:
            miniature = params["experiments"][base]
        params["experiments"]["miniature"] = overlay(miniature, change or {})
        params["experiment"] = "miniature"
        (self.path / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))

    def digest(self, *parts: str) -> dict[str, str]:
        """Hash every file of the results but their record, or of these files and folders of it."""
        return {
            path.relative_to(self.path).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.results.rglob("*"))
            if path.is_file()
            and path.relative_to(self.results) != Path(RECORD)
            and any(path.is_relative_to(self.results / part) for part in parts or (".",))
        }

    def plan(self, *arguments: str) -> set[str]:
        """Collect the rules that a dry run would run."""
        printed = self.run("snakemake", "-n", *arguments)
        if "Nothing to be done" in printed:
            return set()
        # The job table, which is printed before and after the jobs.
        table = re.findall(r"^job +count\n[- ]+\n((?:\w+ +\d+\n)+)", printed, re.MULTILINE)[0]
        return {line.split()[0] for line in table.splitlines()} - {"total"}

    def commit(self) -> None:
        """Commit whatever is not ignored, or nothing."""
        person = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
        self.run("git", "add", "--all")
        self.run("git", *person, "commit", "--quiet", "--allow-empty", "--message", "-")

    def clone(self, path: Path) -> "World":
        """Clone what is committed."""
        self.run("git", "clone", "--quiet", str(self.path), str(path))
        return World(path)


def _environment(folder: Path) -> dict[str, str]:
    """Point the tools to this Python and to caches of their own; bring no corpora from outside."""
    outside = {"MUTSPAD_MIRROR", "MUTSPAD_LICENSED"}
    return {
        **{key: value for key, value in os.environ.items() if key not in outside},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DVC_SITE_CACHE_DIR": str(folder.with_name(f"{folder.name}-site")),
    }


def _copy_checkout(folder: Path) -> World:
    """Copy the checkout, as git would hand it to a stranger, with the miniature's parameters."""
    world = World(folder)
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        source, target = ROOT / name, world.path / name
        # A stranger's experiment starts without a lock and without anybody's results.
        if source.is_file() and name != "dvc.lock" and not name.startswith("results/"):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    # However many cores the machine has: the same on one core is to be compared with several.
    stages = world.path / "dvc.yaml"
    stages.write_text(stages.read_text().replace("--cores all", "--cores 2"))
    world.set_params()
    return world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Reproduce the miniature in a copy of the checkout."""
    world = _copy_checkout(tmp_path_factory.mktemp("world"))
    world.run("git", "init", "--quiet")
    world.commit()
    world.run("dvc", "repro")
    return world


@pytest.fixture
def untouched(tmp_path: Path) -> World:
    """Give a copy of the checkout in which nothing has run yet."""
    return _copy_checkout(tmp_path / "untouched")


@pytest.fixture(scope="session")
def world_at() -> Any:
    """Return what makes a world of a folder, for the tests that copy one."""
    return World
