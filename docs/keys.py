"""Write the keys of parameters and of recipes into the pages: `python docs/keys.py`.

Types and defaults are those of the pydantic models, values and reasons those of `params.yaml`; the
meaning of a key is the comment behind it, in the model or in the file.
"""

import ast
import inspect
import itertools
import json
import re
import textwrap
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from mutspad.adapt.recipe import Recipe, RecipeCorpus, RecipeDomain, RecipeVectors
from mutspad.config.own_tasks import TaskParams
from mutspad.config.params import Params
from mutspad.tasks import Task

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "adapt.md"
PARAMETERS = DOCS / "parameters.md"
SCHEMA = DOCS / "recipe.schema.json"
FILE = DOCS.parent / "params.yaml"
BEGIN, END = "<!-- keys:begin -->\n", "<!-- keys:end -->"
SECTIONS: dict[str, type[BaseModel]] = {
    "": Recipe,
    "tasks.<task>.": TaskParams,
    "source.": RecipeDomain,
    "source.corpora[].": RecipeCorpus,
    "vectors.": RecipeVectors,
}
# A mapping of names of the user's: what a key of it is called on the page.
NAMES = {
    "tasks": "<task>",
    "domains": "<domain>",
    "corpora.own": "<corpus>",
    "encoders": "<encoder>",
    "methods": "<method>",
    "methods.<method>.stages": "[]",
    "study.space": "<key>",
}
KINDS = {int: "whole number", float: "number", str: "text", bool: "true or false"}
WHOLE = "methods"  # its entries stand in one row each, without their notes
LONGEST = 90  # characters of a value


def tabulate_keys() -> str:
    """Tabulate every key of a recipe: default and meaning; `target` has those of `source`."""
    lines = ["| key | default | meaning |", "|---|---|---|"]
    for prefix, section in SECTIONS.items():
        for name, field in section.model_fields.items():
            value = field.get_default(call_default_factory=True)
            default = "needed" if value is PydanticUndefined else f"`{json.dumps(value)}`"
            meaning = field.description or read_comments(section)[name]
            lines.append(f"| `{prefix}{name}` | {default} | {meaning} |")
    return "\n".join(lines) + "\n"


def tabulate_parameters() -> str:
    """Tabulate every key of `params.yaml`, section by section, and what the experiments change."""
    text = FILE.read_text(encoding="utf-8")
    said = {place: (value, why) for place, value, why in read_values(text)}
    shown: set[str] = set()
    parts = ["## The whole", _tabulate_section("", Params, said, shown, deep=False)]
    comments = read_comments(Params)
    for name, field in Params.model_fields.items():
        model = _model_of(field.annotation)
        if model is None:
            continue
        intro = [inspect.cleandoc(model.__doc__ or ""), comments[name], said.get(name, ("", ""))[1]]
        parts.append(f"## `{name}`\n\n{_sentences(intro)}")
        place = f"{name}.{NAMES[name]}" if name in NAMES else name
        parts.append(_tabulate_section(f"{place}.", model, said, shown))
    rest = {
        place: found
        for place, found in said.items()
        if place not in shown and not place.startswith("experiments")
    }
    for name in dict.fromkeys(place.partition(".")[0] for place in rest):
        rows = _rows_of(rest, f"{name}.")
        if rows:
            heading = f"### What `{name}` has in the file"
            at = next(n for n, part in enumerate(parts) if part.startswith(f"## `{name}`")) + 2
            parts[at:at] = [heading, _table(("key", "value", "why"), rows)]
    parts.append("## `experiments`\n\nEach lays these values over those above.")
    for name in yaml.safe_load(text)["experiments"]:
        rows = _rows_of(said, f"experiments.{name}.", cut=True)
        about = said[f"experiments.{name}"][1]
        parts += [f"### `{name}`" + (f"\n\n{_sentences([about])}" if about else "")]
        parts += [_table(("key", "value", "why"), rows)]
    return "\n\n".join(parts) + "\n"


def _tabulate_section(
    prefix: str,
    model: type[BaseModel],
    said: Mapping[str, tuple[str, str]],
    shown: set[str],
    *,
    deep: bool = True,
) -> str:
    """Tabulate the keys of a model; a value of the file stands before the model's default."""
    rows = []
    for place, field, meaning in _walk(prefix, model, deep=deep):
        value, why = said.get(place, ("", ""))
        shown.update(itertools.accumulate(place.split("."), "{}.{}".format))
        if not value:
            value = _find(said, place)
        if place.startswith("distil.model.") and not why:
            why = f"see {_code(place.removeprefix('distil.'))}"
            meaning = ""
        if not value:
            default = field.get_default(call_default_factory=True)
            value = "needed" if default is PydanticUndefined else _code(json.dumps(default))
            if any(other.startswith(f"{place}.") for other in said):
                value = "see below"
        kind = describe_type(field.annotation, field.metadata)
        rows.append((_code(place), kind, value, "; ".join(filter(None, (meaning, why)))))
    return _table(("key", "type", "default", "meaning, and why"), rows)


def _find(said: Mapping[str, tuple[str, str]], place: str) -> str:
    """Find a value within one that stands on one line."""
    above, _, name = place.rpartition(".")
    inline = said.get(above, ("", ""))[0].strip("`")
    values = json.loads(inline) if inline.startswith("{") else {}
    return _code(json.dumps(values[name])) if name in values else ""


def _walk(
    prefix: str, model: type[BaseModel], *, deep: bool
) -> Iterator[tuple[str, FieldInfo, str]]:
    """Yield place, field and comment of every key of a model and of the models below it."""
    comments = read_comments(model)
    for name, field in model.model_fields.items():
        place = f"{prefix}{name}"
        below = _model_of(field.annotation)
        if below is not None and not deep:
            continue
        if below is None or place in NAMES or field.annotation is not below:
            yield place, field, comments[name]
        if below is not None:
            yield from _walk(f"{place}{_inside(place)}.", below, deep=deep)


def _inside(place: str) -> str:
    """Return what stands between a key and the keys of its values."""
    name = NAMES.get(place, "")
    return f".{name}" if name.startswith("<") else name


def read_comments(model: type[BaseModel]) -> dict[str, str]:
    """Read the comment above or behind each field of a model, those that it inherits included."""
    inherited = [read_comments(base) for base in model.__bases__ if base.__annotations__]
    lines = textwrap.dedent(inspect.getsource(model)).splitlines()
    (tree,) = ast.parse("\n".join(lines)).body
    comments = {name: text for each in inherited for name, text in each.items()}
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
            behind = lines[last][node.end_col_offset :].partition("# ")[2]
            comments[node.target.id] = " ".join(filter(None, [_above(lines, first), behind]))
    return comments


def read_values(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield place, value and comment of each key of a YAML file; a block has no value."""
    lines = text.splitlines()

    def read(node: yaml.Node, place: str) -> Iterator[tuple[str, str, str]]:
        if not isinstance(node, yaml.MappingNode):
            return
        for key, value in node.value:
            here = f"{place}{key.value}"
            line = key.start_mark.line
            whole = place.endswith(f"{WHOLE}.")
            is_block = isinstance(value, yaml.MappingNode) and not (value.flow_style or whole)
            behind = re.search(r" # (.*)$", lines[line])
            why = [_above(lines, line), behind[1] if behind else ""]
            shown = "" if is_block else _show(value)
            yield here, shown, "; ".join(filter(None, why))
            if is_block:
                yield from read(value, f"{here}.")

    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is not None:
        yield from read(root, "")


def describe_type(annotation: Any, metadata: Any = ()) -> str:
    """Describe a type in words."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return describe_type(arguments[0], arguments[1:])
    if annotation is type(None):
        return "`null`"
    if origin in (Union, types.UnionType):
        return " or ".join(describe_type(argument) for argument in arguments)
    if origin is Literal:
        return " or ".join(_code(str(argument)) for argument in arguments)
    if origin is list:
        return f"list of: {describe_type(arguments[0])}"
    if origin is tuple:
        return " and ".join(describe_type(argument) for argument in arguments)
    if annotation == dict[str, Any]:
        return "keys of `training`"
    if origin is dict:
        return f"{describe_type(arguments[0])} → {describe_type(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "keys below"
    if annotation is Task:
        return "task"
    return KINDS[annotation] + _describe_bounds(metadata)


def _describe_bounds(metadata: Any) -> str:
    """Describe the bounds of a number; those of the machine's integers go without saying."""
    signs = {"gt": "> ", "ge": "≥ ", "lt": "< ", "le": "≤ "}
    flat = [part for item in metadata for part in (getattr(item, "metadata", None) or [item])]
    bounds = [
        f"{sign}{bound:g}"
        for name, sign in signs.items()
        for item in flat
        if (bound := getattr(item, name, None)) is not None and bound < 2**31
    ]
    return f" {', '.join(bounds)}" if bounds else ""


def _model_of(annotation: Any) -> type[BaseModel] | None:
    """Return the model in an annotation, or None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for a in get_args(annotation) if (found := _model_of(a))), None)


def _rows_of(
    said: Mapping[str, tuple[str, str]], prefix: str, *, cut: bool = False
) -> list[tuple[str, str, str]]:
    """List the keys that have a value, and blocks that have a comment."""
    return [
        (_code(place.removeprefix(prefix) if cut else place), value, why)
        for place, (value, why) in said.items()
        if place.startswith(prefix) and (value or why)
    ]


def _above(lines: list[str], line: int) -> str:
    """Join the comment lines directly above a line, of the same depth."""
    depth = len(lines[line]) - len(lines[line].lstrip())
    found: list[str] = []
    while line and lines[line - 1].startswith(f"{' ' * depth}# "):
        line -= 1
        found.insert(0, lines[line].strip().removeprefix("# "))
    return " ".join(found)


def _show(node: yaml.Node) -> str:
    """Show a value as YAML on one line; long text is cut."""
    value = yaml.SafeLoader("").construct_document(node)
    if isinstance(value, dict):
        value.pop("note", None)
    if isinstance(value, str):
        shown = value if len(value) <= LONGEST else f"{value[:LONGEST].rsplit(' ', 1)[0]} …"
    else:
        shown = json.dumps(value, ensure_ascii=False)
    return _code(shown)


def _code(text: str) -> str:
    return f"`{text}`"


def _sentences(parts: list[str]) -> str:
    """Join what is said into sentences."""
    said = [part.strip() for part in parts if part]
    return " ".join(
        f"{part[0].upper()}{part[1:]}" + ("" if part.endswith(".") else ".") for part in said
    )


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(_escape, cells))} |" for cells in lines)


def _escape(cell: str) -> str:
    """Keep a bar within a cell."""
    return cell.replace("|", "\\|")


def build_schema() -> str:
    """Build the JSON schema of a recipe."""
    return json.dumps(Recipe.model_json_schema(), indent=2) + "\n"


def replace_keys(page: str, keys: str | None = None) -> str:
    """Put a table between the markers of a page; by default, that of recipes."""
    pattern = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    return pattern.sub(lambda _: f"{BEGIN}{keys or tabulate_keys()}{END}", page)


if __name__ == "__main__":
    PAGE.write_text(replace_keys(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    SCHEMA.write_text(build_schema(), encoding="utf-8")
    page = PARAMETERS.read_text(encoding="utf-8")
    PARAMETERS.write_text(replace_keys(page, tabulate_parameters()), encoding="utf-8")
