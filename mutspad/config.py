"""Typed, closed parameters: read `params.yaml`, lay an experiment over it, resolve one run.

Only the workflow calls `parse_params`; every step receives a resolved file, never `params.yaml`.
"""

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mutspad.errors import ConfigError
from mutspad.tasks import Task

Positive = Annotated[int, Field(gt=0)]
Rate = Annotated[float, Field(ge=0.0, lt=1.0)]
Domain = Literal["news", "tweets"]
Split = Literal["train", "dev", "test"]
Phase = Literal["baselines", "pretrain", "finetune", "as-is"]
TRAINED_PHASES: tuple[Phase, ...] = ("baselines", "pretrain", "finetune")


class Closed(BaseModel):
    """Refuse unknown keys and changes after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class DemoSizes(Closed):
    """Count the sentences of one demo domain, for each task and split."""

    train: Positive
    dev: Positive
    test: Positive


class DemoParams(Closed):
    """Describe the synthetic corpora."""

    seed: int
    news: DemoSizes
    tweets: DemoSizes


class CorporaParams(Closed):
    """Say which corpora serve which domain and task, and what is done to them."""

    domains: dict[str, dict[Annotated[Task, Field(strict=False)], str]]
    substitutes: dict[str, list[str]]
    substitution: bool
    anonymised: list[str]
    held_out: Rate
    held_out_seed: int
    token_budget: dict[str, Positive]
    token_budget_seed: int
    demo: DemoParams | None


class VectorsParams(Closed):
    """Say where the word vectors come from."""

    source: str
    substitute: str | None
    dim: Positive
    lowercase: bool


class ParserParams(Closed):
    """Size the dependency branch (Stanford parser, paper 3.2 and 5.3)."""

    hidden: Positive
    layers: Positive
    biaffine: Positive
    dropout: Rate
    word_dropout: Rate


class ModelParams(Closed):
    """Size the network (paper 5.3)."""

    char_dim: Positive
    char_hidden: Positive
    tagger_hidden: Positive
    pos_reduction: Positive
    chunk_reduction: Positive
    dropout: Rate
    unknown_rate: Rate
    parser: ParserParams


class TrainingParams(Closed):
    """Set the optimiser, the schedule and early stopping (paper 4.1, 4.2.1 and 5.3)."""

    batch_sentences: Positive
    learning_rate: Annotated[float, Field(gt=0.0)]
    momentum: Rate
    decay: Annotated[float, Field(ge=0.0)]
    clip_norm: Annotated[float, Field(gt=0.0)]
    max_epochs: Positive
    patience: Positive
    loss_weights: dict[
        Annotated[Task, Field(strict=False)], Annotated[float, Field(gt=0.0, le=1.0)]
    ]


class LabelParams(Closed):
    """Map target labels to the source labels that mean the same (paper 4.1)."""

    equivalents: dict[Annotated[Task, Field(strict=False)], dict[str, str]]


class DecodingParams(Closed):
    """Say in which domains a tree may have several roots."""

    multi_root: dict[str, bool]


class RunParams(Closed):
    """Describe one trained model of a table's row."""

    phase: Phase
    domain: str
    tasks: list[Annotated[Task, Field(strict=False)]]
    parent: str | None = None
    unified: bool = False
    training: dict[str, Any] = {}


RowRuns = dict[str, dict[Annotated[Task, Field(strict=False)], str]]


class ReportParams(Closed):
    """Name the run behind every cell of the tables."""

    table2: RowRuns
    table3: RowRuns

    def runs(self) -> list[str]:
        """List every run behind a cell, once, in the order of the tables."""
        rows = [*self.table2.values(), *self.table3.values()]
        return list(dict.fromkeys(run for row in rows for run in row.values()))


class Params(Closed):
    """Hold one experiment's parameters, complete and checked."""

    experiment: str
    seeds: Annotated[list[Annotated[int, Field(ge=0, lt=2**32)]], Field(min_length=1)]
    corpora: CorporaParams
    vectors: VectorsParams
    model: ModelParams
    training: TrainingParams
    baselines: dict[str, Any]
    pretrain: dict[str, Any]
    finetune: dict[str, Any]
    labels: LabelParams
    decoding: DecodingParams
    runs: dict[str, RunParams]
    unify: dict[str, dict[Annotated[Task, Field(strict=False)], str]]
    report: ReportParams

    @model_validator(mode="after")
    def _check_references(self) -> Self:
        if len(set(self.seeds)) != len(self.seeds):
            raise ValueError(f"seeds: expected distinct seeds, found {self.seeds}")
        for name, run in self.runs.items():
            if run.domain not in self.corpora.domains:
                raise ValueError(
                    f"runs.{name}.domain: expected one of {sorted(self.corpora.domains)}, "
                    f"found '{run.domain}'"
                )
            if (run.parent is not None) != (run.phase in ("finetune", "as-is")):
                raise ValueError(
                    f"runs.{name}.parent: expected a parent exactly for the phases finetune and "
                    f"as-is, found phase {run.phase} with parent {run.parent}"
                )
            if run.parent is not None and run.parent not in self.runs:
                raise ValueError(
                    f"runs.{name}.parent: expected the name of a run, found '{run.parent}'"
                )
            if run.unified and run.domain not in self.unify:
                raise ValueError(
                    f"runs.{name}.unified: expected an entry unify.{run.domain}, found none"
                )
        cells = {
            f"report.{table}.{row}.{task}": run
            for table, rows in (("table2", self.report.table2), ("table3", self.report.table3))
            for row, cell in rows.items()
            for task, run in cell.items()
        } | {
            f"unify.{domain}.{task}": run
            for domain, labellers in self.unify.items()
            for task, run in labellers.items()
        }
        for key, run_name in cells.items():
            if run_name not in self.runs:
                raise ValueError(f"{key}: expected the name of a run, found '{run_name}'")
            if Task(key.rsplit(".", 1)[1]) not in self.runs[run_name].tasks:
                raise ValueError(f"{key}: the run '{run_name}' does not have this task")
        return self


class Run(Closed):
    """Hold everything that one run needs to know; `results/<experiment>/runs/<run>.json`."""

    name: str
    experiment: str
    phase: Phase
    domain: str
    tasks: list[Annotated[Task, Field(strict=False)]]
    parent: str | None
    unified: bool
    corpora: dict[Annotated[Task, Field(strict=False)], str]
    multi_root: bool
    equivalents: dict[Annotated[Task, Field(strict=False)], dict[str, str]]
    model: ModelParams
    training: TrainingParams


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


def parse_params(raw: Mapping[str, Any], source: str | Path = "params.yaml") -> Params:
    """Lay the named experiment over the parameters and check the result.

    Parameters
    ----------
    raw
        What `params.yaml` holds, command line overrides included.
    source
        The file to name in an error.

    Raises
    ------
    ConfigError
        For an unknown experiment, an unknown key, a wrong type or a dangling reference; with file,
        line, what was expected and what was found.
    """
    overlays = raw.get("experiments", {})
    name = raw.get("experiment")
    if not isinstance(overlays, Mapping) or name not in overlays:
        known = ", ".join(sorted(map(str, overlays)))
        line = _line_of(source, ("experiment",))
        raise ConfigError(f"{source}{line}: experiment: expected one of {known}, found '{name}'")
    base = {key: value for key, value in raw.items() if key != "experiments"}
    merged = overlay(base, overlays[name] or {})
    try:
        params = Params.model_validate(merged)
        for run_name in params.runs:
            resolve_run(params, run_name)
    except ValidationError as error:
        raise ConfigError(_explain(error, source, str(name))) from None
    return params


def resolve_run(params: Params, name: str) -> Run:
    """Collect what the run `name` needs, phase and run overrides of `training` applied."""
    spec = params.runs[name]
    phase_overrides = {} if spec.phase == "as-is" else getattr(params, spec.phase)
    training = overlay(params.training.model_dump(mode="json"), phase_overrides)
    training = overlay(training, spec.training)
    corpora = params.corpora.domains[spec.domain]
    return Run(
        name=name,
        experiment=params.experiment,
        phase=spec.phase,
        domain=spec.domain,
        tasks=spec.tasks,
        parent=spec.parent,
        unified=spec.unified,
        corpora={task: corpora[task] for task in spec.tasks},
        multi_root=params.decoding.multi_root[spec.domain],
        equivalents={task: params.labels.equivalents.get(task, {}) for task in spec.tasks},
        model=params.model,
        training=TrainingParams.model_validate(training),
    )


def read_run(path: str | Path) -> Run:
    """Read a resolved run.

    Raises
    ------
    ConfigError
        When the file is not a resolved run.
    """
    try:
        return Run.model_validate(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: expected a resolved run, found {error}") from None


def _explain(error: ValidationError, source: str | Path, experiment: str) -> str:
    """Say in one line per mistake where it stands, what was expected and what was found."""
    lines = []
    for mistake in error.errors():
        place = tuple(part for part in mistake["loc"] if part != "[key]")
        key = ".".join(map(str, place))
        line = _line_of(source, ("experiments", experiment, *place)) or _line_of(source, place)
        found = json.dumps(mistake["input"], default=str)
        if mistake["type"] == "extra_forbidden":
            near = difflib.get_close_matches(str(place[-1]), _known_keys(), n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            text = f"{key}: unknown key{hint}"
        elif mistake["type"] == "value_error":
            # Our own checks look at the whole; their messages begin with the key.
            text = mistake["msg"].removeprefix("Value error, ")
            place = tuple(text.split(":", 1)[0].split("."))
            line = _line_of(source, ("experiments", experiment, *place)) or _line_of(source, place)
        else:
            text = f"{key}: {mistake['msg']}, found {found[:80]}"
        lines.append(f"{source}{line}: {text}")
    return "\n".join(lines)


def _known_keys() -> set[str]:
    """Collect every key that some section of the parameters has."""
    models: tuple[type[BaseModel], ...] = (
        Params,
        CorporaParams,
        DemoParams,
        DemoSizes,
        VectorsParams,
        ModelParams,
        ParserParams,
        TrainingParams,
        LabelParams,
        DecodingParams,
        RunParams,
        ReportParams,
    )
    return {key for model in models for key in model.model_fields}


def _line_of(source: str | Path, place: tuple[str | int, ...]) -> str:
    """Find the line of a key as ':LINE', or nothing when the file does not hold it."""
    try:
        node = yaml.compose(Path(source).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return ""
    line = None
    for part in place:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if pair is None:
                return ""
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            if part >= len(node.value):
                return ""
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            return ""
    return "" if line is None else f":{line}"
