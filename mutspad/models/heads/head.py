"""The interface of a task's branch."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from mutspad.data.batching import Batch


@dataclass(frozen=True, slots=True)
class Prediction:
    """Prediction of one head for one sentence.

    Parameters
    ----------
    labels
        One label row a word.
    heads
        For dependencies only: the head of each word, counted from 1, 0 for a root.
    """

    labels: list[int]
    heads: list[int] | None = None


class Head(nn.Module, ABC):
    """Turn inputs into features, and features into a loss or predictions (FE and Cl, paper 3.1).

    Attributes
    ----------
    feature_dim
        Size of a feature vector.
    label_parameters
        Names of the parameters whose first dimension is the task's labels.
    """

    label_parameters: ClassVar[tuple[str, ...]]
    feature_dim: int

    @abstractmethod
    def features(self, inputs: Tensor, lens: Tensor) -> Tensor:
        """Return the features of the inputs `[batch, words, input_dim]`."""

    @abstractmethod
    def loss(self, features: Tensor, batch: Batch) -> Tensor:
        """Return the mean loss a word as a scalar; 0 when the batch lacks the task's layer."""

    @abstractmethod
    def predict(self, features: Tensor, batch: Batch, *, multi_root: bool) -> list[Prediction]:
        """Return one prediction a sentence."""
