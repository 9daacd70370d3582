"""What is wrong with parameters: where it stands, what was expected, what was found."""

import difflib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from pydantic import ValidationError

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """Name the key that is wrong and why."""

    place: Place
    text: str

    def __str__(self) -> str:
        """Begin with the key, when it is not the whole that is wrong."""
        key = ".".join(map(str, self.place))
        return f"{key}: {self.text}" if key else self.text


def expected(what: str, found: object) -> str:
    """Build the text of a mistake."""
    text = f"'{found}'" if isinstance(found, str) else show(found)
    return f"expected {what}, found {text[:80]}"


def one_of(names: Iterable[str]) -> str:
    """List what a name can be."""
    return f"one of {', '.join(sorted(names))}"


def show(found: object) -> str:
    """Print a value as JSON, cut where the line ends."""
    return json.dumps(found, default=str)[:80]


def read_mistakes(
    error: ValidationError, section: Place = (), known: Collection[str] = ()
) -> Iterator[Mistake]:
    """Turn pydantic's errors below `section` into mistakes; `known` are the keys to hint at."""
    for detail in error.errors():
        place = section + tuple(part for part in detail["loc"] if part != "[key]")
        if detail["type"] == "extra_forbidden":
            near = difflib.get_close_matches(str(place[-1]), known, n=1, cutoff=0.7)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            yield Mistake(place, f"unknown key{hint}")
        elif detail["type"] in ("missing", "json_invalid"):
            yield Mistake(place, detail["msg"])
        else:
            yield Mistake(place, f"{detail['msg']}, found {show(detail['input'])}")
