"""Describe the resolved parameters and the substitutes of an experiment."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tabulate import tabulate

from mutspad.config import Params
from mutspad.report.paper import read_paper
from mutspad.report.records import Setting
from mutspad.report.tables.form import NOT_APPLICABLE, name_corpora, name_task, note_data

# Mappings of like things: one row each, instead of one line a value.
RECORDS = ("domains", "encoders", "methods", "training_of")


def describe_parameters(params: Params, setting: Setting) -> str:
    """Describe an experiment in Markdown: its data, then every parameter, section by section."""
    raw = params.model_dump(mode="json")
    general = {key: value for key, value in raw.items() if not isinstance(value, Mapping)}
    sections = {key: value for key, value in raw.items() if isinstance(value, Mapping)}
    parts = [
        f"# Parameters ({setting.experiment})",
        f"`params.yaml` with the overlay of the experiment `{setting.experiment}` laid over it. "
        "A phase or a model may override `training`. `none`: not used, or no limit.",
        "## Data and substitutes",
        *_describe_data(setting),
        "## general",
        _tabulate_values(general),
    ]
    for name, section in sections.items():
        leaves = dict(_walk(name, section))
        values = {key: value for key, value in leaves.items() if key not in RECORDS}
        parts += [f"## {name}", *([_tabulate_values(values)] if values else [])]
        for key in leaves:
            if key in RECORDS:
                parts += [*([f"### {key}"] if key != name else []), _tabulate_records(leaves[key])]
    return "\n\n".join(parts) + "\n"


def _describe_data(setting: Setting) -> Iterator[str]:
    """Describe the corpora of each task and the substitutes."""
    if setting.synthetic:
        yield "The corpora are synthetic, made by this project; the paper's are not among them."
    rows = [
        [
            name_task(summary),
            name_corpora(summary),
            summary.substitute_for or NOT_APPLICABLE,
            f"{summary.used['train'].tokens:,}",
        ]
        for summary in setting.summaries
    ]
    headers = ["Task", "Corpora", "In place of", "Training tokens"]
    yield tabulate(rows, headers, tablefmt="github", disable_numparse=True)
    yield "\n".join(f"- {note}." for note in note_data(setting))


def _walk(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """List the values below a key by their dotted names."""
    if isinstance(value, Mapping) and value and key not in RECORDS:
        for name, inner in value.items():
            yield from _walk(f"{key}.{name}", inner)
    else:
        yield key, value


def _tabulate_values(values: Mapping[str, Any]) -> str:
    """Tabulate values beside those of the paper."""
    paper = {key: value for key, value in read_paper().hyper_parameters.items() if key in values}
    rows = [
        [f"`{key}`", _format(value), *([_format(paper[key])] if key in paper else [])]
        for key, value in values.items()
    ]
    headers = ["Parameter", "Value", *(["Paper (5.3)"] if paper else [])]
    return tabulate(rows, headers, "github", disable_numparse=True)


def _tabulate_records(records: Mapping[str, Mapping[str, Any] | None]) -> str:
    """Tabulate records of one kind, a row each; leave out empty columns."""
    # A method that the experiment leaves out is none.
    filled = {name: record or {} for name, record in records.items()}
    columns = [
        column
        for column in dict.fromkeys(key for record in filled.values() for key in record)
        if any(record.get(column) for record in filled.values())
    ]
    rows = [
        [f"`{name}`", *(_format(record[key]) if record.get(key) else "" for key in columns)]
        for name, record in filled.items()
    ]
    return tabulate(rows, ["", *columns], "github", disable_numparse=True)


def _format(value: Any) -> str:
    """Format a value as code: text as it is, `none`, otherwise JSON without its quotes."""
    if value is None:
        return "`none`"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    unquoted = text.replace('"', "")
    return f"`{unquoted}`"
