"""The picture in the architecture page equals the import graph of the code, without cycles."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

spec = importlib.util.spec_from_file_location("draw", ROOT / "docs" / "draw.py")
assert spec is not None
assert spec.loader is not None
draw = importlib.util.module_from_spec(spec)
spec.loader.exec_module(draw)


def test_the_picture_is_that_of_the_code() -> None:
    page = draw.PAGE.read_text(encoding="utf-8")
    assert draw.replace_picture(page, draw.draw(draw.read_graph())) == page, "python docs/draw.py"


def test_arrows_that_follow_from_others_are_left_out() -> None:
    graph = {"a": {"b", "c"}, "b": {"c"}, "c": set()}
    assert draw.reduce(graph) == {"a": {"b"}, "b": {"c"}, "c": set()}


def test_a_circle_is_an_error() -> None:
    with pytest.raises(ValueError, match="cycle"):
        draw.reduce({"a": {"b"}, "b": {"a"}})
