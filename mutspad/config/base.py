"""Types that every section of the parameters is made of."""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[int, Field(gt=0, lt=2**31)]
Rate = Annotated[float, Field(ge=0.0, lt=1.0)]
# A part of a path: results/<experiment>/models/<model>/.
Name = Annotated[str, Field(pattern="^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
# A part of the names of models: a dot begins the next part.
DomainName = Annotated[str, Field(pattern="^[A-Za-z0-9_][A-Za-z0-9_-]*$")]
Split = Literal["train", "dev", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
Precision = Literal["fp32", "bf16", "tf32", "auto"]
Device = Literal["cpu", "cuda", "auto"]
Phase = Literal["baselines", "pretrain", "finetune", "as-is"]
TrainedPhase = Literal["baselines", "pretrain", "finetune"]
TRAINED_PHASES: tuple[TrainedPhase, ...] = ("baselines", "pretrain", "finetune")


class Closed(BaseModel):
    """Refuse unknown keys and changes after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
