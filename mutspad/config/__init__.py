"""Typed, closed parameters: read `params.yaml`, lay an experiment over it, validate.

Only the plan calls `load_params`; every step receives a resolved file, never `params.yaml`.
"""

from mutspad.config.base import (
    SPLITS,
    TRAINED_PHASES,
    Closed,
    Device,
    Name,
    Phase,
    Positive,
    Precision,
    Split,
)
from mutspad.config.load import load_params, overlay, parse_json, parse_params, read_run
from mutspad.config.network import (
    DistilParams,
    ModelParams,
    ParserParams,
    TrainingParams,
    VectorsParams,
)
from mutspad.config.own_tasks import OwnTasks, TaskParams
from mutspad.config.params import Params, Run, RunAdversarial, RunEncoder
from mutspad.config.sections import (
    MOST_CHARACTERS,
    MOST_LAYERS,
    AblationParams,
    AdversarialParams,
    DemoParams,
    DemoSizes,
    Encoder,
    EncoderParams,
    LanguageModelParams,
    MethodParams,
    OwnCorpus,
    Pooling,
    SearchRange,
    Stage,
    StatisticsParams,
    StudyParams,
)

__all__ = [
    "MOST_CHARACTERS",
    "MOST_LAYERS",
    "SPLITS",
    "TRAINED_PHASES",
    "AblationParams",
    "AdversarialParams",
    "Closed",
    "DemoParams",
    "DemoSizes",
    "Device",
    "DistilParams",
    "Encoder",
    "EncoderParams",
    "LanguageModelParams",
    "MethodParams",
    "ModelParams",
    "Name",
    "OwnCorpus",
    "OwnTasks",
    "Params",
    "ParserParams",
    "Phase",
    "Pooling",
    "Positive",
    "Precision",
    "Run",
    "RunAdversarial",
    "RunEncoder",
    "SearchRange",
    "Split",
    "Stage",
    "StatisticsParams",
    "StudyParams",
    "TaskParams",
    "TrainingParams",
    "VectorsParams",
    "load_params",
    "overlay",
    "parse_json",
    "parse_params",
    "read_run",
]
