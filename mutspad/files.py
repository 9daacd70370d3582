"""Write files so that a reader finds the old one or the new one, never half of one."""

import csv
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from mutspad.errors import MutspadError


class DamagedFileError(MutspadError, ValueError):
    """Signal a file that cannot be read as what its name says."""


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield a temporary sibling of `path` that takes its place when the block ends well.

    The content is flushed to the disk first. The sibling is removed when the block raises; what a
    killed process leaves of it is overwritten by the next writer.
    """
    target = Path(path)
    temporary = target.with_name(f".{target.name}.tmp")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write text atomically, in UTF-8 with Unix line ends."""
    write_bytes(path, text.encode())


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write bytes atomically."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def write_csv(path: str | Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of the same columns atomically, floats with six digits."""
    text = StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {
                key: f"{value:.6g}" if isinstance(value, float) else value
                for key, value in row.items()
            }
        )
    write_text(path, text.getvalue())


def write_json(path: str | Path, value: Any) -> None:
    """Write a value as readable JSON with sorted keys, atomically."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


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


def hash_file(path: str | Path) -> str:
    """Return a file's SHA-256."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
