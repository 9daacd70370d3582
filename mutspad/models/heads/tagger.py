"""The branch of a tagging task: POS, chunks, entities (paper 3.1)."""

from typing import ClassVar

import torch.nn.functional as F
from torch import Tensor, nn

from mutspad.data.batching import IGNORED, Batch
from mutspad.models.dropout import Dropout
from mutspad.models.heads.head import Head, Prediction
from mutspad.models.precision import widened
from mutspad.models.recurrent import BiLSTM
from mutspad.tasks import Task


class Tagger(Head):
    """Classify each word on top of one bidirectional LSTM (paper eq. 1).

    Parameters
    ----------
    task
        Whose labels of a batch to learn.
    input_dim
        Size of an input vector.
    n_labels
        Number of classes.
    hidden
        Size of one direction of the LSTM.
    dropout
        Rate on the inputs of the LSTM and of the classifier; what other branches read is not
        dropped here, as they drop their own inputs.
    """

    label_parameters: ClassVar[tuple[str, ...]] = ("classifier.weight", "classifier.bias")

    def __init__(
        self, task: Task, *, input_dim: int, n_labels: int, hidden: int, dropout: float
    ) -> None:
        super().__init__()
        self.task = task
        self.lstm = BiLSTM(input_dim, hidden)
        self.feature_dim = self.lstm.output_dim
        self.classifier = nn.Linear(self.feature_dim, n_labels)
        self.dropout = Dropout(dropout)

    def features(self, inputs: Tensor, lens: Tensor) -> Tensor:
        """Return `h`, `[batch, words, 2 * hidden]`, of inputs `[batch, words, input_dim]`."""
        outputs: Tensor = self.lstm(self.dropout(inputs), lens)
        return outputs

    def scores(self, features: Tensor) -> Tensor:
        """Return scores, `[batch, words, labels]`, of features `[batch, words, 2 * hidden]`."""
        return widened(self.classifier(self.dropout(features)))

    def loss(self, features: Tensor, batch: Batch) -> Tensor:
        """Return the mean cross entropy a labelled word."""
        labels = batch.labels[self.task]
        total = F.cross_entropy(
            self.scores(features).flatten(0, 1),
            labels.flatten(),
            ignore_index=IGNORED,
            reduction="sum",
        )
        return total / (labels != IGNORED).sum().clamp(min=1)

    def predict(self, features: Tensor, batch: Batch, *, multi_root: bool) -> list[Prediction]:  # noqa: ARG002
        """Return the best class of each word, on its own; `multi_root` concerns trees only."""
        best = self.scores(features).argmax(dim=-1).tolist()
        return [
            Prediction(row[:length]) for row, length in zip(best, batch.lens.tolist(), strict=True)
        ]
