"""A reader finds the old file or the new one, never half of one."""

import subprocess
import sys
from pathlib import Path

import pytest

from mutspad.cli.main import main
from mutspad.errors import MutspadError
from mutspad.files import atomic_path, read_json, write_csv, write_json, write_text


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


def test_a_kill_leaves_the_old_file_and_the_next_writer_tidies_up(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    write_text(target, "old\n")
    program = (
        "import os, signal, sys\n"
        "from mutspad.files import atomic_path\n"
        "with atomic_path(sys.argv[1]) as temporary:\n"
        "    temporary.write_text('ne')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(target)], check=False)
    assert target.read_text() == "old\n"
    assert len(list(tmp_path.iterdir())) == 2
    write_text(target, "new\n")
    assert target.read_text() == "new\n"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("place", ["taken/times.csv", "folder"])
def test_a_file_that_cannot_be_written_is_one_message(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("")
    (tmp_path / "folder" / "full").mkdir(parents=True)
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "fit.tsv").write_text("s\tmax_rss\tcpu_time\n1.0\t2.0\t3.0\n")
    arguments = ["--benchmarks", str(tmp_path / "jobs"), "--output", str(tmp_path / place)]
    with pytest.raises(SystemExit) as stopped:
        main(["list-times", *arguments])
    assert stopped.value.code == 1
    error = capsys.readouterr().err
    assert error.startswith(f"mutspad: error: {tmp_path}/")
    assert error.count("\n") == 1
    assert (tmp_path / "taken").read_text() == ""


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


def test_a_csv_has_a_header_six_digits_and_a_line_a_row(tmp_path):
    rows = [
        {"epoch": 0, "rate": 0.123456789, "best": True},
        {"epoch": 1, "rate": 2.0, "best": False},
    ]
    write_csv(tmp_path / "rows.csv", rows)
    text = (tmp_path / "rows.csv").read_bytes()
    assert text == b"epoch,rate,best\n0,0.123457,True\n1,2,False\n"
