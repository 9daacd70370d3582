"""The words that activate each unit most: the contents of `activations.json` (paper 5.5)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mutspad.errors import MutspadError

DECIMALS = 4


@dataclass(frozen=True, slots=True)
class UnitWords:
    """Words by their greatest activation of one unit above 0 and least below, strongest first."""

    positive: tuple[tuple[str, float], ...]
    negative: tuple[tuple[str, float], ...]

    def strongest(self, count: int) -> list[tuple[str, float]]:
        """Return the words of both signs by absolute activation, then by word; each word once."""
        both = (*self.positive, *self.negative)
        once: dict[str, float] = {}
        for word, value in sorted(both, key=lambda item: (-abs(item[1]), item[0])):
            once.setdefault(word, value)
        return list(once.items())[:count]


_FILE = TypeAdapter(dict[int, UnitWords])


def to_json(units: Mapping[int, UnitWords]) -> dict[str, Any]:
    """Return the words of all units as a JSON value."""
    value: dict[str, Any] = json.loads(_FILE.dump_json(dict(units)))
    return value


def read_unit_words(path: str | Path) -> dict[int, UnitWords]:
    """Read the words of all units."""
    try:
        return _FILE.validate_json(Path(path).read_bytes())
    except (OSError, ValidationError) as error:
        raise MutspadError(f"{path}: expected the words of each unit, found {error}") from None
