"""Every byte is compared with the certificate; what is wrong is named."""

import hashlib
import json
from pathlib import Path

import pytest
import yaml

from mutspad.certificate import Out, find_damage, read_outs
from mutspad.errors import MutspadError

FILES = {"b/model.json": b"{}", "b/seed1/weights": b"\x01\x02", "b.c/x": b"x"}


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


class Checkout:
    """A checkout with one certified folder and its cache."""

    def __init__(self, root: Path) -> None:
        self.root, self.cache = root, root / "cache"
        for name, content in FILES.items():
            self.write(root / "results" / name, content)
            self.write(self.cached(md5(content)), content)
        # In the order and the form that DVC hashes.
        entries = [
            {"md5": md5(FILES[name]), "relpath": name}
            for name in ("b.c/x", "b/model.json", "b/seed1/weights")
        ]
        manifest = json.dumps(entries, sort_keys=True).encode()
        self.out = Out("results", f"{md5(manifest)}.dir")
        self.manifest = self.cached(self.out.md5)
        self.write(self.manifest, manifest)

    def write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def cached(self, digest: str) -> Path:
        return self.cache / "files" / "md5" / digest[:2] / digest[2:]

    def damage(self) -> list[str]:
        return [str(found) for found in find_damage(self.root, self.cache, [self.out])]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_whole_files_pass(checkout: Checkout) -> None:
    assert checkout.damage() == []


def test_a_changed_file_is_named(checkout: Checkout) -> None:
    checkout.write(checkout.root / "results/b/seed1/weights", b"\x01\x03")
    expected, found = md5(b"\x01\x02"), md5(b"\x01\x03")
    assert checkout.damage() == [f"results/b/seed1/weights: expected md5 {expected}, found {found}"]


def test_a_changed_copy_in_the_cache_is_named_though_the_file_is_right(checkout: Checkout) -> None:
    cached = checkout.cached(md5(b"\x01\x02"))
    checkout.write(cached, b"\x01\x03")
    (message,) = checkout.damage()
    assert message.startswith(f"{cached} (for results/b/seed1/weights): expected md5 ")


def test_a_missing_file_is_named(checkout: Checkout) -> None:
    (checkout.root / "results/b/model.json").unlink()
    (message,) = checkout.damage()
    assert message == f"results/b/model.json: expected md5 {md5(b'{}')}, found no file"


def test_what_a_remote_may_have_damaged_is_the_file_and_the_list_of_its_folder(
    checkout: Checkout,
) -> None:
    def stored() -> list[tuple[str, ...]]:
        return [
            found.stored for found in find_damage(checkout.root, checkout.cache, [checkout.out])
        ]

    names = tuple(
        f"files/md5/{digest[:2]}/{digest[2:]}" for digest in (md5(b"\x01\x02"), checkout.out.md5)
    )
    checkout.write(checkout.root / "results/b/seed1/weights", b"\x01\x03")
    # The cache has it whole: it was damaged here.
    assert stored() == [()]
    checkout.write(checkout.cached(md5(b"\x01\x02")), b"\x01\x03")
    # The copy and the file that was made of it: both have to go.
    assert stored() == [names, names]
    checkout.cached(md5(b"\x01\x02")).unlink()
    assert stored() == [names]
    checkout.write(checkout.manifest, b"[]")
    assert stored() == [names[1:]]


def test_a_damaged_list_of_files_is_named(checkout: Checkout) -> None:
    checkout.write(checkout.manifest, b"[]")
    (message,) = checkout.damage()
    assert message.startswith(f"{checkout.manifest} (for results): ")


def test_a_folder_of_git_is_compared_as_a_whole(checkout: Checkout) -> None:
    checkout.manifest.unlink()
    checkout.write(checkout.root / "results/b/.model.json.1-x.tmp", b"left by a kill")
    assert checkout.damage() == []
    checkout.write(checkout.root / "results/b/model.json", b"{ }")
    (message,) = checkout.damage()
    assert message.startswith(f"results: expected md5 {checkout.out.md5}, found ")
    checkout.write(checkout.root / "results/b/model.json", b"{}")
    (checkout.root / "results/b.c/x").rename(checkout.root / "results/b.c/y")
    assert len(checkout.damage()) == 1


def test_a_single_file_is_compared(checkout: Checkout) -> None:
    outs = [Out("results/b.c/x", md5(b"x")), Out("results/b/model.json", md5(b"[]"))]
    (damage,) = find_damage(checkout.root, checkout.cache, outs)
    assert (damage.path, damage.expected, damage.found) == (
        "results/b/model.json",
        md5(b"[]"),
        md5(b"{}"),
    )


def test_the_outputs_of_a_lock_are_listed(tmp_path: Path) -> None:
    lock = tmp_path / "dvc.lock"
    stages = {
        "score": {"cmd": "x", "outs": [{"path": "results/scores", "md5": "0.dir"}]},
        "record": {"cmd": "x", "deps": []},
    }
    lock.write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}))
    assert read_outs(lock) == [Out("results/scores", "0.dir")]


@pytest.mark.parametrize(
    "content", [None, b"", b"stages: [1]", b"a: [", b"\xff", b"stages: {a: 1}"]
)
def test_a_lock_that_is_none_is_one_error(content: bytes | None, tmp_path: Path) -> None:
    lock = tmp_path / "dvc.lock"
    if content is not None:
        lock.write_bytes(content)
    with pytest.raises(MutspadError, match=r"dvc\.lock: expected "):
        read_outs(lock)
