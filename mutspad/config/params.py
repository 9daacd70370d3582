"""All parameters of an experiment, and what one corpus and one model resolve to."""

from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from mutspad.config.base import Closed, DomainName, Name, Phase, Positive, Rate
from mutspad.config.mistakes import read_mistakes
from mutspad.config.network import DistilParams, ModelParams, TrainingParams, VectorsParams
from mutspad.config.own_tasks import OwnTasks
from mutspad.config.sections import (
    AblationParams,
    AdversarialParams,
    CorporaParams,
    DomainParams,
    Encoder,
    EncoderParams,
    LabelParams,
    LanguageModelParams,
    MethodParams,
    OwnCorpus,
    StatisticsParams,
    StudyParams,
)
from mutspad.errors import ConfigError
from mutspad.tasks import Task

Model = TypeVar("Model", bound=BaseModel)


class Params(Closed):
    """Hold the parameters of one experiment; `load_params` also checks what one says of another."""

    experiment: Name  # which of `experiments` to lay over the rest
    seeds: Annotated[list[Annotated[int, Field(ge=0, lt=2**32)]], Field(min_length=1)]
    committed_seeds: list[int]
    checkpoint_seconds: Annotated[float, Field(ge=0.0)]
    # sequence labelling of your own; read first, as later keys name the tasks
    tasks: OwnTasks = Field(default_factory=dict)
    domains: Annotated[dict[DomainName, DomainParams], Field(min_length=1)]
    corpora: CorporaParams
    vectors: VectorsParams
    model: ModelParams
    training: TrainingParams
    baselines: dict[str, Any]  # what the trainings of a phase override of `training`
    pretrain: dict[str, Any]  # likewise
    finetune: dict[str, Any]  # likewise
    # the same by a pattern of model names; later patterns win
    training_of: dict[str, dict[str, Any]]
    labels: LabelParams
    adversarial: AdversarialParams
    language_model: LanguageModelParams
    encoders: dict[Name, EncoderParams]
    # rows of Tables 2 and 3; None for one that is left out
    methods: dict[Name, MethodParams | None]
    study: StudyParams
    distil: DistilParams
    ablation: AblationParams
    statistics: StatisticsParams


class Preparation(Closed):
    """Describe the corpus of one domain and task, and what is done to it."""

    own_tasks: OwnTasks  # those with a column in `own`; read first, as later keys name them
    domain: str
    task: Task
    names: Annotated[list[str], Field(min_length=1)]  # of corpora, joined in this order
    substitute_for: str | None  # the licensed corpus that they replace
    own: dict[Name, OwnCorpus]  # those of the names that are files of the user's
    anonymised: bool  # whether handles and URLs get one form each (paper 5.1)
    # of the training sentences, for dev in a corpus without a dev split, and for test likewise
    held_out: Rate
    held_out_seed: int
    # most tokens of train and of dev, in whole sentences, after the holding out; None for all
    token_budget: Positive | None
    token_budget_seed: int  # of the draws for both budgets
    # most sentences of train; None for all. Of one corpus two tasks get the same ones
    sentence_budget: Positive | None


class RunEncoder(Encoder):
    """Name the contextual encoder of a model."""

    name: str


class RunAdversarial(AdversarialParams):
    """Name the domain that an adversarial training makes its features like."""

    target: str


class Run(Closed):
    """Everything that the training of one model depends on, except its seed."""

    name: str
    experiment: str
    phase: Phase
    domain: str
    own_tasks: OwnTasks = Field(default_factory=dict)  # read first, as later keys name them
    tasks: list[Task]
    parent: str | None
    unified: bool
    corpora: dict[Task, str]
    multi_root: bool
    equivalents: dict[Task, dict[str, str]]
    model: ModelParams
    encoder: RunEncoder | None
    replaces_words: bool
    adversarial: RunAdversarial | None
    training: TrainingParams


def read_run(path: str | Path) -> Run:
    """Read the resolved parameters of a model."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: expected a resolved model, found {error}") from None
    return parse_json(Run, text, path, "a resolved model")


def parse_json(model: type[Model], text: str, source: str | Path, what: str) -> Model:
    """Check JSON against a model; `source` and `what` name in an error where and what it is."""
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        found = "; ".join(map(str, read_mistakes(error, known=known_keys())))
        raise ConfigError(f"{source}: expected {what}, found {found}") from None


def known_keys() -> set[str]:
    """Collect the keys of all sections."""
    schema = Params.model_json_schema()
    sections = (schema, *schema["$defs"].values())
    return {key for section in sections for key in section.get("properties", ())}
