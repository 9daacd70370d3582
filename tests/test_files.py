"""A reader finds the old file or the new one, never half of one."""

from pathlib import Path

import pytest

from mutspad.errors import MutspadError
from mutspad.files import atomic_path, read_json, write_json, write_text


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


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"a": 1,\n "b": }\n', r"a\.json:2: expected JSON, found: Expecting value"),
        (b"", r"a\.json:1: expected JSON"),
        (b'{\n"a":\n"\xfc"}', r"a\.json:3: expected UTF-8 text, found the byte 0xfc"),
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
