"""`sync` brings back what was pushed, and what it says of damage fixes it, on three small files."""

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

SNAKEFILE = """
rule all:
    input: expand("results/{name}", name=[1, 2, 3]), "scores"

rule score:
    output: "scores"
    shell: "echo 90 > {output}"

rule copy:
    output: "results/{name}"
    shell: "echo the text of {wildcards.name} > {output}"
"""
STAGE = {
    "cmd": "snakemake --cores 1 all",
    "deps": ["Snakefile"],
    # As tables and scores are kept: by git.
    "outs": [{"results": {"persist": True}}, {"scores": {"persist": True, "cache": False}}],
}
CHANGED = r"^  (\S+): (?:modified|no file)$"


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


def flip_bit(path):
    """Change one bit and leave size and times, as a bad disk does."""
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    path.write_bytes(content)
    path.chmod(before.st_mode)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def cut(path):
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    path.write_bytes(path.read_bytes()[:9])


@pytest.fixture
def clone(pushed, tmp_path):
    git(tmp_path, "clone", "--quiet", str(pushed), "clone")
    return tmp_path / "clone"


def sync(clone, *arguments, fails=False):
    printed = run(clone, "mutspad.cli", "sync", *arguments, fails=fails)
    assert "Traceback" not in printed
    return printed


def assert_same(clone, pushed):
    for path in (pushed / "results").iterdir():
        assert Path(clone, "results", path.name).read_bytes() == path.read_bytes()


def test_a_flipped_bit_is_named_though_dvc_trusts_the_file(clone, pushed):
    assert "every byte compared" in sync(clone)
    # Now DVC remembers the hashes.
    assert "up to date" in run(clone, "dvc", "status")
    flip_bit(clone / "results" / "2")
    assert "up to date" in run(clone, "dvc", "status")
    printed = sync(clone, fails=True)
    assert re.findall(CHANGED, printed, re.MULTILINE) == ["results/2"]
    (clone / "results" / "2").unlink()
    sync(clone, "--no-pull")
    assert_same(clone, pushed)


# DVC cannot read a list that is cut.
@pytest.mark.parametrize(("suffix", "damage"), [("", flip_bit), (".dir", cut)])
def test_a_damaged_remote_is_fixed_as_the_message_says(pushed, store, clone, suffix, damage):
    victim = next(
        path for path in sorted(store.rglob("*")) if path.is_file() and path.suffix == suffix
    )
    damage(victim)
    printed = sync(clone, fails=True)
    assert "files/md5" in printed
    for name in re.findall(CHANGED, printed, re.MULTILINE):
        path = clone / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    shutil.rmtree(clone / ".dvc" / "cache", ignore_errors=True)
    shutil.rmtree(store / "files" / "md5")
    run(pushed, "dvc", "push")
    # The way back is the same for both.
    if damage is flip_bit:
        assert "every byte compared" in sync(clone)
        assert_same(clone, pushed)


def test_a_changed_file_of_git_is_named(clone):
    (clone / "scores").write_text("91\n")
    printed = sync(clone, fails=True)
    assert "scores" in printed
    assert "git restore" in printed


def test_changed_code_is_named(clone):
    (clone / "Snakefile").write_text(SNAKEFILE.replace("echo 90", "echo 91"))
    printed = sync(clone, fails=True)
    assert "Snakefile" in printed
    assert "or run dvc repro for new results" in printed


def test_without_a_git_folder_the_message_says_so(clone):
    shutil.rmtree(clone / ".git")
    assert "found no .git folder" in sync(clone, fails=True)


def test_without_a_lock_the_message_says_what_to_run(clone):
    (clone / "dvc.lock").unlink()
    assert "dvc repro" in sync(clone, fails=True)
