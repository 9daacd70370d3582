"""Where the files of a Hugging Face encoder lie on this machine; nothing is imported or fetched."""

import importlib.util
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mutspad.data.lines import is_visible
from mutspad.errors import EncoderError

PACKAGE_PREFIX = "package:"
MODEL_FILES = ("*.json", "*.txt", "*.model", "*.safetensors")
"""What may belong to a model: pickles and code do not."""


def find_local(source: str) -> Path | None:
    """Find the local folder of a source; None for a name of the hub."""
    if source.startswith(PACKAGE_PREFIX):
        return _find_in_package(source)
    return Path(source) if source and Path(source).is_dir() else None


def list_files(source: str) -> list[Path]:
    """List the files of a folder of the user's; none for a package or a name of the hub."""
    if source.startswith(PACKAGE_PREFIX):
        return []
    folder = find_local(source)
    return [] if folder is None else model_files(folder)


def model_files(folder: Path) -> list[Path]:
    """List the files of a model in its folder, sorted."""
    found = (path for each in MODEL_FILES for path in folder.glob(each))
    return sorted(path for path in found if is_visible(path.name))


def package_version(source: str) -> str | None:
    """Return the version of the package that a source names; None for other sources.

    A package without a version is identified by the names and sizes of its files.
    """
    if not source.startswith(PACKAGE_PREFIX):
        return None
    folder = _find_in_package(source)
    try:
        return version(source.removeprefix(PACKAGE_PREFIX).partition("/")[0])
    except PackageNotFoundError:
        return ",".join(f"{path.name}:{path.stat().st_size}" for path in model_files(folder))


def _find_in_package(source: str) -> Path:
    """Find `package:<module>/<folder>`; the package is located, not imported."""
    module, _, folder = source.removeprefix(PACKAGE_PREFIX).partition("/")
    spec = importlib.util.find_spec(module) if module.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(
            f"{source}: expected the installed package '{module}', found none. "
            f"Install it: pip install {module.replace('_', '-')}"
        )
    for root in spec.submodule_search_locations:
        if (Path(root) / folder).is_dir():
            return Path(root) / folder
    raise EncoderError(
        f"{source}: expected a folder '{folder}' in the package '{module}', found none. "
        "Correct the encoder's source"
    )
