"""The keys and the schema in docs/ are those of the code."""

import importlib.util
from pathlib import Path

PATH = Path(__file__).parents[2] / "docs" / "keys.py"
spec = importlib.util.spec_from_file_location("keys", PATH)
assert spec is not None
assert spec.loader is not None
keys = importlib.util.module_from_spec(spec)
spec.loader.exec_module(keys)


def test_the_page_and_the_schema_are_those_of_the_code() -> None:
    page = keys.PAGE.read_text(encoding="utf-8")
    assert keys.replace_keys(page) == page, "python docs/keys.py"
    assert keys.SCHEMA.read_text(encoding="utf-8") == keys.build_schema(), "python docs/keys.py"


def test_every_key_says_what_it_means() -> None:
    assert "| None |" not in keys.tabulate_keys()


def test_the_page_of_parameters_is_that_of_the_models_and_the_file() -> None:
    page = keys.PARAMETERS.read_text(encoding="utf-8")
    assert keys.replace_keys(page, keys.tabulate_parameters()) == page, "python docs/keys.py"


def test_every_parameter_is_listed_and_says_what_it_means() -> None:
    page = keys.PARAMETERS.read_text(encoding="utf-8")
    for place, value, _ in keys.read_values(keys.FILE.read_text(encoding="utf-8")):
        if value and not place.startswith("experiments."):
            inner = place in ("distil.model.parser",)
            assert f"`{place}" in page or inner, place
    unsaid = [
        line for line in page.splitlines() if line.count(" | ") == 3 and line.endswith("|  |")
    ]
    assert not unsaid
