"""Fingerprint the code of a step, so that the workflow re-runs exactly what a change can touch.

Snakemake does not look inside imports: without this, a changed library leaves old results that DVC
then certifies. The fingerprint goes into every rule's `params:`.
"""

import ast
import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGE = "mutspad"
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


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
        digest.update(_read(path)[1])
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
        waiting += [*_read(path)[0], *([parent] if parent else [])]
    # Data of the same name is code.
    return found | {data for path in found for data in _data(path)}


@cache
def _file_of(name: str, root: Path) -> Path | None:
    """Find the source file of a dotted name, or None when it is not a module."""
    stem = root.joinpath(*name.split("."))
    for path in (stem.with_suffix(".py"), stem / "__init__.py"):
        if path.is_file():
            return path
    return None


@cache
def _data(path: Path) -> tuple[Path, ...]:
    """List the files of a module: registry.py reads registry.yaml, table4.py table4.html.j2."""
    return tuple(path.parent.glob(f"{path.stem}.*"))


@cache
def _read(path: Path) -> tuple[tuple[str, ...], bytes]:
    """Return the names of the package that a file imports, and what counts of the file.

    That is its syntax tree without docstrings, or its bytes for data.
    """
    if path.suffix != ".py":
        return (), path.read_bytes()
    names: list[str] = []
    parts: list[str] = []
    _describe(ast.parse(path.read_text(encoding="utf-8")), names, parts)
    ours = tuple(name for name in names if name.partition(".")[0] == PACKAGE)
    return ours, " ".join(parts).encode()


def _describe(node: ast.AST, names: list[str], parts: list[str]) -> None:
    """Collect the imports below a node, and its fields.

    It takes a third of the time of `ast.dump`, which is most of the start of Snakemake.
    """
    if isinstance(node, ast.Import):
        names += [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module:  # relative ones are banned by ruff
        names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    parts.append(node.__class__.__name__)
    for field in node._fields:
        value: Any = getattr(node, field, None)
        if (
            field == "body"
            and isinstance(node, DOCUMENTED)
            and ast.get_docstring(node, clean=False) is not None
        ):
            value = value[1:]
        if isinstance(value, ast.AST):
            _describe(value, names, parts)
        elif isinstance(value, list):
            parts.append("[")
            for each in value:
                if isinstance(each, ast.AST):
                    _describe(each, names, parts)
                else:
                    parts.append(repr(each))
            parts.append("]")
        else:
            parts.append(repr(value))
