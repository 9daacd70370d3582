"""The file of parameters as text: reads its values, and finds the lines of its keys."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from mutspad.config.mistakes import Mistake, Place
from mutspad.errors import ConfigError

_TAG = "tag:yaml.org,2002:"
_CORE = {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?(0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(?i:inf)|\.(?i:nan)",
}
"""The scalars of YAML 1.2 that are not text; 010 is no integer, as YAML 1.1 would read 8."""


class _Loader(yaml.SafeLoader):
    """Read the scalars of YAML 1.2, as DVC does."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012


for _name, _pattern in _CORE.items():
    _Loader.add_implicit_resolver(f"{_TAG}{_name}", re.compile(f"^(?:{_pattern})$"), None)
_Loader.add_implicit_resolver(f"{_TAG}merge", re.compile("^<<$"), ["<"])


def read_scalar(text: str) -> Any:
    """Read a value that was given as text, such as `2`, `1e-05` or `[1, 2]`."""
    return Document("the command line", text).values


class Document:
    """Hold the values of a YAML file and the lines of its keys; `source` is named in an error."""

    def __init__(self, source: str | Path, text: str) -> None:
        self.source = source
        try:
            self._root = yaml.compose(text, Loader=_Loader)
            # YAML keeps the last of two equal keys.
            repeated = [f"{source}:{line}: {why}" for line, why in _repeated_keys(self._root, ())]
            self.values = None
            if self._root is not None and not repeated:
                self.values = _Loader("").construct_document(self._root)
        except (ValueError, RecursionError, yaml.YAMLError) as error:
            raise ConfigError(f"{source}: expected YAML, found: {error}") from None
        if repeated:
            raise ConfigError("\n".join(repeated))

    @classmethod
    def open(cls, path: str | Path) -> "Document":
        """Read a file."""
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            raise ConfigError(f"{path}: expected a file of parameters, found: {error}") from None
        return cls(path, text)

    def error(self, mistakes: Iterable[Mistake], experiment: str | None = None) -> ConfigError:
        """Build an error with one line per mistake: place, what was expected, what was found."""
        return ConfigError(
            "\n".join(
                f"{self.source}{self._line_of(mistake.place, experiment)}: {mistake}"
                for mistake in mistakes
            )
        )

    def _line_of(self, place: Place, experiment: str | None) -> str:
        """Find the line of a key as ':LINE', in the overlay first.

        A key that is missing stands where its section does, in the base first, which has whole
        sections; nothing when that is not there either.
        """
        base: tuple[str, ...] = ()
        for end in range(len(place), 0, -1):
            prefixes = [base] if experiment is None else [("experiments", experiment), base]
            for prefix in prefixes if end == len(place) else reversed(prefixes):
                line = _find_line(self._root, (*prefix, *place[:end]))
                if line is not None:
                    return f":{line}"
        return ""


def _repeated_keys(node: yaml.Node | None, place: Place) -> Iterator[tuple[int, str]]:
    """Find each key that its mapping has twice: the later line and the message."""
    if not isinstance(node, yaml.MappingNode):
        return
    seen: dict[str, int] = {}
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode):
            here, line = (*place, key.value), key.start_mark.line + 1
            if key.value in seen:
                expected = f"expected the key once, found it at line {seen[key.value]} too"
                yield line, str(Mistake(here, expected))
            seen[key.value] = line
            yield from _repeated_keys(value, here)


def _find_line(node: yaml.Node | None, place: Place) -> int | None:
    """Find the line of a key, or None when the file does not hold it."""
    line = None
    for part in place:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if pair is None:
                return None
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            if part >= len(node.value):
                return None
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            return None
    return line
