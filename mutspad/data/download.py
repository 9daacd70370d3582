"""Fetch raw files: a file in raw/ is whole and right, or it is not there.

Sources in this order: the mirror, the folder of licensed files, the URL or installed packages. What
the registry says about a file (bytes, sha256) holds for every source. A public file of unknown
sha256 is taken with a warning that names the one found, if it can be opened as what its name says.
"""

import hashlib
import logging
import math
import shutil
import zipfile
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from mutspad.data.packaged import copy_member
from mutspad.data.registry import FileEntry, Folder, check_folders
from mutspad.errors import DownloadError, HashMismatchError, LicensedFileMissingError
from mutspad.files import DamagedFileError, atomic_path, hash_file, read_json

logger = logging.getLogger(__name__)

CHUNK = 1 << 16  # bytes; at most so many are lost when a connection is interrupted
TIMEOUT = (10.0, 60.0)  # seconds to connect, seconds without a byte
RETRIES = 5  # without a new byte
BACKOFF = 0.5  # seconds of the first pause, doubled each time
BUSY = (429, 500, 502, 503, 504)
LOG_EVERY = 10  # per cent

HTML = (b"<!doctype html", b"<html", b"<head", b"<?xml")
"""How a page begins, in lower case, that a server sends in the place of a file."""


class _InterruptedError(requests.RequestException):
    """Signal that a connection ended in the middle of a file."""


def fetch(
    entry: FileEntry,
    *,
    raw_dir: str | Path,
    mirror: Folder = None,
    licensed: Folder = None,
) -> Path:
    """Put a file of the registry into `raw_dir`, verified, and return its path.

    A right file that is there already is kept. What a failed download has received stays in
    `<file>.part`, and the next call resumes from there.
    """
    if entry.url is None and entry.sha256 is None:
        raise DownloadError(f"{entry.path}: expected a file to fetch, found one that is generated")
    check_folders(mirror=mirror, licensed=licensed)
    target = Path(raw_dir) / entry.path
    if _is_right(target, entry):
        return target
    for folder in (mirror, licensed):
        if folder and (Path(folder) / entry.path).is_file():
            _copy(Path(folder) / entry.path, target, entry)
            return target
    if entry.archive is not None:
        with atomic_path(target) as temporary:
            source = copy_member(entry.path, entry.archive, temporary, (mirror, licensed))
            verify(temporary, entry, source=source)
        logger.info("%s: taken from %s", entry.path, source)
        return target
    if entry.url is None:
        if target.is_file():
            verify(target, entry, source=target)
        raise LicensedFileMissingError(
            f"{entry.path}: licensed, so never downloaded, and absent; put it at "
            f"<folder>/{entry.path} and run again with MUTSPAD_LICENSED=<folder>"
        )
    download = _Download(entry, entry.url, target)
    try:
        download.run()
    except OSError as error:  # requests' exceptions are OSErrors, as are a full disk's
        size = "" if entry.bytes is None else f" of {entry.bytes}"
        raise DownloadError(
            f"{entry.path}: could not be fetched from {entry.url}: {error} "
            f"({download.arrived()}{size} bytes are kept for the next attempt). Without network, "
            f"put the file at <folder>/{entry.path} and set MUTSPAD_MIRROR=<folder>"
        ) from None
    logger.info("%s: fetched from %s", entry.path, entry.url)
    return target


def verify(path: str | Path, entry: FileEntry, *, source: str | Path) -> None:
    """Compare a file with what the registry says about it, and warn when that is no sha256.

    Without a sha256, an empty file, a web page and a cut file are refused.
    """
    size = Path(path).stat().st_size
    found = hash_file(path)
    if entry.bytes not in (None, size) or entry.sha256 not in (None, found):
        known = "any number of" if entry.bytes is None else entry.bytes
        digest = "any sha256" if entry.sha256 is None else f"sha256 {entry.sha256}"
        damage = _find_damage(path, entry) or _find_other_line_ends(path, entry)
        raise HashMismatchError(
            f"{entry.path}: expected {known} bytes with {digest}, found {size} bytes with sha256 "
            f"{found} in {source}{f' ({damage})' if damage else ''}. Remove or replace the wrong "
            "file"
        )
    if entry.sha256 is None:
        damage = _find_damage(path, entry)
        if damage:
            raise HashMismatchError(
                f"{entry.path}: expected a whole {Path(entry.path).suffix} file, found {damage} in "
                f"{source}. Fetch it by hand, put it at <folder>/{entry.path} and set "
                "MUTSPAD_MIRROR=<folder>"
            )
        logger.warning(
            "%s: the registry knows no sha256 of this file; taken as it is from %s: %d bytes with "
            "sha256 %s",
            entry.path,
            source,
            size,
            found,
        )


@dataclass(frozen=True, slots=True)
class _Download:
    """Download a file into a `.part` beside the target, which outlives an interruption."""

    entry: FileEntry
    url: str
    target: Path

    @property
    def part(self) -> Path:
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def most(self) -> float:
        """Return how many bytes the file can have."""
        return math.inf if self.entry.bytes is None else self.entry.bytes

    def arrived(self) -> int:
        """Return how many bytes are there so far."""
        return self.part.stat().st_size if self.part.is_file() else 0

    def run(self) -> None:
        """Download what is missing, verify the whole, put it in its place."""
        self.part.parent.mkdir(parents=True, exist_ok=True)
        if self.arrived() > self.most:
            self.part.unlink()
        with _session() as session:
            failures = 0
            while (before := self.arrived()) < self.most:
                try:
                    self._receive(session, before)
                except _InterruptedError:
                    failures = failures + 1 if self.arrived() <= before else 0
                    if failures > RETRIES:
                        raise
                    logger.info("%s: connection interrupted, resuming", self.entry.path)
                else:
                    break
        try:
            verify(self.part, self.entry, source=self.url)
        except HashMismatchError:
            self.part.unlink()
            raise
        self.part.replace(self.target)

    def _receive(self, session: requests.Session, start: int) -> None:
        """Append what the server sends from byte `start` on to the `.part`."""
        # Compressed on the wire, bytes and ranges would not be the file's own.
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        with session.get(self.url, headers=headers, stream=True, timeout=TIMEOUT) as response:
            refused = start and response.status_code == requests.codes.range_not_satisfiable
            if not refused:
                response.raise_for_status()
                self._append(response, start)
        if refused:
            self.part.unlink()
            self._receive(session, 0)

    def _append(self, response: requests.Response, start: int) -> None:
        """Write a response to the `.part`: after what is there, or afresh without a range."""
        goes_on = response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
        resumed = response.status_code == requests.codes.partial_content and goes_on
        received = start if resumed else 0
        size, shown = self.entry.bytes, 0
        with self.part.open("ab" if resumed else "wb") as out:
            try:
                for chunk in response.iter_content(CHUNK):
                    out.write(chunk)
                    received += len(chunk)
                    if size and 100 * received // size >= shown + LOG_EVERY:
                        shown = 100 * received // size
                        logger.info("%s: %d %% of %d bytes", self.entry.path, shown, size)
                    if received > self.most:
                        return  # another file; verification says so
            except (
                requests.exceptions.ChunkedEncodingError,
                requests.exceptions.ConnectionError,
            ) as error:
                raise _InterruptedError(error) from error


def _session() -> requests.Session:
    """Open a session that tries again after failed connections and busy servers."""
    session = requests.Session()
    retry = Retry(
        total=RETRIES, backoff_factor=BACKOFF, status_forcelist=BUSY, raise_on_status=False
    )
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session


def _copy(source: Path, target: Path, entry: FileEntry) -> None:
    """Copy a file of a folder, verified on arrival."""
    try:
        with atomic_path(target) as temporary:
            shutil.copyfile(source, temporary)
            verify(temporary, entry, source=source)
    except OSError as error:
        raise DownloadError(
            f"{entry.path}: could not be copied from {source}: {error.strerror}"
        ) from None
    logger.info("%s: copied from %s", entry.path, source)


def _is_right(path: Path, entry: FileEntry) -> bool:
    return (
        path.is_file()
        and entry.bytes in (None, path.stat().st_size)
        and entry.sha256 in (None, hash_file(path))
        and (entry.sha256 is not None or _find_damage(path, entry) is None)
    )


def _find_other_line_ends(path: str | Path, entry: FileEntry) -> str | None:
    """Find whether a file is the registry's but for line ends or byte order mark, or None."""
    size = Path(path).stat().st_size
    if entry.bytes is None or not entry.bytes / 2 <= size <= entry.bytes * 2 + len(BOM_UTF8):
        return None
    content = Path(path).read_bytes()
    unix = content.removeprefix(BOM_UTF8).replace(b"\r\n", b"\n")
    for changed in (unix, unix.replace(b"\n", b"\r\n")):
        if changed != content and hashlib.sha256(changed).hexdigest() == entry.sha256:
            mark = ", after a byte order mark" if content.startswith(BOM_UTF8) else ""
            ends = "CR LF" if b"\r\n" in content else "LF"
            return f"the right file but for its line ends: {ends}{mark}; convert them"
    return None


def _find_damage(path: str | Path, entry: FileEntry) -> str | None:
    """Find what shows without a hash that a file is not the one its name promises, or None."""
    with Path(path).open("rb") as stream:
        start = stream.read(1024).removeprefix(BOM_UTF8).lstrip().lower()
    if not start:
        return "an empty file"
    if start.startswith(HTML):
        return "a web page, such as one to log in"
    try:
        match Path(entry.path).suffix:
            case ".json":
                read_json(path)
            case ".zip":
                zipfile.ZipFile(path).close()
            case ".hdf5":
                # Half a second to import, and only ELMo needs it.
                import h5py

                h5py.File(path).close()
    except (DamagedFileError, zipfile.BadZipFile, OSError) as error:
        return f"a cut or damaged one ('{error}')"
    return None
