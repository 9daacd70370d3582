"""Read text files line by line with line numbers, so that every complaint can name its line."""

import gzip
import lzma
import unicodedata
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, cast
from zipfile import BadZipFile, ZipFile

from mutspad.errors import CorpusError

Line = tuple[int, str]

ZIP_ERRORS = (BadZipFile, OSError, EOFError, RuntimeError, ValueError, zlib.error, lzma.LZMAError)
"""What `zipfile` raises for damaged, encrypted and oddly compressed archives."""

GZIP = ".gz"


def read_lines(path: str | Path) -> Iterator[Line]:
    r"""Stream the lines of a UTF-8 file, counted from 1, without line ends and byte order mark.

    A file `*.gz` is decompressed, and `<archive>.zip/<member>` names a file in a zip archive.

    Only `\n` and `\r\n` end a line: tweets hold other characters that Python's text mode or
    `str.splitlines` would take for a line end.
    """
    try:
        with _open(Path(path)) as stream:
            yield from decode_lines(stream, path)
    except OSError as error:
        raise CorpusError(
            path, None, expected="a readable file", found=f"'{error.strerror or error}'"
        ) from None
    except (EOFError, zlib.error) as error:
        raise CorpusError(path, None, expected="a whole gzip file", found=f"'{error}'") from None


def decode_lines(stream: Iterable[bytes], path: str | Path) -> Iterator[Line]:
    r"""Decode a file's lines, which end in `\n`, naming `path` in an error."""
    for number, raw in enumerate(without_mark(stream), 1):
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise CorpusError(
                path,
                number,
                expected="UTF-8 text",
                found=f"the byte 0x{raw[error.start]:02x} at position {error.start + 1}",
                remedy="Convert the file to UTF-8",
            ) from None
        yield number, text.removesuffix("\n").removesuffix("\r")


def without_mark(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Stream a file's lines without the byte order mark that some editors put first.

    Left there, it would be part of the first word.
    """
    rest = iter(lines)
    for first in rest:
        yield first.removeprefix(BOM_UTF8)
        yield from rest


def blocks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Group lines into the blocks that blank lines separate."""
    block: list[Line] = []
    for number, text in lines:
        if text.strip():
            block.append((number, text))
        elif block:
            yield block
            block = []
    if block:
        yield block


def data_files(folder: Path, suffix: str) -> list[Path]:
    """List the visible files of a folder that end in `suffix` or `<suffix>.gz`, in either case."""
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("*")):
        name = path.name.lower().removesuffix(GZIP)
        if not name.endswith(suffix.lower()) or not is_visible(path.name):
            continue
        if name in found:
            raise CorpusError(
                folder,
                None,
                expected="each file once",
                found=f"{found[name].name} and {path.name}",
                remedy="Remove one of them",
            )
        found[name] = path
    return list(found.values())


def excerpt(text: str, width: int = 60) -> str:
    """Quote text for an error message: on one line, cut, invisible characters by their names."""
    shown = text if len(text) <= width else text[: width - 3] + "..."
    invisible = list(dict.fromkeys(filter(_is_invisible, shown)))[:3]
    names = [f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip() for char in invisible]
    return f"{shown!r} with {', '.join(names)}" if names else repr(shown)


def _is_invisible(char: str) -> bool:
    """Return whether a character shows nothing; blanks, tabs and line ends are expected."""
    if char in " \t\r\n":
        return False
    variation_selector = "\ufe00" <= char <= "\ufe0f"
    return variation_selector or unicodedata.category(char) in ("Cc", "Cf", "Zs", "Zl", "Zp")


def zip_members(archive: str | Path, suffix: str) -> list[str]:
    """List the visible members of a zip archive that end in `suffix`, sorted."""
    with _opened(archive) as opened:
        return sorted(
            name for name in opened.namelist() if name.endswith(suffix) and is_visible(name)
        )


def is_visible(path: str | PurePosixPath) -> bool:
    """Return whether a path is data: not hidden, nor what macOS adds to archives and folders."""
    parts = set(PurePosixPath(path).parts) - {".", ".."}
    return not any(part.startswith(".") or part == "__MACOSX" for part in parts)


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, a compressed one, or a member of a zip archive."""
    archive = next((each for each in path.parents if each.suffix == ".zip"), None)
    if archive is None or archive.is_dir():
        with gzip.open(path) if path.suffix.lower() == GZIP else path.open("rb") as stream:
            yield cast("IO[bytes]", stream)
        return
    member = path.relative_to(archive).as_posix()
    with _opened(archive) as opened:
        if member not in opened.namelist():
            raise CorpusError(archive, None, expected=f"a member '{member}'", found="none")
        with opened.open(member) as stream:
            yield stream


@contextmanager
def _opened(archive: str | Path) -> Iterator[ZipFile]:
    try:
        with ZipFile(archive) as opened:
            yield opened
    except ZIP_ERRORS as error:
        raise CorpusError(
            archive, None, expected="a readable zip archive", found=f"'{error}'"
        ) from None
