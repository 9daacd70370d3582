"""What `sync` says of a damaged remote mends it, on three files that a rule copies."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

SNAKEFILE = """
rule all:
    input: expand("results/{name}", name=[1, 2, 3])

rule copy:
    output: "results/{name}"
    shell: "echo the text of {wildcards.name} > {output}"
"""
STAGE = {"cmd": "snakemake --cores 1 all", "outs": [{"results": {"persist": True}}]}
DAMAGED_PLACE = r"^  (\S+)(?: \(for \S+\))?: expected md5 "
STORED_PLACE = r"^  (files/md5/\S+)$"


def run(folder, *command, fails=False):
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "DVC_SITE_CACHE_DIR": f"{folder}-site"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode != 0) is fails, done.stdout + done.stderr
    return done.stdout + done.stderr


def git(folder, *arguments):
    person = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    subprocess.run(["git", *person, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def pushed(store, tmp_path_factory):
    """Run the rule by a stage of DVC, and push."""
    path = tmp_path_factory.mktemp("pushed")
    git(path, "init", "--quiet")
    run(path, "dvc", "init", "--quiet")
    (path / "Snakefile").write_text(SNAKEFILE)
    (path / "dvc.yaml").write_text(yaml.safe_dump({"stages": {"copy": STAGE}}))
    (path / ".gitignore").write_text(".snakemake/\n")
    run(path, "dvc", "remote", "add", "--default", "store", str(store))
    run(path, "dvc", "repro")
    git(path, "add", "--all")
    git(path, "commit", "--quiet", "--message", "-")
    run(path, "dvc", "push")
    return path


def flip(content):
    half = len(content) // 2
    return bytes([*content[:half], content[half] ^ 1, *content[half + 1 :]])


def cut(content):
    return content[:9]


# DVC cannot read a list that is cut; one with a flipped bit leads it to a file that there is not.
@pytest.mark.parametrize(("suffix", "damage"), [("", flip), (".dir", flip), (".dir", cut)])
def test_a_damaged_remote_is_mended_as_the_message_says(pushed, store, tmp_path, suffix, damage):
    clone = tmp_path / "clone"
    victim = next(
        path for path in sorted(store.rglob("*")) if path.is_file() and path.suffix == suffix
    )
    content = victim.read_bytes()
    victim.chmod(stat.S_IRUSR | stat.S_IWUSR)
    victim.write_bytes(damage(content))
    git(tmp_path, "clone", "--quiet", str(pushed), str(clone))
    printed = run(clone, "mutspad.cli", "sync", fails=True)
    assert "Traceback" not in printed
    there = re.findall(STORED_PLACE, printed, re.MULTILINE)
    assert victim.relative_to(store).as_posix() in there
    # Why it has to be deleted.
    if not suffix:
        assert "up to date" in run(pushed, "dvc", "push")
    for name in re.findall(DAMAGED_PLACE, printed, re.MULTILINE):
        (clone / name).unlink(missing_ok=True)
    for name in there:
        (store / name).unlink(missing_ok=True)
    run(pushed, "dvc", "push")
    assert victim.read_bytes() == content
    assert "every byte compared" in run(clone, "mutspad.cli", "sync")
    for path in (pushed / "results").iterdir():
        assert Path(clone, "results", path.name).read_bytes() == path.read_bytes()
