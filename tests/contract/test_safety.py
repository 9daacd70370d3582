"""Whatever is opened here may come from a stranger: nothing in it is run, or written elsewhere."""

import ast
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from mutspad.cli.main import main
from mutspad.data.corpora.ptb import read_nltk_treebank
from mutspad.data.registry import load_registry
from mutspad.data.vectors import open_vectors

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = sorted((ROOT / "mutspad").rglob("*.py"))
RULE_FILES = sorted((ROOT / "workflow" / "rules").glob("*.smk"))

# What turns data into code, or a name into a command.
RUNS_CODE = {
    "cloudpickle",
    "code",
    "dill",
    "joblib",
    "marshal",
    "pickle",
    "runpy",
    "shelve",
    "tarfile",
}
BUILTINS = {"__import__", "compile", "eval", "exec"}
CALLS = {
    "os.popen",
    "os.system",
    "shutil.unpack_archive",
    "yaml.full_load",
    "yaml.load",
    "yaml.load_all",
    "yaml.unsafe_load",
    "yaml.unsafe_load_all",
}
METHODS = {"extract", "extractall"}
NETWORK = {"ftplib", "http", "httpx", "pooch", "requests", "socket", "urllib", "urllib3"}
FORBIDDEN_VALUES = {"allow_pickle": True, "shell": True, "trust_remote_code": True}
REQUIRED_VALUES = {"torch.load": ("weights_only", True)}


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """List the calls of a file by what is called."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [(ast.unparse(node.func), node) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def imports(path: Path) -> set[str]:
    """Collect the first parts of the modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return {name.split(".")[0] for name in found}


def dangers(path: Path) -> list[str]:
    """Name what a file has that could run what it reads."""
    found = [f"import {name}" for name in sorted(imports(path) & RUNS_CODE)]
    for name, call in calls(path):
        given = {
            keyword.arg: keyword.value.value
            for keyword in call.keywords
            if keyword.arg and isinstance(keyword.value, ast.Constant)
        }
        named = {keyword.arg for keyword in call.keywords}
        if name in BUILTINS | CALLS or name.rpartition(".")[2] in METHODS:
            found.append(name)
        found += [
            f"{key} in {name}" for key, value in FORBIDDEN_VALUES.items() if value is given.get(key)
        ]
        # A value that is computed cannot be read here, and so is none to rely on.
        found += [f"{key} in {name}" for key in named & FORBIDDEN_VALUES.keys() if key not in given]
        if name in REQUIRED_VALUES and given.get(REQUIRED_VALUES[name][0]) is not True:
            found.append(name)
    return found


def test_nothing_in_the_package_runs_what_it_reads() -> None:
    assert {path.name: found for path in SOURCES if (found := dangers(path))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from pickle import loads",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "yaml.load(text, Loader)",
        "eval(text)",
        "os.system(f'cp {name}')",
        "subprocess.run(text, shell=True)",
        "numpy.load(path, allow_pickle=flag)",
        "archive.extractall(folder)",
    ],
)
def test_the_search_finds_what_it_is_for(line: str, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(line)
    assert len(dangers(path)) == 1


def test_only_the_downloader_speaks_to_the_network() -> None:
    assert [path.name for path in SOURCES if imports(path) & NETWORK] == ["download.py"]


def test_the_registry_names_places_below_raw_and_hashes_what_is_fetched() -> None:
    for corpus in load_registry().corpora.values():
        places = [file.path for file in corpus.files.values()]
        for place in [*places, *([corpus.folder.path] if corpus.folder else [])]:
            assert not PurePosixPath(place).is_absolute()
            assert ".." not in PurePosixPath(place).parts
            assert re.fullmatch(r"[\w./+-]+", place)
        for file in corpus.files.values():
            assert file.url is None or file.url.startswith("https://")


@pytest.mark.parametrize("path", ["../../etc/passwd", "https://example.org/x.zip", "/etc/passwd"])
def test_what_the_registry_does_not_list_is_not_fetched(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["download", path])
    assert stopped.value.code == 1
    assert f"of the registry, found '{path}'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_an_archive_writes_nothing_wherever_its_members_say_they_belong(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    path = inside / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10):
            archive.writestr(f"../escaped{number}.mrg", "((NN gull))")
        archive.writestr(str(tmp_path / "escaped.txt"), "gull 1 2\n")
    assert sum(map(len, read_nltk_treebank(path, "x").values())) == 10
    assert set(open_vectors(str(path), {"gull"}, dim=2).vectors) == {"gull"}
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]


def shell_commands() -> list[tuple[str, str]]:
    """List the shell commands of the workflow, each with its file."""
    return [
        (path.name, command)
        for path in RULE_FILES
        for command in re.findall(r'shell:\n\s+r?"""(.*?)"""', path.read_text(), re.DOTALL)
    ]


def test_every_name_in_a_shell_command_is_quoted() -> None:
    # These can only be digits and the names of tasks: common.smk closes them.
    common = (ROOT / "workflow" / "rules" / "common.smk").read_text()
    assert "seed=one_of(map(str, PLAN.trained_seeds))" in common
    assert "task=one_of(TASKS)" in common
    closed = {"{wildcards.seed}", "{wildcards.task}"}
    for name, command in shell_commands():
        holes = set(re.findall(r"\{[^{}]*\}", command))
        assert {hole for hole in holes if not hole.endswith(":q}")} <= closed, name


def test_every_shell_command_is_seen_here() -> None:
    directives = sum(path.read_text().count("    shell:\n") for path in RULE_FILES)
    assert directives == len(shell_commands()) > 8
    for path in [*RULE_FILES, ROOT / "Snakefile"]:
        text = path.read_text()
        assert not re.search(
            r"\bshell\(|^\s+(run|script):|os\.system|subprocess", text, re.MULTILINE
        )


HOSTILE = 'it\'s a "$(touch hacked)" & `touch hacked`; touch hacked #'


def test_names_with_quotes_and_commands_are_only_names(tmp_path: Path) -> None:
    """A user's own treebank, in a folder and with files whose names are shell commands."""
    licensed, world = tmp_path / f"licensed {HOSTILE}", tmp_path / f"curly{{x}} {HOSTILE}"
    for section in range(25):
        folder = licensed / "wsj" / f"{section:02}"
        folder.mkdir(parents=True)
        (folder / f"wsj_{section:02}01 {HOSTILE}.mrg").write_text(f"((NN gull{section}))\n")
    world.mkdir()
    for name in ("Snakefile", "params.yaml"):
        shutil.copy2(ROOT / name, world / name)
    for name in ("workflow", "profiles"):
        shutil.copytree(ROOT / name, world / name)
    target = "results/paper/corpora/news/pos/train.conllup"
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", target, "--config", "experiment=paper"],
        cwd=world,
        env={**os.environ, "MUTSPAD_LICENSED": str(licensed), "MUTSPAD_MIRROR": str(licensed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (world / target).read_text().count("\tgull") == 19
    assert not [*tmp_path.rglob("hacked*")]
