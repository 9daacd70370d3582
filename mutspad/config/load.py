"""Read `params.yaml`, lay an experiment and the command line over it, and check the result."""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mutspad.config.base import TRAINED_PHASES
from mutspad.config.document import Document, read_scalar
from mutspad.config.mistakes import Mistake, Place, expected, read_mistakes
from mutspad.config.network import TrainingParams
from mutspad.config.params import Params, known_keys
from mutspad.config.validate import find_mistakes
from mutspad.errors import ConfigError

COMMAND_LINE = "the command line (--config, --configfile)"


def load_params(path: str | Path, command_line: Mapping[str, Any] | None = None) -> Params:
    """Read the parameters of the experiment that the file, or else the command line, names.

    What stands on the command line wins over the experiment's overlay.
    """
    document = Document.open(path)
    return parse_params(document.values, document, command_line)


def parse_params(
    raw: Any, document: Document | None = None, command_line: Mapping[str, Any] | None = None
) -> Params:
    """Lay the named experiment, then the command line, over the parameters; check the result."""
    document = document or Document("params.yaml", "")
    top = copy.deepcopy(dict(command_line or {}))
    base = overlay(raw if isinstance(raw, Mapping) else {}, top)
    name, overlays = base.get("experiment"), base.pop("experiments", None)
    if not isinstance(overlays, Mapping):
        raise document.error([Mistake(("experiments",), expected("overlays by name", overlays))])
    if not isinstance(name, str) or name not in overlays:
        known = f"one of {', '.join(sorted(map(str, overlays)))}"
        raise _error(document, [Mistake(("experiment",), expected(known, name))], None, top)
    if not isinstance(overlays[name], Mapping):
        text = expected("a mapping, {} for none", overlays[name])
        raise document.error([Mistake(("experiments", name), text)])
    top.pop("experiments", None)
    layers = (raw, overlays[name])
    values = overlay(_drop_overrides(overlay(base, overlays[name]), top.get("training")), top)
    values = _sort_patterns(values, _list_names("training_of", *layers))
    unknown = list(_unknown_methods(top, _list_names("methods", *layers)))
    mistakes, read = unknown or list(_invalid(values)), set[Place]()
    # Overrides are checked once all else is right, so their text is found in a second round.
    while texts := [m.place for m in mistakes if isinstance(_find(top, m.place), str)]:
        if read.issuperset(texts):
            break
        for place in texts:
            _replace(values, place, _read_text(place, _find(top, place)))
        read.update(texts)
        mistakes = list(_invalid(values))
    mistakes = mistakes or find_mistakes(Params.model_validate(values))
    if mistakes:
        raise _error(document, mistakes, name, top)
    return Params.model_validate(values)


def overlay(base: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    """Lay `top` over `base`: mappings merge key by key, anything else is replaced."""
    merged = dict(base)
    for key, value in top.items():
        below = merged.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            merged[key] = overlay(below, value)
        else:
            merged[key] = value
    return merged


def _drop_overrides(values: dict[str, Any], training: Any) -> dict[str, Any]:
    """Drop overrides of `training` whose key the command line sets in `training` itself."""
    values = copy.deepcopy(values)
    for place in _list_overrides(values):
        override = _find(values, place)
        if isinstance(override, dict) and isinstance(training, Mapping):
            for key in training:
                override.pop(key, None)
    return values


def _list_overrides(values: Mapping[str, Any]) -> Iterator[Place]:
    """List where keys of `training` are overridden."""
    yield from ((phase,) for phase in TRAINED_PHASES)
    yield from (("training_of", pattern) for pattern in _list_names("training_of", values))
    yield "distil", "training"
    yield from (("encoders", name, "training") for name in _list_names("encoders", values))


def _sort_patterns(values: dict[str, Any], of_file: Iterable[str]) -> dict[str, Any]:
    """Put patterns of `training_of` that only the command line has behind the file's: they win."""
    patterns = values.get("training_of")
    if not isinstance(patterns, Mapping):
        return values
    order = dict.fromkeys([*(name for name in of_file if name in patterns), *patterns])
    return {**values, "training_of": {name: patterns[name] for name in order}}


def _list_names(section: str, *layers: Any) -> list[str]:
    """List the keys of a section in the layers of the file, the base and the experiment."""
    sections = [layer.get(section) for layer in layers if isinstance(layer, Mapping)]
    return [name for each in sections if isinstance(each, Mapping) for name in each]


def _unknown_methods(command_line: Mapping[str, Any], known: Sequence[str]) -> Iterator[Mistake]:
    """Find methods that the command line leaves out and the file does not have."""
    methods = command_line.get("methods")
    for name, method in methods.items() if isinstance(methods, Mapping) else ():
        if method is None and name not in known:
            yield Mistake(
                ("methods", name), expected(f"one of {', '.join(known)} to leave out", name)
            )


def _invalid(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Check types and ranges, those of every override of `training` included."""
    try:
        params = Params.model_validate(values)
    except ValidationError as error:
        yield from read_mistakes(error, known=known_keys())
        return
    base = params.training.model_dump(mode="json")
    for place in _list_overrides(values):
        try:
            TrainingParams.model_validate(overlay(base, _find(values, place) or {}))
        except ValidationError as error:
            yield from read_mistakes(error, place, known=known_keys())


def _error(
    document: Document,
    mistakes: Iterable[Mistake],
    experiment: str | None,
    command_line: Mapping[str, Any],
) -> ConfigError:
    """Name the command line for what stands there, else the file and the line."""
    lines = [
        f"{COMMAND_LINE}: {mistake}"
        if mistake.place and _find(command_line, mistake.place) is not None
        else str(document.error([mistake], experiment))
        for mistake in mistakes
    ]
    return ConfigError("\n".join(lines))


def _read_text(place: Place, text: str) -> Any:
    """Read a value that the command line handed over as text."""
    try:
        return read_scalar(text)
    except ConfigError as error:
        key = ".".join(map(str, place))
        raise ConfigError(f"{COMMAND_LINE}: {key}: {str(error).partition(': ')[2]}") from None


def _find(values: Any, place: Place) -> Any:
    """Return what stands at a place, or None."""
    for part in place:
        is_key = isinstance(values, Mapping) and part in values
        is_index = isinstance(values, list) and isinstance(part, int) and part < len(values)
        if not (is_key or is_index):
            return None
        values = values[part]
    return values


def _replace(values: Any, place: Place, value: Any) -> None:
    """Put a value at a place that there is."""
    for part in place[:-1]:
        values = values[part]
    values[place[-1]] = value
