"""Write the keys of a recipe into `docs/adapt.md`, and their JSON schema: `python docs/keys.py`."""

import json
import re
from pathlib import Path

from pydantic_core import PydanticUndefined

from mutspad.adapt.recipe import Described, Recipe, RecipeCorpus, RecipeDomain, RecipeVectors

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "adapt.md"
SCHEMA = DOCS / "recipe.schema.json"
BEGIN, END = "<!-- keys:begin -->\n", "<!-- keys:end -->"
SECTIONS: dict[str, type[Described]] = {
    "": Recipe,
    "source.": RecipeDomain,
    "source.corpora[].": RecipeCorpus,
    "vectors.": RecipeVectors,
}


def tabulate_keys() -> str:
    """Tabulate every key: default and meaning; `target` has those of `source`."""
    lines = ["| key | default | meaning |", "|---|---|---|"]
    for prefix, section in SECTIONS.items():
        for name, field in section.model_fields.items():
            value = field.get_default(call_default_factory=True)
            default = "needed" if value is PydanticUndefined else f"`{json.dumps(value)}`"
            lines.append(f"| `{prefix}{name}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def build_schema() -> str:
    """Build the JSON schema of a recipe."""
    return json.dumps(Recipe.model_json_schema(), indent=2) + "\n"


def replace_keys(page: str) -> str:
    """Put the table between its markers."""
    pattern = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    return pattern.sub(lambda _: f"{BEGIN}{tabulate_keys()}{END}", page)


if __name__ == "__main__":
    PAGE.write_text(replace_keys(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    SCHEMA.write_text(build_schema(), encoding="utf-8")
