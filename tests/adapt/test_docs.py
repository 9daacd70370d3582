"""The recipes of docs/adapt.md pass the check, with sentences of our own in their files."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from mutspad.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs" / "adapt.md").read_text()
RECIPES = re.findall(r"^```yaml\n(name: .*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda text: yaml.safe_load(text)["name"])
def test_a_worked_example_passes_its_check(
    tmp_path: Path,
    recipe: str,
    trees: Callable[[int], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for variable in ("MUTSPAD_MIRROR", "MUTSPAD_LICENSED"):
        monkeypatch.delenv(variable, raising=False)
    path = tmp_path / "recipe.yaml"
    path.write_text(recipe)
    for number, name in enumerate(re.findall(r": (\S+\.conllu)$", recipe, re.MULTILINE)):
        (tmp_path / name).write_text(trees(number))
    with pytest.raises(SystemExit) as stopped:
        main(["adapt", str(path), "--check"])
    printed = capsys.readouterr()
    assert stopped.value.code == 0, printed.err
    assert "error:" not in printed.out


def test_there_are_two_worked_examples() -> None:
    assert len(RECIPES) == 2
