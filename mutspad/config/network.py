"""The sections that size, feed and train the network."""

from typing import Annotated, Any, Literal

from pydantic import Field

from mutspad.config.base import Closed, Device, Positive, Precision, Rate
from mutspad.tasks import Task

Optimisers = Literal["sgd", "adam"]
Schedule = Literal["linear", "cosine", "constant"]


class VectorsParams(Closed):
    """Choose the word vectors."""

    source: str  # an entry of the registry, `spacy:<package>`, a file, or `none`
    substitute: str | None  # likewise
    dim: Positive  # of a vector
    lowercase: bool  # whether words are looked up in lower case alone
    scale: Annotated[float, Field(gt=0.0)] | None


class ParserParams(Closed):
    """Size the dependency branch (Stanford parser, paper 3.2 and 5.3)."""

    hidden: Positive  # of an LSTM layer
    layers: Positive  # of the LSTM
    biaffine: Positive  # size of the projections of dependents and heads
    dropout: Rate
    word_dropout: Rate  # share of whole words that are hidden


class ModelParams(Closed):
    """Size the network (paper 5.3)."""

    char_dim: Positive  # of the vector of a character
    char_hidden: Positive  # of the LSTM over the characters of a word
    tagger_hidden: Positive  # of the LSTM of a tagging branch
    pos_reduction: Positive  # size to which the branches above read the POS features
    chunk_reduction: Positive  # likewise, of the chunk features
    dropout: dict[Task, Rate]
    unknown_rate: Rate
    unknown_char_rate: Rate
    both_cases: bool
    parser: ParserParams


class DistilParams(Closed):
    """Choose the teachers of the small model, and size and train it."""

    teacher: str  # a method: its models label, one of all tasks or one each
    words: Positive  # that keep a vector
    dim: Positive  # of a word vector
    min_count: Annotated[int, Field(ge=0)]  # of words without a pretrained vector
    neighbours: Annotated[int, Field(ge=0)]  # words of the vectors' source read as the nearest kept
    model: ModelParams
    training: dict[str, Any]  # overrides of `training`


class TrainingParams(Closed):
    """Set optimiser, schedule, early stopping, precision and device (paper 4.1, 4.2.1 and 5.3)."""

    batch_sentences: Positive  # sentences of a batch
    pool_batches: Positive
    optimiser: Optimisers
    learning_rate: Annotated[float, Field(gt=0.0)]  # the highest
    schedule: Schedule
    warmup: Rate
    final_rate: Annotated[float, Field(ge=0.0, le=1.0)]
    momentum: Rate  # of SGD
    clip_norm: Annotated[float, Field(gt=0.0)]
    max_epochs: Positive
    patience: Positive
    loss_weights: dict[Task, Annotated[float, Field(gt=0.0, le=1.0)]]
    # The defaults are what the models computed in, and on, that were written before there was a
    # choice.
    precision: Precision = "fp32"
    device: Device = "cpu"
