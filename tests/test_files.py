"""A reader finds the old file or the new one, never half of one."""

from pathlib import Path

import pytest

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
