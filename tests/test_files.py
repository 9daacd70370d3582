"""A reader finds the old file or the new one, never half of one, whatever goes wrong."""

import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from mutspad.cli.main import main
from mutspad.data.conllup import write_conllup
from mutspad.data.contextual import write_contextual
from mutspad.data.sentence import Sentence
from mutspad.errors import MutspadError
from mutspad.files import (
    UnwritableFileError,
    atomic_path,
    read_json,
    write_bytes,
    write_json,
    write_text,
)
from mutspad.models.elmo_format import write_weights
from mutspad.training.resume import Checkpoint

SMALL = 16 * 1024
"""Bytes of the full disk and of the largest file; each writer below wants more."""

WORDS = ("word",) * 10_000
NOISE = np.random.default_rng(0).random((150, 150))


def write_picture(path: Path) -> None:
    figure, axes = plt.subplots()
    axes.imshow(NOISE)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format=path.suffix[1:])
    plt.close(figure)


def write_tensors(path: Path) -> None:
    with atomic_path(path) as temporary:
        save_file({"a": torch.zeros(150, 150)}, temporary)


def write_vectors(path: Path) -> None:
    write_contextual(
        path.with_suffix(""),
        encoder="zeros",
        sentences=[("a",) * 20 + (str(number),) for number in range(60)],
        embed=lambda sentences: [torch.zeros(1, len(words), 16) for words in sentences],
        n_layers=1,
        dim=16,
        batch=8,
    )


WRITERS: dict[str, Callable[[Path], None]] = {
    "text.txt": lambda path: write_text(path, "a word\n" * 10_000),
    "value.json": lambda path: write_json(path, ["value"] * 10_000),
    "bytes.bin": lambda path: write_bytes(path, bytes(100_000)),
    "corpus.conllup": lambda path: write_conllup(path, [Sentence("1", WORDS)]),
    "weights.safetensors": write_tensors,
    "weights.hdf5": lambda path: write_weights(path, {"a": NOISE.astype(np.float32)}),
    "vectors.npy": write_vectors,
    "kept.ckpt": lambda path: Checkpoint(path, "this one", 0).write({"a": torch.zeros(150, 150)}),
    "figure.png": write_picture,
    "figure.pdf": write_picture,
}
written_by = pytest.mark.parametrize("name", WRITERS)


@contextmanager
def small_files() -> Iterator[None]:
    """Let no file grow beyond SMALL, as a full disk does, but without being root."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of SMALL bytes, where that is allowed."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", f"size={SMALL}", "none", str(disk)]
    if mount is None or subprocess.run([mount, *options], capture_output=True).returncode:
        pytest.skip("mounting a tmpfs is not allowed here; small files stand in for a small disk")
    yield disk
    # Lazily: the error that a test caught may still hold a map of a removed file.
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a few lines in a process of their own."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )


def test_a_failed_write_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    write_text(target, "old\n")

    def fail_halfway() -> None:
        with atomic_path(target) as temporary:
            temporary.write_text("ne")
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert target.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [target]


def test_missing_folders_are_made_and_modes_are_ordinary(tmp_path: Path) -> None:
    target = tmp_path / "b" / "c" / "d.json"
    write_json(target, {"z": 1, "a": "é"})
    plain = tmp_path / "plain"
    plain.write_text("")
    assert target.stat().st_mode == plain.stat().st_mode
    assert read_json(target) == {"a": "é", "z": 1}
    assert target.read_text().index('"a"') < target.read_text().index('"z"')


@written_by
def test_without_room_the_old_file_stays(name: str, tmp_path: Path) -> None:
    target = tmp_path / name
    target.write_bytes(b"old")
    with small_files(), pytest.raises(UnwritableFileError) as caught:
        WRITERS[name](target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]
    message = str(caught.value)
    assert message.startswith(f"{target}: expected to write {target}, found: File too large. ")
    WRITERS[name](target)
    assert target.stat().st_size > SMALL


@written_by
def test_on_a_full_disk_the_old_file_stays(name: str, small_disk: Path) -> None:
    target = small_disk / name
    target.write_bytes(b"old")
    with pytest.raises(UnwritableFileError, match="No space left on device"):
        WRITERS[name](target)
    assert target.read_bytes() == b"old"
    assert list(small_disk.iterdir()) == [target]


@pytest.mark.parametrize("moment", ["fsync", "rename"])
def test_a_kill_leaves_the_old_file_and_the_next_writer_tidies_up(
    moment: str, tmp_path: Path
) -> None:
    target = tmp_path / "a.txt"
    write_text(target, "old\n")
    done = python(
        "import os, pathlib, signal, sys\n"
        "from mutspad.files import write_text\n"
        "def die(*_): os.kill(os.getpid(), signal.SIGKILL)\n"
        "if sys.argv[2] == 'fsync': os.fsync = die\n"
        "else: pathlib.Path.replace = die\n"
        "write_text(sys.argv[1], 'new\\n')\n",
        str(target),
        moment,
    )
    assert done.returncode == -signal.SIGKILL
    assert target.read_text() == "old\n"
    (left,) = set(tmp_path.iterdir()) - {target}
    assert left.name.startswith(".a.txt.")
    assert left.suffix == ".tmp"
    other = tmp_path / left.name.replace("a.txt", "b.txt")
    other.touch()
    write_text(target, "new\n")
    assert target.read_text() == "new\n"
    assert set(tmp_path.iterdir()) == {target, other}


def test_killed_at_random_moments_the_file_is_whole(tmp_path: Path) -> None:
    """How often: MUTSPAD_KILLS, by default 10."""
    target = tmp_path / "a.bin"
    wholes = [bytes([version]) * 1_000_000 for version in range(2)]
    write_bytes(target, wholes[0])
    code = (
        "import itertools, sys\n"
        "from mutspad.files import write_bytes\n"
        "for version in itertools.cycle(range(2)):\n"
        "    write_bytes(sys.argv[1], bytes([version]) * 1_000_000)\n"
        "    print(version, flush=True)\n"
    )
    moments = np.random.default_rng(1)
    for _ in range(int(os.environ.get("MUTSPAD_KILLS", "10"))):
        command = [sys.executable, "-c", code, str(target)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(moments.uniform(0, 0.02))
            writer.kill()
        assert target.read_bytes() in wholes
    write_bytes(target, wholes[0])
    assert list(tmp_path.iterdir()) == [target]


def test_the_work_of_a_living_writer_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with atomic_path(target) as slow:
        slow.write_text("slow\n")
        write_text(target, "quick\n")
        assert slow.is_file()
    assert target.read_text() == "slow\n"


def test_content_and_name_reach_the_disk_in_this_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened = []
    real_sync, real_replace = os.fsync, Path.replace

    def sync(handle: int) -> None:
        happened.append(Path(f"/proc/self/fd/{handle}").readlink())
        real_sync(handle)

    def replace(source: Path, target: Path) -> Path:
        happened.append(target)
        return real_replace(source, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    target = tmp_path / "new" / "a.txt"
    write_text(target, "text\n")
    assert happened[0].parent == target.parent
    assert happened[0].name.startswith(".a.txt.")
    assert happened[1:] == [target, target.parent, tmp_path]


@pytest.mark.parametrize("depth", [1, 2])
def test_a_file_in_place_of_a_folder_is_named(depth: int, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine\n")
    target = (tmp_path / "taken").joinpath(*"abc"[:depth])
    with pytest.raises(UnwritableFileError, match="that stands where a folder belongs") as caught:
        write_text(target, "text\n")
    assert str(tmp_path / "taken") in str(caught.value)
    assert (tmp_path / "taken").read_text() == "mine\n"


def test_a_folder_in_place_of_a_file_stays(tmp_path: Path) -> None:
    (tmp_path / "a.txt" / "b").mkdir(parents=True)
    with pytest.raises(UnwritableFileError, match="that stands where a file belongs"):
        write_text(tmp_path / "a.txt", "text\n")
    assert list(tmp_path.iterdir()) == [tmp_path / "a.txt"]


def test_a_read_only_folder_keeps_the_old_file(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    target = folder / "a.txt"
    write_text(target, "old\n")
    folder.chmod(0o555)
    try:
        if os.access(folder, os.W_OK):
            pytest.skip("permissions do not bind root; the read-only disk below stands in")
        with pytest.raises(UnwritableFileError, match="Make the folder writable"):
            write_text(target, "new\n")
    finally:
        folder.chmod(0o755)
    assert target.read_text() == "old\n"
    assert list(folder.iterdir()) == [target]


def test_a_read_only_disk_keeps_the_old_file(small_disk: Path) -> None:
    target = small_disk / "a.txt"
    write_text(target, "old\n")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(UnwritableFileError, match="Make the file system writable"):
        write_text(target, "new\n")
    assert target.read_text() == "old\n"
    assert list(small_disk.iterdir()) == [target]


def test_an_error_about_another_file_keeps_its_name(tmp_path: Path) -> None:
    with (
        pytest.raises(FileNotFoundError, match=r"source\.txt"),
        atomic_path(tmp_path / "a.txt") as temporary,
    ):
        shutil.copyfile(tmp_path / "source.txt", temporary)
    assert not list(tmp_path.iterdir())


def test_other_errors_of_hdf5_are_not_about_the_disk(tmp_path: Path) -> None:
    def write_twice() -> None:
        with (
            atomic_path(tmp_path / "a.hdf5") as temporary,
            h5py.File(temporary, "w") as file,
        ):
            file.create_dataset("a", data=[1])
            file.create_dataset("a", data=[1])

    with pytest.raises(ValueError, match="name already exists"):
        write_twice()


def test_the_user_sees_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("")
    (tmp_path / "jobs").mkdir()
    measured = "s\tmax_rss\tcpu_time\n1.0\t2.0\t3.0\n"
    (tmp_path / "jobs" / "fit.tsv").write_text(measured)
    arguments = ["--benchmarks", str(tmp_path / "jobs"), "--output", str(tmp_path / "taken/t.csv")]
    with pytest.raises(SystemExit) as stopped:
        main(["list-times", *arguments])
    assert stopped.value.code == 1
    error = capsys.readouterr().err
    assert error.startswith(f"mutspad: error: {tmp_path / 'taken'}: expected to write ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_an_error_of_the_last_flush_leaves_the_old_file(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_text(tmp_path / "a.txt", "old\n")

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UnwritableFileError, match=os.strerror(number)):
        write_text(tmp_path / "a.txt", "new\n")
    assert (tmp_path / "a.txt").read_text() == "old\n"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"a": 1,\n "b": }\n', r"a\.json:2: expected JSON, found: Expecting value"),
        (b"", r"a\.json:1: expected JSON"),
        (b'{\n"a":\n"\xfc"}', r"a\.json:3: expected UTF-8 text, found the byte 0xfc"),
        (b"[" * 100_000, r"a\.json: expected JSON of ordinary depth, found: "),
        (b"1" * 5000, r"a\.json: expected JSON of ordinary depth, found: "),
    ],
)
def test_a_damaged_file_is_named_with_its_line(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(MutspadError, match=message) as caught:
        read_json(path)
    assert isinstance(caught.value, ValueError)
