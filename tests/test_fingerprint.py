"""The fingerprint changes exactly when code that a step can reach changes."""

from pathlib import Path

import pytest

from mutspad.fingerprint import _read, code_of


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Lay out a small package: step -> middle -> leaf, and a stranger."""
    files = {
        "mutspad/__init__.py": "",
        "mutspad/step.py": "from mutspad.middle import run\n",
        "mutspad/middle.py": "import mutspad.leaf\n\n\ndef run():\n    return mutspad.leaf.ONE\n",
        "mutspad/leaf.py": "ONE = 1\n",
        "mutspad/leaf.yaml": "one: 1\n",
        "mutspad/stranger.py": "TWO = 2\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def fingerprint(package: Path) -> str:
    # A workflow fingerprints once a process; the test does it again after each edit.
    _read.cache_clear()
    return code_of("mutspad.step", root=package)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("leaf.py", "ONE = 2\n"),
        ("leaf.yaml", "one: 2\n"),
        ("middle.py", "import mutspad.leaf\n\n\ndef run():\n    return 0\n"),
        ("__init__.py", "X = 1\n"),
    ],
)
def test_a_change_inside_the_closure_counts(package: Path, name: str, text: str) -> None:
    before = fingerprint(package)
    (package / "mutspad" / name).write_text(text)
    assert fingerprint(package) != before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("stranger.py", "TWO = 3\n"),
        ("leaf.py", "# a comment\nONE   =   1\n"),
        ("leaf.py", '"""A docstring."""\n\nONE = 1\n'),
        (
            "middle.py",
            'import mutspad.leaf\ndef run():\n    """Run."""\n    return mutspad.leaf.ONE\n',
        ),
    ],
)
def test_strangers_comments_and_docstrings_do_not_count(
    package: Path, name: str, text: str
) -> None:
    before = fingerprint(package)
    (package / "mutspad" / name).write_text(text)
    assert fingerprint(package) == before


def test_a_distribution_belongs_to_the_fingerprint_when_named(package: Path) -> None:
    assert code_of("mutspad.step", "torch", root=package) != fingerprint(package)


def test_scoring_reaches_neither_models_nor_training() -> None:
    reached = {path.as_posix() for path in _closure_of("mutspad.cli.step.score")}
    assert any(path.endswith("evaluation/score.py") for path in reached)
    assert not [path for path in reached if "/models/" in path or "/training/" in path]


def _closure_of(module: str) -> set[Path]:
    from mutspad.fingerprint import _closure

    return _closure(module, Path(__file__).resolve().parent.parent)
