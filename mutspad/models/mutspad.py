"""The whole network: one word representation, one branch a task, stacked (paper 3.3)."""

from collections.abc import Callable, Mapping, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from mutspad.config.network import ModelParams
from mutspad.data.batching import Batch
from mutspad.data.vocab import Vocabulary
from mutspad.models.contextual import ContextualWords
from mutspad.models.encoder import WordEncoder
from mutspad.models.heads.biaffine import BiaffineParser
from mutspad.models.heads.head import Head, Prediction
from mutspad.models.heads.tagger import Tagger
from mutspad.models.hierarchy import needed_tasks, read_tasks
from mutspad.tasks import TASKS, Task

__all__ = ["MuTSPad", "Prediction"]


class MuTSPad(nn.Module):
    """Label and parse sentences with hierarchical branches over one word representation.

    Names of parameters depend on the tasks alone (`heads.pos.classifier.weight`,
    `reductions.pos.weight`), so that a child model takes its parent's by name. A model with few
    tasks lacks the other branches, and reads only the lower branches that it has.

    Parameters
    ----------
    params
        Sizes and rates.
    tasks
        The tasks of the model, in any order.
    vocabulary
        Words, characters and the labels of each task. Further tasks that have labels are the
        parent's, whose branches those of the model read; it neither learns nor predicts them.
    word_dim
        Size of a word vector.
    contextual
        Contextual vectors that join the word representation, or None.
    replaces_words
        Whether they are the whole of it, as ELMo is in the paper (5.2.1): then there are neither
        word vectors nor characters, and `encoder` is None.

    Raises
    ------
    ValueError
        When there is no task, or nothing represents the words.
    """

    def __init__(
        self,
        *,
        params: ModelParams,
        tasks: Sequence[Task],
        vocabulary: Vocabulary,
        word_dim: int,
        contextual: ContextualWords | None = None,
        replaces_words: bool = False,
    ) -> None:
        super().__init__()
        if not tasks:
            raise ValueError("tasks: expected at least one, found none")
        self.tasks = tuple(task for task in TASKS if task in tasks)
        self._branches = tuple(task for task in TASKS if task in (*tasks, *vocabulary.labels))
        if replaces_words and contextual is None:
            raise ValueError("replaces_words: expected contextual vectors, found none")
        self.word_dim = word_dim
        self.encoder: WordEncoder | None = None
        self.contextual = contextual
        shared_dim = 0 if contextual is None else contextual.dim
        if not replaces_words:
            self.encoder = WordEncoder(
                n_words=len(vocabulary.words),
                n_chars=len(vocabulary.chars),
                word_dim=word_dim,
                char_dim=params.char_dim,
                char_hidden=params.char_hidden,
                unknown_rate=params.unknown_rate,
                unknown_char_rate=params.unknown_char_rate,
                lower_rows=vocabulary.lower_rows if params.both_cases else None,
            )
            shared_dim += self.encoder.output_dim
        self.heads = nn.ModuleDict()
        self.reductions = nn.ModuleDict()
        for task in self._branches:
            lower_tasks = read_tasks(task, self._branches)
            input_dim = shared_dim
            for lower in lower_tasks:
                reduced_dim: int = getattr(params, f"{lower}_reduction")
                input_dim += reduced_dim
                if lower not in self.reductions:
                    self.reductions[lower] = nn.Linear(self.head(lower).feature_dim, reduced_dim)
            labels = vocabulary.labels[task]
            self.heads[task.branch] = HEADS[task.spec.head](task, params, input_dim, labels)

    def features(self, batch: Batch, tasks: Sequence[Task]) -> dict[Task, Tensor]:
        """Compute the features of the tasks asked and of those they read, each once.

        Returns
        -------
        dict[Task, Tensor]
            `h`, `[batch, words, feature_dim]` for a tagging task, `[batch, 1 + words, feature_dim]`
            for dependencies, whose position 0 is the root; what stands at padding means nothing.

        Raises
        ------
        ValueError
            When the model lacks a task.
        """
        return self.stack(self.represent(batch), batch.lens, tasks)

    def represent(self, batch: Batch) -> Tensor:
        """Return the shared word representation, `[batch, words, shared_dim]`."""
        parts = (part for part in (self.encoder, self.contextual) if part is not None)
        return torch.cat([part(batch) for part in parts], dim=-1)

    def stack(
        self,
        shared: Tensor,
        lens: Tensor,
        tasks: Sequence[Task],
        known: Mapping[Task, Tensor] | None = None,
    ) -> dict[Task, Tensor]:
        """Compute `features` from the word representation upwards.

        Parameters
        ----------
        shared
            The result of `represent`.
        lens
            Words of each sentence, `[batch]`.
        tasks
            Tasks of the model.
        known
            Features that are taken as they are and not computed.

        Raises
        ------
        ValueError
            When the model lacks a task.
        """
        features = dict(known or {})
        reduced: dict[Task, Tensor] = {}
        for task in needed_tasks(tasks, self._branches):
            if task in features:
                continue
            lower_tasks = read_tasks(task, self._branches)
            for lower in lower_tasks:
                if lower not in reduced:
                    reduced[lower] = self.reductions[lower](features[lower])
            inputs = torch.cat([shared, *(reduced[lower] for lower in lower_tasks)], dim=-1)
            features[task] = self.head(task).features(inputs, lens)
        return features

    def losses(
        self,
        batch: Batch,
        tasks: Sequence[Task],
        features: Mapping[Task, Tensor] | None = None,
    ) -> dict[Task, Tensor]:
        """Return the loss of each task asked, a scalar, mean per word (paper eq. 6 sums them).

        Parameters
        ----------
        batch, tasks
            The sentences, and tasks of the model.
        features
            What `features` gives for them, where it is known already.

        Raises
        ------
        ValueError
            When the model lacks a task.
        """
        if features is None:
            features = self.features(batch, tasks)
        return {task: self.head(task).loss(features[task], batch) for task in tasks}

    def predict(
        self, batch: Batch, tasks: Sequence[Task], *, multi_root: bool
    ) -> dict[Task, list[Prediction]]:
        """Return the predictions of each task asked, one a sentence, without dropout or gradient.

        The model is in evaluation mode afterwards.

        Parameters
        ----------
        batch
            The sentences.
        tasks
            Tasks of the model.
        multi_root
            Whether a tree may have several roots.

        Raises
        ------
        ValueError
            When the model lacks a task.
        """
        self.eval()
        with torch.inference_mode():
            features = self.features(batch, tasks)
            return {
                task: self.head(task).predict(features[task], batch, multi_root=multi_root)
                for task in tasks
            }

    def classifier_rows(self) -> dict[Task, tuple[str, ...]]:
        """Name, for each task, the parameters whose first dimension is its labels (paper 4.1)."""
        return {
            task: tuple(f"heads.{task.branch}.{name}" for name in self.head(task).label_parameters)
            for task in self.tasks
        }

    @property
    def device(self) -> torch.device:
        """Return the device of the weights, which is where batches have to be."""
        return next(self.parameters()).device

    def feature_dim(self, task: Task) -> int:
        """Return the size of a feature vector of a task."""
        return self.head(task).feature_dim

    def n_parameters(self) -> int:
        """Count the weights."""
        return sum(parameter.numel() for parameter in self.parameters())

    def head(self, task: Task) -> Head:
        """Return the branch of a task."""
        return cast(Head, self.heads[task.branch])


def _build_parser(task: Task, params: ModelParams, input_dim: int, labels: Sequence[str]) -> Head:  # noqa: ARG001
    return BiaffineParser(input_dim=input_dim, rels=labels, params=params.parser)


def _build_tagger(task: Task, params: ModelParams, input_dim: int, labels: Sequence[str]) -> Head:
    return Tagger(
        task,
        input_dim=input_dim,
        n_labels=len(labels),
        hidden=params.tagger_hidden,
        dropout=params.dropout[task],
    )


HEADS: Mapping[str, Callable[[Task, ModelParams, int, Sequence[str]], Head]] = {
    "tagger": _build_tagger,
    "parser": _build_parser,
}
