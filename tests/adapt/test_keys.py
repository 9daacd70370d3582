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
