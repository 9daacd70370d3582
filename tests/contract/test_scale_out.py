"""Profiles of clusters and recipes of images, as far as they are checked without either."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
RECIPES = ("Dockerfile", "apptainer.def")


def instructions() -> list[tuple[str, str]]:
    """Read the Dockerfile: instruction and what it says, lines joined."""
    joined = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(word, said) for word, _, said in (line.partition(" ") for line in lines)]


def section(name: str) -> str:
    """Return a section of the Apptainer definition."""
    text = (ROOT / "apptainer.def").read_text()
    return text.split(f"\n%{name}\n", 1)[1].split("\n%", 1)[0]


@pytest.mark.parametrize("cluster", ["slurm", "kubernetes"])
def test_a_profile_says_only_what_snakemake_and_its_plugin_know(cluster: str) -> None:
    options = yaml.safe_load((ROOT / f"profiles/{cluster}/config.yaml").read_text())
    assert options["executor"] == cluster
    extra = [Requirement(line) for line in PROJECT["optional-dependencies"][cluster]]
    assert f"snakemake-executor-plugin-{cluster}" in {requirement.name for requirement in extra}
    if find_spec(f"snakemake_executor_plugin_{cluster}") is None:
        pytest.skip(f"the extra '{cluster}' is not installed")
    called = [sys.executable, "-m", "snakemake", "--help"]
    known = subprocess.run(called, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [option for option in options if f"--{option}" not in known] == []
    planned = [sys.executable, "-m", "snakemake", "--profile", f"profiles/{cluster}", "-n", "plan"]
    subprocess.run(planned, cwd=ROOT, check=True, capture_output=True)


def test_what_the_extras_add_to_the_lock_is_pinned() -> None:
    for cluster in ("slurm", "kubernetes"):
        for line in PROJECT["optional-dependencies"][cluster]:
            requirement = Requirement(line)
            assert [clause.operator for clause in requirement.specifier] == ["=="]
            assert requirement.name not in LOCK


def test_the_images_have_the_oldest_python_and_the_one_of_the_lock() -> None:
    oldest = PROJECT["requires-python"].removeprefix(">=")
    made_with = re.search(r"with Python (\S+)", (ROOT / "requirements.txt").read_text())
    assert made_with is not None
    assert made_with[1] == oldest
    for recipe in RECIPES:
        bases = re.findall(r"^F(?:ROM|rom:) (\S+)", (ROOT / recipe).read_text(), re.MULTILINE)
        assert set(bases) == {f"python:{oldest}-slim"}, recipe


def test_the_images_install_what_the_lock_pins() -> None:
    commands = [said for word, said in instructions() if word == "RUN"]
    for recipe, text in (("Dockerfile", "\n".join(commands)), ("apptainer.def", section("post"))):
        for line in re.findall(r"pip install (.*)", text):
            for command in line.split("&&"):
                assert "--constraint requirements.txt" in command or "^torch==" in command, recipe
        subprocess.run(["sh", "-n"], input=text, text=True, check=True)
    wanted = {Requirement(line).name for line in PROJECT["dependencies"]}
    wanted |= {Requirement(line).name for line in PROJECT["optional-dependencies"]["workflow"]}
    assert wanted <= set(LOCK)
    # The lock is what runs here, up to the name of a build for the CPU.
    assert {name: version(name).split("+")[0] for name in wanted} == {n: LOCK[n] for n in wanted}


def test_whatever_is_copied_is_there_and_goes_to_the_builder() -> None:
    ignored = [
        line.removeprefix("**/").lstrip("*")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line and not line.startswith(("#", "!"))
    ]
    copied = [said.split() for word, said in instructions() if word == "COPY"]
    files = [words[:-1] for words in copied if not words[0].startswith("--")]
    files += [[line.split()[0]] for line in section("files").splitlines() if line.strip()]
    for path in [path for paths in files for path in paths]:
        assert (ROOT / path).exists(), path
        assert not {part for part in Path(path).parts if part in ignored}, path
    for needed in ("Snakefile", "workflow", "profiles", "params.yaml", "mutspad", "config"):
        assert (ROOT / needed).exists()
        assert needed not in ignored


def test_what_git_ignores_stays_out_of_the_image() -> None:
    outside = set((ROOT / ".dockerignore").read_text().splitlines())
    for line in (ROOT / ".gitignore").read_text().splitlines():
        path = line.rstrip("/")
        covered = {path, f"**/{path}", path.split("/")[0]}
        assert covered & outside, line


def test_nobody_is_root_in_the_image() -> None:
    words = instructions()
    users = [said for word, said in words if word == "USER"]
    assert users
    assert users[-1] not in ("root", "0")
    assert not [said for word, said in words[words.index(("USER", users[-1])) :] if word == "RUN"]
    assert json.loads(dict(words)["CMD"])[0] == "mutspad"
