"""The sections of data, encoders and analysis."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from mutspad.config.base import Closed, Name, Positive, Rate, Split
from mutspad.tasks import TASKS, Task

MOST_LAYERS = 1000
"""Layers, or kinds of filters, of an encoder: the largest known have tens. A damaged number must
not have its names listed for hours."""
MOST_CHARACTERS = 1000
"""Bytes of a word that an ELMo may read, 50 as published: each distinct word takes so much room."""


class DemoSizes(Closed):
    """Count the sentences of one demo domain, for each task and split."""

    train: Positive  # sentences
    dev: Positive  # sentences
    test: Positive  # sentences


class DemoParams(Closed):
    """Describe the synthetic corpora."""

    seed: Annotated[int, Field(ge=0)]  # decides the sentences
    news: DemoSizes
    tweets: DemoSizes


class DomainParams(Closed):
    """Describe one domain: its corpora and what is done to them."""

    # any non-empty subset of the tasks -> a corpus of the registry
    corpora: Annotated[dict[Task, str], Field(min_length=1)]
    anonymised: bool = False  # whether handles and URLs get one form each
    multi_root: bool = False  # whether a tree may have several roots
    # corpora of raw text, beside the words of the training sentences
    unlabelled: list[str] = Field(default_factory=list)
    token_budget: Positive | None = None  # of train and of dev, a task; None for every sentence
    # of train, a task; None for all. For a second domain with the corpora of a first one
    sentence_budget: Positive | None = None


class OwnCorpus(Closed):
    """Describe a corpus in files of the user's: what the registry says of other corpora."""

    format: Literal["conllu", "conllup", "columns"]  # of the files
    # split -> path, from the folder of the run; a missing dev or test is held out of train
    files: dict[Split, str]
    # `word`, `head` or a task -> its column: a name, a number counted from 1, or MISC:<name>
    columns: dict[str, int | str]

    @model_validator(mode="after")
    def _check_train(self) -> "OwnCorpus":
        if "train" not in self.files:
            raise ValueError("expected a file of train")
        return self

    @property
    def tasks(self) -> list[Task]:
        """List the tasks that have a column."""
        return [task for task in TASKS if task in self.columns]


class CorporaParams(Closed):
    """Configure what holds for the corpora of all domains."""

    substitutes: dict[str, list[str]]
    substitution: bool
    held_out: Rate
    held_out_seed: int
    token_budget_seed: int
    demo: DemoParams | None
    own: dict[Name, OwnCorpus] = Field(default_factory=dict)  # beside those of the registry


class Stage(Closed):
    """Describe one training of a method, on the corpora of a domain."""

    domain: str  # a name of the section `domains`
    unified: bool = False  # on the domain's unified corpus, gold and silver (paper 4.2.2)
    adversarial: str | None = None  # the target domain of adversarial training (paper 5.2.1)

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, value: Any) -> Any:
        """Read the name of a domain as a stage of that domain."""
        return {"domain": value} if isinstance(value, str) else value


class MethodParams(Closed):
    """Describe one row of Table 2 or 3."""

    tasks: Literal["each", "all"]  # a model a task, or one of all tasks
    # the tasks that the row has, where it has not all
    only: Annotated[list[Task], Field(min_length=1)] | None = None
    # each starts from the model of the one before
    stages: Annotated[list[Stage], Field(min_length=1)]
    # the domain that the last model is applied to as it is, instead of its own
    apply_to: str | None = None
    encoder: str | None = None  # a name of the section `encoders`
    replaces_words: bool = False  # whether its vectors are the whole representation of a word
    table: Literal[2, 3] = 2  # where the row stands
    # train with the first so many of `seeds` only, where no other row of the model asks for more
    seeds: Positive | None = None
    label: str | None = None  # name of a row that the paper does not have; these three are its own
    after: str | None = None  # the row behind which it stands; behind all without one
    note: str | None = None  # its footnote

    @property
    def target(self) -> str:
        """Name the domain that the row is scored on."""
        return self.apply_to or self.stages[-1].domain


class LabelParams(Closed):
    """Map target labels to the source labels that mean the same (paper 4.1)."""

    equivalents: dict[Task, dict[str, str]]


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
    seed: Annotated[int, Field(ge=0, lt=2**32)]  # of weights, dropout and order
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
    batch_sentences: Positive  # sentences of a batch
    learning_rate: Annotated[float, Field(gt=0.0)]
    clip_norm: Annotated[float, Field(gt=0.0)]
    max_epochs: Positive  # the rate falls over so many


Pooling = Literal["mean", "first"]


class Encoder(Closed):
    """Describe a contextual encoder: ELMo files or a Hugging Face model."""

    kind: Literal["elmo", "huggingface"]  # what reads its files
    # `elmo`: a registry entry, a folder with `options.json` and `weights.hdf5`, or
    # `language_model`, the one trained here. `huggingface`: a registry entry, a folder, a hub name,
    # or `package:<module>/<folder>` for a model that an installed package carries.
    source: str
    trained: bool = False  # otherwise its vectors are computed once and kept
    # of its uppermost layer, when it is trained
    learning_rate: Annotated[float, Field(gt=0.0)] | None = None
    # what each layer's rate is multiplied by to give that of the layer below
    layer_decay: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    pooling: Pooling = "mean"  # Hugging Face only: of the pieces of a word
    # Hugging Face only: text in our words -> what the encoder reads in its place, for placeholders
    # such as `@USER` that its pre-training had not
    forms: dict[Annotated[str, Field(min_length=1)], str] = Field(default_factory=dict)


class EncoderParams(Encoder):
    """Describe a contextual encoder, and how models with it are trained."""

    # overrides of `training` for every model that reads it, before those of `training_of`
    training: dict[str, Any] = Field(default_factory=dict)


class SearchRange(Closed):
    """Bound a number that trials draw, evenly or evenly in its logarithm."""

    low: float  # the least value
    high: float  # the largest value
    log: bool = False  # evenly in the logarithm

    @model_validator(mode="after")
    def _check_order(self) -> "SearchRange":
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError("expected low < high, and 0 < low for a logarithmic range")
        return self


class StudyParams(Closed):
    """Search the recipe on dev: which models, how many trials each, in which space."""

    models: list[str]  # by their names
    trials: Positive  # of each
    seed: Annotated[int, Field(ge=0)]
    # what trials draw
    space: dict[str, SearchRange | Annotated[list[float | str | bool | None], Field(min_length=1)]]


class AblationParams(Closed):
    """Choose the method whose units are ablated, how much data, what Table 4 shows (paper 5.5)."""

    method: str
    sentences: Positive | None
    min_support: Positive
    classes: Positive
    words: Positive


class StatisticsParams(Closed):
    """Size the statistical tests."""

    shuffles: Positive
    resamples: Positive
    confidence: Annotated[float, Field(gt=0.0, lt=1.0)]
    seed: Annotated[int, Field(ge=0)]
