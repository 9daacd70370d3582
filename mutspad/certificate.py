"""Compare files with `dvc.lock`, the certificate of a run.

DVC takes what it pulls on trust, and remembers a file's hash for as long as its time and size stay
the same. Here every byte is read again.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mutspad.errors import MutspadError

DIRECTORY = ".dir"
IGNORED = (".tmp", ".pyc")
"""Ends of names that .dvcignore leaves out."""


@dataclass(frozen=True, slots=True)
class Out:
    """Name one output of a stage and its hash as DVC writes it."""

    path: str
    md5: str


@dataclass(frozen=True, slots=True)
class Damage:
    """Name a file that is not the one of the certificate.

    Parameters
    ----------
    path
        The file of the checkout that it is, or would become.
    place
        Where the wrong bytes lie: the same, or a file of the cache.
    expected, found
        The MD5 that it should have, and the one that it has or what is wrong with it.
    stored
        Where a remote keeps what may be wrong there, too: the file, and the list of its folder.
    """

    path: str
    place: str
    expected: str
    found: str
    stored: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = self.path if self.place == self.path else f"{self.place} (for {self.path})"
        return f"{where}: expected md5 {self.expected}, found {self.found}"


def read_outs(lock: Path) -> list[Out]:
    """List the outputs that a `dvc.lock` certifies.

    Raises
    ------
    MutspadError
        When there is no such file or it is not one.
    """
    try:
        content = yaml.safe_load(lock.read_text(encoding="utf-8"))
        return [
            Out(out["path"], out["md5"])
            for stage in content["stages"].values()
            for out in stage.get("outs", ())
        ]
    except FileNotFoundError:
        raise MutspadError(
            f"{lock}: expected the certificate of a run, found no file. Run dvc repro, or check "
            "out a commit that has it"
        ) from None
    except (UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise MutspadError(f"{lock}: expected a lock file of DVC, found: {error!r}") from None


def find_damage(root: Path, cache: Path, outs: list[Out]) -> Iterator[Damage]:
    """Read every certified file of a checkout, and of the cache, and yield what is wrong.

    Parameters
    ----------
    root
        The checkout.
    cache
        The folder that `dvc cache dir` prints.
    outs
        What to read; an output that is not in the cache is only compared as a whole.
    """
    for out in outs:
        if not out.md5.endswith(DIRECTORY):
            yield from _check_copies(root, cache, out.path, (out.md5,))
            continue
        manifest = _cache_path(cache, out.md5)
        if not manifest.is_file():
            yield from _check_folder(root, out)
            continue
        content = manifest.read_bytes()
        expected = out.md5.removesuffix(DIRECTORY)
        found = _md5(content)
        if found != expected:
            yield Damage(out.path, str(manifest), expected, found, _name_stored(out.md5))
            continue
        for entry in json.loads(content):
            path = f"{out.path}/{entry['relpath']}"
            yield from _check_copies(root, cache, path, (entry["md5"], out.md5))


def _check_copies(root: Path, cache: Path, path: str, hashes: tuple[str, ...]) -> Iterator[Damage]:
    """Compare a file of the checkout and its copy in the cache with one hash, the first."""
    expected = hashes[0]
    cached = _cache_path(cache, expected)
    in_cache = _hash_file(cached)
    # Where the cache has it whole, no remote is to blame.
    stored = () if in_cache == expected else _name_stored(*hashes)
    if cached.is_file() and in_cache != expected:
        yield Damage(path, str(cached), expected, in_cache, stored)
    if (found := _hash_file(root / path)) != expected:
        yield Damage(path, path, expected, found, stored)


def _check_folder(root: Path, out: Out) -> Iterator[Damage]:
    """Compare a folder with its hash as a whole, where no list of its files is to be had."""
    folder = root / out.path
    paths = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in IGNORED
    ]
    listed: list[dict[str, Any]] = [
        {"md5": _hash_file(path), "relpath": path.relative_to(folder).as_posix()} for path in paths
    ]
    listed.sort(key=lambda entry: entry["relpath"])
    found = _md5(json.dumps(listed, sort_keys=True).encode()) + DIRECTORY
    if found != out.md5:
        found = found if paths else "no files"
        yield Damage(out.path, out.path, out.md5, found, _name_stored(out.md5))


def _cache_path(cache: Path, md5: str) -> Path:
    """Find where DVC 3 keeps the file with a hash."""
    return cache / _name_stored(md5)[0]


def _name_stored(*hashes: str) -> tuple[str, ...]:
    """Name where the caches and remotes of DVC 3 keep the files with these hashes."""
    return tuple(f"files/md5/{md5[:2]}/{md5[2:]}" for md5 in hashes)


def _hash_file(path: Path) -> str:
    """Return a file's MD5, or say that there is none."""
    if not path.is_file():
        return "no file"
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, _new_md5).hexdigest()


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _new_md5() -> Any:
    """Start a hash as DVC does; it finds damage, it guards against nobody."""
    return hashlib.md5(usedforsecurity=False)
