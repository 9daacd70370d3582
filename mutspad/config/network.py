"""The sections that size, feed and train the network."""

from typing import Annotated, Any, Literal

from pydantic import Field

from mutspad.config.base import Closed, Device, Positive, Precision, Rate, TaskKey

Optimisers = Literal["sgd", "adam"]
Schedule = Literal["linear", "cosine", "constant"]


class VectorsParams(Closed):
    """Choose the word vectors."""

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
    dropout: dict[TaskKey, Rate]
    unknown_rate: Rate
    unknown_char_rate: Rate
    both_cases: bool
    parser: ParserParams


class DistilParams(Closed):
    """Choose the teacher of the small model, and size and train it."""

    teacher: str  # a method of all tasks
    words: Positive  # that keep a vector
    dim: Positive  # of a word vector
    model: ModelParams
    training: dict[str, Any]  # overrides of `training`


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
    loss_weights: dict[TaskKey, Annotated[float, Field(gt=0.0, le=1.0)]]
    # The defaults are what the models computed in, and on, that were written before there was a
    # choice.
    precision: Precision = "fp32"
    device: Device = "cpu"
