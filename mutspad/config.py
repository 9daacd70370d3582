"""Typed, closed parameters: read `params.yaml`, lay an experiment over it, resolve one run.

Only the workflow calls `parse_params`; every step receives a resolved file, never `params.yaml`.
"""

import difflib
import graphlib
import json
import reprlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mutspad.errors import ConfigError
from mutspad.tasks import TASKS, Task

Model = TypeVar("Model", bound=BaseModel)

MOST_LAYERS = 1000
"""Layers, or kinds of filters, of an encoder: the largest known have tens. A damaged number must
not have its names listed for hours."""
MOST_CHARACTERS = 1000
"""Bytes of a word that an ELMo may read, 50 as published: each distinct word takes so much room."""

Positive = Annotated[int, Field(gt=0, lt=2**31)]
Rate = Annotated[float, Field(ge=0.0, lt=1.0)]
# A part of a path: results/<experiment>/<phase>/<run>/.
Name = Annotated[str, Field(pattern="^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
Domain = Literal["news", "tweets"]
Split = Literal["train", "dev", "test"]
Precision = Literal["fp32", "bf16", "auto"]
Device = Literal["cpu", "cuda", "auto"]
Optimisers = Literal["sgd", "adam"]
Schedule = Literal["linear", "cosine", "constant"]
Phase = Literal["baselines", "pretrain", "finetune", "as-is"]
TRAINED_PHASES: tuple[Phase, ...] = ("baselines", "pretrain", "finetune")


class Closed(BaseModel):
    """Refuse unknown keys and changes after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


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

    domains: dict[Name, dict[Annotated[Task, Field(strict=False)], str]]
    unlabelled: dict[str, list[str]]
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
    scale: Annotated[float, Field(gt=0.0)] | None


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
    dropout: dict[Annotated[Task, Field(strict=False)], Rate]
    unknown_rate: Rate
    unknown_char_rate: Rate
    both_cases: bool
    parser: ParserParams


class TrainingParams(Closed):
    """Set optimiser, schedule, early stopping, precision and device (paper 4.1, 4.2.1 and 5.3)."""

    batch_sentences: Positive
    pool_batches: Positive
    optimiser: Optimisers
    learning_rate: Annotated[float, Field(gt=0.0)]
    schedule: Schedule
    warmup: Rate
    final_rate: Annotated[float, Field(ge=0.0, le=1.0)]
    momentum: Rate
    clip_norm: Annotated[float, Field(gt=0.0)]
    max_epochs: Positive
    patience: Positive
    loss_weights: dict[
        Annotated[Task, Field(strict=False)], Annotated[float, Field(gt=0.0, le=1.0)]
    ]
    # The defaults are what the models computed in, and on, that were written before there was a
    # choice.
    precision: Precision = "fp32"
    device: Device = "cpu"


class AdversarialParams(Closed):
    """Set the domain discriminator and how strongly its gradient is reversed (paper 5.2.1)."""

    hidden: Positive
    max_reversal: Annotated[float, Field(gt=0.0)]
    steepness: Annotated[float, Field(gt=0.0)]


class LanguageModelParams(Closed):
    """Size and train a bidirectional language model of our own, a small ELMo."""

    domains: Annotated[list[str], Field(min_length=1)]
    token_budget: Positive | None
    held_out: Rate
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    char_dim: Positive
    filters: Annotated[
        list[Annotated[tuple[Positive, Positive], Field(strict=False)]],
        Field(min_length=1, max_length=MOST_LAYERS),
    ]
    n_highway: Annotated[Positive, Field(le=MOST_LAYERS)]
    max_characters: Annotated[int, Field(ge=3, le=MOST_CHARACTERS)]
    dim: Positive
    projection_dim: Positive
    layers: Annotated[Positive, Field(le=MOST_LAYERS)]
    cell_clip: Annotated[float, Field(gt=0.0)]
    proj_clip: Annotated[float, Field(gt=0.0)]
    dropout: Rate
    negatives: Positive
    batch_sentences: Positive
    learning_rate: Annotated[float, Field(gt=0.0)]
    clip_norm: Annotated[float, Field(gt=0.0)]
    max_epochs: Positive


class EncoderParams(Closed):
    """Describe a contextual encoder: ELMo files or a Hugging Face model.

    Parameters
    ----------
    kind
        What reads it.
    source
        For `elmo`: a registry entry, a folder with `options.json` and `weights.hdf5`, or
        `language_model`, the one trained here. For `huggingface`: a folder, a hub name, or
        `package:<module>/<folder>` for a model that an installed package carries.
    trained
        Whether training moves its weights; otherwise its vectors are computed once and kept.
    learning_rate
        The encoder's own, when it is trained.
    stateful
        ELMo only: whether its states pass from one sentence to the next.
    """

    kind: Literal["elmo", "huggingface"]
    source: str
    trained: bool = False
    learning_rate: Annotated[float, Field(gt=0.0)] | None = None
    stateful: bool = False


class AblationParams(Closed):
    """Say which model's units are ablated, on how much data, and what Table 4 shows (paper 5.5)."""

    run: str
    sentences: Positive | None
    min_support: Positive
    classes: Positive
    words: Positive


class StatisticsParams(Closed):
    """Say how much chance the tests draw, and how sure they are to be."""

    shuffles: Positive
    resamples: Positive
    confidence: Annotated[float, Field(gt=0.0, lt=1.0)]
    seed: Annotated[int, Field(ge=0)]


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
    encoder: str | None = None
    replaces_words: bool = False
    adversarial: str | None = None
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
    """Hold one experiment's parameters; `parse_params` also checks what one says of another."""

    experiment: Name
    seeds: Annotated[list[Annotated[int, Field(ge=0, lt=2**32)]], Field(min_length=1)]
    checkpoint_seconds: Annotated[float, Field(ge=0.0)]
    corpora: CorporaParams
    vectors: VectorsParams
    model: ModelParams
    training: TrainingParams
    baselines: dict[str, Any]
    pretrain: dict[str, Any]
    finetune: dict[str, Any]
    labels: LabelParams
    decoding: DecodingParams
    adversarial: AdversarialParams
    language_model: LanguageModelParams
    encoders: dict[Name, EncoderParams]
    runs: dict[Name, RunParams]
    unify: dict[str, dict[Annotated[Task, Field(strict=False)], str]]
    ablation: AblationParams
    statistics: StatisticsParams
    report: ReportParams


class RunEncoder(EncoderParams):
    """Name the contextual encoder of a run."""

    name: str


class RunAdversarial(AdversarialParams):
    """Name the domain that an adversarial run is to tell no more from its own."""

    target: str


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
    encoder: RunEncoder | None
    replaces_words: bool
    adversarial: RunAdversarial | None
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
        For a key that stands twice, an unknown experiment, an unknown key, a wrong type or sections
        that do not fit together; with file, line, what was expected and what was found.
    """
    document = _Document(source)
    document.refuse_repeated_keys()
    overlays, name = raw.get("experiments"), raw.get("experiment")
    if not isinstance(overlays, Mapping):
        raise document.error([Mistake(("experiments",), _expected("overlays by name", overlays))])
    if not isinstance(name, str) or name not in overlays:
        known = f"one of {', '.join(sorted(map(str, overlays)))}"
        raise document.error([Mistake(("experiment",), _expected(known, name))])
    top = overlays[name]
    if not isinstance(top, Mapping):
        mistake = Mistake(("experiments", name), _expected("a mapping, {} for none", top))
        raise document.error([mistake])
    base = {key: value for key, value in raw.items() if key != "experiments"}
    try:
        params = Params.model_validate(overlay(base, top))
    except ValidationError as error:
        raise document.error(_mistakes(error), name) from None
    mistakes = [*_override_mistakes(params)] or _reference_mistakes(params)
    if mistakes:
        raise document.error(mistakes, name)
    try:
        json.dumps(params.model_dump(), default=str, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:  # YAML can spell halves of characters
        mistake = Mistake((), f"expected text that UTF-8 can hold, found: {error}")
        raise document.error([mistake]) from None
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
        encoder=None
        if spec.encoder is None
        else RunEncoder(name=spec.encoder, **params.encoders[spec.encoder].model_dump()),
        replaces_words=spec.replaces_words,
        adversarial=None
        if spec.adversarial is None
        else RunAdversarial(target=spec.adversarial, **params.adversarial.model_dump()),
        training=TrainingParams.model_validate(training),
    )


def leave_out(params: Params, encoders: Collection[str]) -> tuple[Params, list[str]]:
    """Drop the runs that read one of these encoders, and empty the rows of Table 2 that need them.

    Returns
    -------
    params
        The parameters without these runs.
    rows
        The rows that were emptied.
    """
    runs = {name: run for name, run in params.runs.items() if run.encoder not in encoders}
    rows = [
        row for row, cells in params.report.table2.items() if not set(cells.values()) <= runs.keys()
    ]
    table2 = {row: {} if row in rows else cells for row, cells in params.report.table2.items()}
    report = params.report.model_copy(update={"table2": table2})
    return params.model_copy(update={"runs": runs, "report": report}), rows


def read_run(path: str | Path) -> Run:
    """Read a resolved run.

    Raises
    ------
    ConfigError
        When the file is not a resolved run.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: expected a resolved run, found {error}") from None
    return parse_json(Run, text, path, "a resolved run")


def parse_json(model: type[Model], text: str, source: str | Path, expected: str) -> Model:
    """Check JSON against a model; `source` and `expected` say in an error where and what it is.

    Raises
    ------
    ConfigError
        When the text is not JSON or not such a model.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        found = "; ".join(f"{mistake}" for mistake in _mistakes(error))
        raise ConfigError(f"{source}: expected {expected}, found {found}") from None


@dataclass(frozen=True, slots=True)
class Mistake:
    """Say which key is wrong and why."""

    place: tuple[str | int, ...]
    text: str

    def __str__(self) -> str:
        """Begin with the key, when it is not the whole that is wrong."""
        key = ".".join(map(str, self.place))
        return f"{key}: {self.text}" if key else self.text


def _expected(what: str, found: object) -> str:
    """Say what was expected and what was found."""
    text = f"'{found}'" if isinstance(found, str) else _show(found)
    return f"expected {what}, found {text[:80]}"


def _show(found: object) -> str:
    """Write the beginning of a value as JSON, or as Python does where JSON has no form for it.

    Only the beginning is looked at: YAML's aliases can hold a billion values in a few lines.
    """
    try:
        return "".join(islice(json.JSONEncoder(default=str).iterencode(found), 80))
    except (TypeError, ValueError, RecursionError):
        return reprlib.repr(found)


def _mistakes(error: ValidationError, section: tuple[str, ...] = ()) -> Iterator[Mistake]:
    """Turn pydantic's errors below `section` into mistakes."""
    for detail in error.errors():
        place = section + tuple(part for part in detail["loc"] if part != "[key]")
        if detail["type"] == "extra_forbidden":
            near = difflib.get_close_matches(str(place[-1]), _known_keys(), n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            yield Mistake(place, f"unknown key{hint}")
        elif detail["type"] in ("missing", "json_invalid"):
            yield Mistake(place, detail["msg"])
        else:
            yield Mistake(place, f"{detail['msg']}, found {_show(detail['input'])[:80]}")


def _override_mistakes(params: Params) -> Iterator[Mistake]:
    """Check every override of `training` where it stands: in a phase or in a run."""
    overrides: dict[tuple[str, ...], dict[str, Any]] = {
        (phase,): getattr(params, phase) for phase in TRAINED_PHASES
    } | {("runs", name, "training"): run.training for name, run in params.runs.items()}
    base = params.training.model_dump(mode="json")
    for section, override in overrides.items():
        try:
            TrainingParams.model_validate(overlay(base, override))
        except ValidationError as error:
            yield from _mistakes(error, section)


def _reference_mistakes(params: Params) -> list[Mistake]:
    """Check what one section says of another; each check builds on those before it."""
    checks = (
        _section_mistakes,
        _run_mistakes,
        _input_mistakes,
        _parent_mistakes,
        _ablation_mistakes,
        _cell_mistakes,
        _cycle_mistakes,
    )
    return next((found for check in checks if (found := [*check(params)])), [])


def _section_mistakes(params: Params) -> Iterator[Mistake]:
    """Check that seeds are distinct and that every domain and task has its values."""
    if len(set(params.seeds)) != len(params.seeds):
        yield Mistake(("seeds",), _expected("distinct seeds", params.seeds))
    weights = params.training.loss_weights
    for task in TASKS:
        if task not in weights:
            found = ", ".join(weights) or "none"
            yield Mistake(
                ("training", "loss_weights"), f"expected a weight of {task} too, found {found}"
            )
    for domain in params.corpora.domains:
        if domain not in params.decoding.multi_root:
            found = ", ".join(params.decoding.multi_root) or "none"
            yield Mistake(
                ("decoding", "multi_root"), f"expected an entry of {domain} too, found {found}"
            )
    domains = _one_of(params.corpora.domains)
    named: dict[tuple[str, ...], Iterable[str]] = {
        ("corpora", "anonymised"): params.corpora.anonymised,
        ("corpora", "token_budget"): params.corpora.token_budget,
        ("corpora", "unlabelled"): params.corpora.unlabelled,
        ("language_model", "domains"): params.language_model.domains,
        ("decoding", "multi_root"): params.decoding.multi_root,
        ("unify",): params.unify,
    }
    for place, names in named.items():
        for name in names:
            if name not in params.corpora.domains:
                yield Mistake((*place, name), _expected(domains, name))
    for name, encoder in params.encoders.items():
        place = ("encoders", name)
        if encoder.trained and (encoder.kind != "huggingface" or encoder.learning_rate is None):
            yield Mistake(
                place,
                "expected the kind huggingface and a learning_rate for an encoder that is trained, "
                f"found kind {encoder.kind}, learning_rate {encoder.learning_rate}",
            )


def _run_mistakes(params: Params) -> Iterator[Mistake]:
    """Check each run by itself, and that the parent it names is there."""
    for name, run in params.runs.items():
        place = ("runs", name)
        if run.domain not in params.corpora.domains:
            domains = _one_of(params.corpora.domains)
            yield Mistake((*place, "domain"), _expected(domains, run.domain))
            continue
        if len(run.tasks) != 1 and sorted(run.tasks) != sorted(TASKS):
            kinds = f"one task or all of {', '.join(TASKS)}"
            yield Mistake((*place, "tasks"), _expected(kinds, run.tasks))
        for task in run.tasks:
            if task not in params.corpora.domains[run.domain]:
                corpus = f"a corpus corpora.domains.{run.domain}.{task}"
                yield Mistake((*place, "tasks"), f"expected {corpus}, found none")
        if (run.parent is not None) != (run.phase in ("finetune", "as-is")):
            yield Mistake(
                (*place, "parent"),
                "expected a parent exactly for the phases finetune and as-is, "
                f"found phase {run.phase} with parent {run.parent}",
            )
        elif run.parent is not None and run.parent not in params.runs:
            yield Mistake((*place, "parent"), _expected("the name of a run", run.parent))


def _input_mistakes(params: Params) -> Iterator[Mistake]:
    """Check what else a run reads: a contextual encoder, text of another domain."""
    for name, run in params.runs.items():
        place = ("runs", name)
        if run.encoder is not None and run.encoder not in params.encoders:
            encoders = _one_of(params.encoders)
            yield Mistake((*place, "encoder"), _expected(encoders, run.encoder))
        if run.replaces_words and run.encoder is None:
            yield Mistake((*place, "replaces_words"), "expected an encoder too, found none")
        if run.adversarial is None:
            continue
        others = [domain for domain in params.corpora.domains if domain != run.domain]
        if run.adversarial not in others:
            yield Mistake((*place, "adversarial"), _expected(_one_of(others), run.adversarial))
        fits = run.phase in ("baselines", "pretrain") and run.encoder is None
        if len(run.tasks) != 1 or not fits:
            yield Mistake(
                (*place, "adversarial"),
                "expected a one-task run of the phase baselines or pretrain without an encoder, "
                f"found phase {run.phase}, tasks {', '.join(run.tasks)}, "
                f"encoder {run.encoder or 'none'}",
            )


def _ablation_mistakes(params: Params) -> Iterator[Mistake]:
    """Check that the model to look into is one of all tasks (paper 5.5)."""
    place, name = ("ablation", "run"), params.ablation.run
    if name not in params.runs:
        yield Mistake(place, _expected("the name of a run", name))
    elif len(params.runs[name].tasks) == 1 or params.runs[name].phase == "as-is":
        yield Mistake(place, f"expected a trained run of all tasks, found '{name}'")


def _parent_mistakes(params: Params) -> Iterator[Mistake]:
    """Check that every parent is a trained run with the tasks and the encoder of its child."""
    for name, run in params.runs.items():
        if run.parent is None:
            continue
        place, parent = ("runs", name, "parent"), params.runs[run.parent]
        if parent.phase == "as-is":
            yield Mistake(place, f"expected a trained run, found the as-is run '{run.parent}'")
        lacking = [task for task in run.tasks if task not in parent.tasks]
        if lacking:
            yield Mistake(
                place,
                f"expected a run with the task {', '.join(lacking)}, "
                f"found '{run.parent}' with {', '.join(parent.tasks)}",
            )
        if (parent.encoder, parent.replaces_words) != (run.encoder, run.replaces_words):
            yield Mistake(
                place,
                f"expected a run with the encoder {run.encoder or 'none'}, used alike, "
                f"found '{run.parent}' with {parent.encoder or 'none'}",
            )


def _cell_mistakes(params: Params) -> Iterator[Mistake]:
    """Check which runs the tables report and which write the silver labels (paper 4.2.2)."""
    tables = {"table2": params.report.table2, "table3": params.report.table3}
    cells: dict[tuple[str, ...], str] = {
        ("report", table, row, task): run
        for table, rows in tables.items()
        for row, cell in rows.items()
        for task, run in cell.items()
    } | {
        ("unify", domain, task): run
        for domain, labellers in params.unify.items()
        for task, run in labellers.items()
    }
    for place, name in cells.items():
        if name not in params.runs:
            yield Mistake(place, _expected("the name of a run", name))
            continue
        run = params.runs[name]
        if place[-1] not in run.tasks:
            yield Mistake(place, f"the run '{name}' does not have this task")
        elif place[0] == "unify" and not (
            run.domain == place[1] and len(run.tasks) == 1 and run.phase != "as-is"
        ):
            yield Mistake(
                place,
                f"expected a trained one-task run of {place[1]}, found '{name}' of "
                f"{run.domain}, phase {run.phase}, tasks {', '.join(run.tasks)}",
            )
    # One unified run of a domain stands for all: each would say the same.
    unified = {run.domain: name for name, run in reversed(params.runs.items()) if run.unified}
    for domain, name in unified.items():
        labellers = params.unify.get(domain, {})
        for task in params.corpora.domains[domain]:
            if task not in labellers:
                yield Mistake(
                    ("unify", domain),
                    f"expected a run for {task}, as '{name}' is unified, "
                    f"found {', '.join(labellers) or 'none'}",
                )


def _cycle_mistakes(params: Params) -> Iterator[Mistake]:
    """Check that no run needs itself: as its ancestor or to label what it trains on."""
    needs = {
        name: [
            *([run.parent] if run.parent is not None else []),
            *(params.unify.get(run.domain, {}).values() if run.unified else []),
        ]
        for name, run in params.runs.items()
    }
    try:
        graphlib.TopologicalSorter(needs).prepare()
    except graphlib.CycleError as error:
        cycle: list[str] = error.args[1]
        chain = " -> ".join(f"'{name}'" for name in reversed(cycle))
        yield Mistake(
            ("runs", cycle[0]), f"expected a run that does not need itself, found {chain}"
        )


def _one_of(names: Iterable[str]) -> str:
    """List what a name can be."""
    return f"one of {', '.join(sorted(names))}"


class _Document:
    """Find the lines of keys in the file that the parameters came from, parsed once."""

    def __init__(self, source: str | Path) -> None:
        self.source = source
        try:
            self._root = yaml.compose(Path(source).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError, yaml.YAMLError):
            # Without the file an error names no line; whoever loads it reports that it is broken.
            self._root = None

    def error(self, mistakes: Iterable[Mistake], experiment: str | None = None) -> ConfigError:
        """Say in one line per mistake where it stands, what was expected and what was found."""
        return ConfigError(
            "\n".join(
                f"{self.source}{self._line_of(mistake.place, experiment)}: {mistake}"
                for mistake in mistakes
            )
        )

    def refuse_repeated_keys(self) -> None:
        """Raise ConfigError when a mapping has a key twice: YAML's reader would keep the last."""
        mistakes = [*_repeated_keys(self._root, ())]
        if mistakes:
            raise ConfigError("\n".join(f"{self.source}:{line}: {text}" for line, text in mistakes))

    def _line_of(self, place: tuple[str | int, ...], experiment: str | None) -> str:
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


def _repeated_keys(
    node: yaml.Node | None, place: tuple[str, ...], visited: set[int] | None = None
) -> Iterator[tuple[int, str]]:
    """Find each key that its mapping has twice: the later line and the message.

    A mapping that aliases repeat, or that holds itself, is looked at once.
    """
    visited = set() if visited is None else visited
    if not isinstance(node, yaml.MappingNode) or id(node) in visited:
        return
    visited.add(id(node))
    seen: dict[str, int] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        here, line = (*place, key.value), key.start_mark.line + 1
        if key.value in seen:
            expected = f"expected the key once, found it at line {seen[key.value]} too"
            yield line, str(Mistake(here, expected))
        seen[key.value] = line
        yield from _repeated_keys(value, here, visited)


def _find_line(node: yaml.Node | None, place: tuple[str | int, ...]) -> int | None:
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
        AdversarialParams,
        LanguageModelParams,
        EncoderParams,
        AblationParams,
        RunParams,
        ReportParams,
    )
    return {key for model in models for key in model.model_fields}
