"""Write files so that a reader finds the old one or the new one, never half of one."""

import errno
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from mutspad.errors import MutspadError

# What can only come from writing, whatever library does it; any other error inside the block of
# `atomic_path` may be about a file that is read there.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
WRAPPED = re.compile(r"\b(?:os error|errno =) (\d+)")
"""How safetensors and HDF5 quote an error of the operating system."""

REMEDIES = {
    errno.ENOSPC: "Free some space and run again",
    errno.EDQUOT: "Free some of your quota and run again",
    errno.EFBIG: "Raise the limit on the size of a file (ulimit -f) and run again",
    errno.EROFS: "Make the file system writable and run again",
    errno.EACCES: "Make the folder writable and run again",
    errno.EPERM: "Make the folder writable and run again",
    errno.EEXIST: "Remove or rename the file that stands where a folder belongs",
    errno.ENOTDIR: "Remove or rename the file that stands where a folder belongs",
    errno.EISDIR: "Remove or rename the folder that stands where a file belongs",
}


class DamagedFileError(MutspadError, ValueError):
    """Signal a file that cannot be read as what its name says."""


class UnwritableFileError(MutspadError):
    """Signal a file that could not be written; the old one, if there was one, still stands.

    Parameters
    ----------
    path
        The file that was to be written.
    error
        What the operating system said.
    """

    def __init__(self, path: str | Path, error: OSError) -> None:
        place = error.filename if error.errno in (errno.EEXIST, errno.ENOTDIR) else path
        reason = os.strerror(error.errno) if error.errno else str(error)
        remedy = REMEDIES.get(error.errno or 0)
        message = f"{place}: expected to write {path}, found: {reason}"
        super().__init__(f"{message}. {remedy}" if remedy else message)
        self.path = Path(path)


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield a temporary sibling of `path` that takes its place when the block ends well.

    File and folder are flushed to disk, so that the new name stands for the whole content even
    after the power went. The sibling is removed when the block raises, and by the next writer of
    the file when the process was killed.

    Raises
    ------
    UnwritableFileError
        When the disk is full, the folder is read-only or anything else prevents the writing.
    """
    target = Path(path)
    temporary: Path | None = None
    inside = False
    try:
        folders = _make_folder(target.parent)
        _remove_leftovers(target)
        handle, name = tempfile.mkstemp(
            dir=target.parent, prefix=f".{target.name}.{os.getpid()}-", suffix=".tmp"
        )
        os.close(handle)
        temporary = Path(name)
        inside = True
        yield temporary
        inside = False
        sync_file(temporary)
        # mkstemp's files are private; the artefact should have the ordinary mode.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(target)
        for folder in folders:
            _sync_folder(folder)
    except Exception as error:
        cause = _find_cause(error)
        about_reading = inside and cause and cause.errno not in FULL
        if cause is None or (about_reading and cause.filename != str(temporary)):
            raise
        raise UnwritableFileError(target, cause) from None
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()


def write_text(path: str | Path, text: str) -> None:
    """Write text atomically, in UTF-8 with Unix line ends."""
    write_bytes(path, text.encode())


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write bytes atomically."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def write_json(path: str | Path, value: Any) -> None:
    """Write a value as readable JSON with sorted keys, atomically."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def sync_file(path: str | Path) -> None:
    """Wait until a file's content is on the disk."""
    with Path(path).open("rb") as written:
        os.fsync(written.fileno())


def read_json(path: str | Path) -> Any:
    """Read a JSON file, with or without a byte order mark.

    Raises
    ------
    DamagedFileError
        When the file is not JSON in UTF-8; with file and line, or beyond what Python reads.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise DamagedFileError(
            f"{path}:{error.lineno}: expected JSON, found: {error.msg}"
        ) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{error.object[error.start]:02x}"
        raise DamagedFileError(f"{path}:{line}: expected UTF-8 text, found {found}") from None
    except (RecursionError, ValueError) as error:
        # Thousands of brackets or of digits in a row.
        raise DamagedFileError(f"{path}: expected JSON of ordinary depth, found: {error}") from None


def _find_cause(error: Exception) -> OSError | None:
    """Find what the operating system said, also where a library wraps it in words of its own."""
    if isinstance(error, OSError):
        return error
    number = WRAPPED.search(str(error))
    return OSError(int(number[1]), os.strerror(int(number[1]))) if number else None


def _make_folder(folder: Path) -> list[Path]:
    """Make a folder and list every folder that gets a new entry by a file in it."""
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return [folder, *(path.parent for path in made)]


def _remove_leftovers(target: Path) -> None:
    """Remove what killed writers of the same file left behind."""
    pattern = re.compile(rf"\.{re.escape(target.name)}\.(\d+)-\w+\.tmp")
    for sibling in target.parent.iterdir():
        match = pattern.fullmatch(sibling.name)
        if match and not _is_running(int(match[1])):
            sibling.unlink(missing_ok=True)


def _is_running(pid: int) -> bool:
    """Say whether a process of this machine has the number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sync_folder(folder: Path) -> None:
    """Wait until a folder's entries are on the disk, where its file system knows that."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(handle)
