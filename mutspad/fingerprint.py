"""Fingerprint the code of a step, so that the workflow re-runs exactly what a change can touch.

Snakemake does not look inside imports: without this, a changed library leaves old results that DVC
then certifies. The fingerprint goes into every rule's `params:`.
"""

import ast
import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

PACKAGE = "mutspad"


def code_of(module: str, *distributions: str, root: Path | None = None) -> str:
    """Return a hash of a module's code and of everything in the package that it imports.

    Comments, formatting and docstrings do not count; files outside the import closure do not count.

    Parameters
    ----------
    module
        Dotted name, such as `mutspad.cli.step.fit`.
    distributions
        Installed packages whose version belongs to the fingerprint, such as `torch` for training.
    root
        The folder that holds the package; by default the one this module was imported from.
    """
    base = Path(__file__).resolve().parent.parent if root is None else root
    digest = hashlib.sha256()
    for path in sorted(_closure(module, base)):
        digest.update(path.relative_to(base).as_posix().encode())
        digest.update(_content(path))
    for distribution in distributions:
        digest.update(f"{distribution}=={version(distribution)}".encode())
    return digest.hexdigest()[:16]


def _closure(module: str, root: Path) -> set[Path]:
    """Collect the files of the package that `module` imports, directly or not."""
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _file_of(name, root)
        if path is None or path in found:
            continue
        found.add(path)
        # Importing a.b.c runs a/__init__.py and a/b/__init__.py too.
        parent = name.rpartition(".")[0]
        waiting += [*_imports(path), *([parent] if parent else [])]
    # registry.py reads registry.yaml and table4.py table4.html.j2: data of the same name is code.
    return found | {data for path in found for data in path.parent.glob(f"{path.stem}.*")}


def _file_of(name: str, root: Path) -> Path | None:
    """Find the source file of a dotted name, or None when it is not a module."""
    stem = root.joinpath(*name.split("."))
    for path in (stem.with_suffix(".py"), stem / "__init__.py"):
        if path.is_file():
            return path
    return None


@cache
def _imports(path: Path) -> tuple[str, ...]:
    """List the absolute imports of the package in one file; relative ones are banned by ruff."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(name for name in names if name.split(".")[0] == PACKAGE)


@cache
def _content(path: Path) -> bytes:
    """Return what counts of a file: its syntax tree without docstrings, or its bytes for data."""
    if path.suffix != ".py":
        return path.read_bytes()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            if is_text and isinstance(first.value.value, str):  # type: ignore[union-attr]
                node.body = node.body[1:]
    return ast.dump(tree).encode()
