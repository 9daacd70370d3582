"""The training loop: epochs of updates, dev scores after each, and the best weights."""

import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from statistics import fmean
from typing import Any

import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor, nn

from mutspad.config.params import Run
from mutspad.data.batching import Batch, Encoded, VectorSource, collate, encode
from mutspad.data.sentence import Sentence
from mutspad.data.vocab import Vocabulary
from mutspad.errors import MutspadError
from mutspad.evaluation.counts import count_layers, score_counts
from mutspad.models import fast
from mutspad.models.adversarial import word_features
from mutspad.models.fast import graphs
from mutspad.models.mutspad import MuTSPad
from mutspad.models.precision import computing_in
from mutspad.tasks import Task
from mutspad.training.adversarial import Adversary
from mutspad.training.early_stopping import EarlyStopping
from mutspad.training.losses import weighted_loss
from mutspad.training.optimiser import Optimiser
from mutspad.training.predict import annotate
from mutspad.training.resume import Checkpoint
from mutspad.training.schedule import (
    Step,
    all_tasks_per_batch,
    loss_weights,
    one_task_per_batch,
)

logger = logging.getLogger(__name__)

TrainingSet = Mapping[Task, Sequence[Sentence]] | Sequence[Sentence]
"""One corpus a task, or a unified corpus whose sentences carry the layers of all tasks."""


class TrainingError(MutspadError):
    """Signal training that cannot start or has left the finite numbers."""


@dataclass(frozen=True, slots=True)
class DomainScore:
    """Loss and accuracy of a domain discriminator in an epoch.

    Parameters
    ----------
    loss
        Its mean cross entropy.
    accuracy
        The share of words with the right domain, in per cent; 50 is chance.
    """

    loss: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """The results of one epoch.

    Parameters
    ----------
    epoch
        Counted from 0.
    learning_rate
        The learning rate of the epoch.
    losses
        Each task's mean unweighted loss over its batches.
    dev
        Each task's main dev score, in per cent.
    dev_mean
        Their mean, which early stopping looks at.
    best
        Whether the epoch's weights are those of the trained model.
    domain
        Of an adversarial run: the discriminator's mean loss and accuracy over the steps.
    """

    epoch: int
    learning_rate: float
    losses: Mapping[Task, float]
    dev: Mapping[Task, float]
    dev_mean: float
    best: bool = False
    domain: DomainScore | None = None

    def as_row(self) -> dict[str, int | float | bool]:
        """Return the record as a row of `history.csv`."""
        domain = self.domain
        return {
            "epoch": self.epoch,
            "learning_rate": self.learning_rate,
            **{f"loss_{task}": loss for task, loss in self.losses.items()},
            **({} if domain is None else {"loss_domain": domain.loss}),
            **({} if domain is None else {"domain_accuracy": domain.accuracy}),
            **{f"dev_{task}": score for task, score in self.dev.items()},
            "dev_mean": self.dev_mean,
            "best": self.best,
        }


@dataclass(slots=True)
class EpochProgress:
    """The progress of an epoch.

    Parameters
    ----------
    step
        The next step to take.
    sums, counts
        Each task's sum of losses and number of batches.
    domain_scores
        The discriminator's loss and accuracy at each step of an adversarial epoch.
    """

    step: int = 0
    sums: dict[Task, float] = field(default_factory=dict)
    counts: dict[Task, int] = field(default_factory=dict)
    domain_scores: list[tuple[float, float]] = field(default_factory=list)

    def note(self, task: Task, loss: float) -> None:
        """Record a task's loss on a batch."""
        self.sums[task] = self.sums.get(task, 0.0) + loss
        self.counts[task] = self.counts.get(task, 0) + 1

    def losses(self, tasks: Sequence[Task]) -> dict[Task, float]:
        """Return each task's mean loss."""
        return {task: self.sums[task] / self.counts[task] for task in tasks}

    def domain(self) -> DomainScore | None:
        """Return the discriminator's mean loss and accuracy, if there is one."""
        if not self.domain_scores:
            return None
        return DomainScore(*map(fmean, zip(*self.domain_scores, strict=True)))


_KEPT = ("stopping", "epoch", "best_weights", "history", "progress")
# What a checkpoint holds beside tensors and plain values; it is still read without running code.
torch.serialization.add_safe_globals([DomainScore, EarlyStopping, EpochProgress, EpochRecord, Task])


def fit(
    run: Run,
    model: MuTSPad,
    vocabulary: Vocabulary,
    *,
    train: TrainingSet,
    dev: Mapping[Task, Sequence[Sentence]],
    seed: int,
    adversary: Adversary | None = None,
    contextual: VectorSource | None = None,
    checkpoint: Checkpoint | None = None,
    kept: Mapping[str, Any] | None = None,
) -> list[EpochRecord]:
    """Train a model in place until its dev score stops rising, and keep the best epoch's weights.

    It trains on the device of the run and is on the CPU before and afterwards.

    With one corpus a task, a step trains one task (paper 4.2.1); with a unified corpus, all of them
    (4.2.2). The dev score is the mean of the tasks' main scores. PyTorch's generator decides the
    dropout: seed it before the model is built.

    Parameters
    ----------
    run
        The run; its precision and device are resolved.
    model, vocabulary
        The model and its vocabulary.
    train
        The sentences to learn from.
    dev
        Gold sentences for each task of the model.
    seed
        Decides the order of the sentences.
    adversary
        What adversarial pre-training adds, for a model of one task; its discriminator is trained,
        too (paper 5.2.1).
    contextual
        The cached vectors of the model's contextual encoder, if it reads any.
    checkpoint
        Where the training's state is kept while it runs.
    kept
        The state to resume; the result is byte-identical to that of a training without a stop.

    Returns
    -------
    list[EpochRecord]
        One record an epoch, exactly one of them the best.

    Raises
    ------
    TrainingError
        When a task has no sentences, a sentence lacks a layer, or a loss or gradient is not finite.
    """
    trainer = _Trainer(
        run,
        model,
        vocabulary,
        train,
        dev,
        seed=seed,
        adversary=adversary,
        contextual=contextual,
    )
    if kept is not None:
        trainer.restore(kept)
        logger.info("resumed at epoch %d, step %d", trainer.epoch, trainer.progress.step)
    while trainer.epoch < run.training.max_epochs and not trainer.stopping.exhausted:
        trainer.run_epoch(checkpoint)
    model.load_state_dict(trainer.best_weights)
    model.to("cpu").eval()
    best = trainer.stopping.best_epoch
    return [replace(record, best=record.epoch == best) for record in trainer.history]


class _Trainer:
    """Run epochs of one model; its state is all that changes meanwhile."""

    def __init__(
        self,
        run: Run,
        model: MuTSPad,
        vocabulary: Vocabulary,
        train: TrainingSet,
        dev: Mapping[Task, Sequence[Sentence]],
        *,
        seed: int,
        adversary: Adversary | None,
        contextual: VectorSource | None,
    ) -> None:
        self._model, self._vocabulary = model, vocabulary
        self._adversary, self._contextual = adversary, contextual
        self._params, self._multi_root, self._seed = run.training, run.multi_root, seed
        self._unified = not isinstance(train, Mapping)
        if isinstance(train, Mapping):
            self._corpora = {
                task: self._encode(train.get(task, ()), [task]) for task in model.tasks
            }
        else:
            self._corpora = dict.fromkeys(model.tasks, self._encode(train, model.tasks))
        self._mean_words = {
            task: self._params.batch_sentences * fmean(map(len, corpus))
            for task, corpus in self._corpora.items()
        }
        self._dev = {task: dev.get(task, ()) for task in model.tasks}
        for task, sentences in self._dev.items():
            _require_layers("dev", sentences, [task])
        # The discriminator of an adversarial run is trained, too.
        self._trained = nn.ModuleList([model, *([adversary.discriminator] if adversary else [])])
        self._trained.to(self._params.device)
        # An adversarial step reads the layers twice.
        captured = self._params.device == "cuda" and adversary is None and fast.enabled("graphs")
        self._graphs = graphs.Graphs() if captured else None
        self.optimiser = Optimiser(self._trained, self._params, n_tasks=len(model.tasks))
        self.stopping = EarlyStopping(self._params.patience)
        self.epoch = 0
        self.best_weights: dict[str, Tensor] = {}
        self.history: list[EpochRecord] = []
        self.progress = EpochProgress()

    def to_state(self) -> dict[str, Any]:
        """Return everything, PyTorch's generators included."""
        device = self._params.device
        return {
            "weights": self._trained.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "generator": torch.get_rng_state(),
            # Dropout draws where it is computed.
            "cuda_generator": torch.cuda.get_rng_state() if device == "cuda" else None,
            "precision": self._params.precision,
            "device": device,
            **{name: getattr(self, name) for name in _KEPT},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore the state of `to_state`, PyTorch's generators included."""
        self._trained.load_state_dict(state["weights"])
        self.optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["generator"])
        if state["cuda_generator"] is not None:
            torch.cuda.set_rng_state(state["cuda_generator"])
        for name in _KEPT:
            setattr(self, name, state[name])

    def run_epoch(self, checkpoint: Checkpoint | None) -> None:
        """Train the next epoch, or the rest of it, and record its scores."""
        rate = self.optimiser.set_progress(self.epoch / self._params.max_epochs)
        started = time.perf_counter()
        speed = self._train(checkpoint) / (time.perf_counter() - started)
        losses, domain = self.progress.losses(self._model.tasks), self.progress.domain()
        dev = self._score_dev()
        record = EpochRecord(self.epoch, rate, losses, dev, fmean(dev.values()), domain=domain)
        self.history.append(record)
        if self.stopping.update(self.epoch, record.dev_mean):
            self.best_weights = {
                name: weights.clone() for name, weights in self._model.state_dict().items()
            }
        logger.info(
            "epoch %d: learning rate %.4g, loss %s%s, dev %s, mean %.2f, best epoch %d, "
            "%.0f words/s",
            self.epoch,
            rate,
            " ".join(f"{task} {loss:.4f}" for task, loss in losses.items()),
            f" discriminator loss {domain.loss:.4f}, accuracy {domain.accuracy:.1f}%"
            if domain
            else "",
            " ".join(f"{task} {score:.2f}" for task, score in dev.items()),
            record.dev_mean,
            self.stopping.best_epoch,
            speed,
        )
        self.epoch += 1
        self.progress = EpochProgress()

    def _train(self, checkpoint: Checkpoint | None) -> int:
        """Run the remaining steps of an epoch; return the number of words read."""
        tasks = self._model.tasks
        weights = loss_weights(
            self.epoch, {task: self._params.loss_weights[task] for task in tasks}
        )
        words, progress = 0, self.progress
        steps = list(self._sample_steps(self.epoch))
        targets = self._sample_target(steps, self.epoch)
        terminal = Console(stderr=True)
        self._model.train()
        for number, step in track(
            list(enumerate(steps))[progress.step :],
            description=f"epoch {self.epoch}",
            console=terminal,
            transient=True,
            disable=not terminal.is_terminal,
        ):
            done = (self.epoch + number / len(steps)) / self._params.max_epochs
            target = targets[number] if targets else ()
            words += self._take_step(step, target, weights, done)
            progress.step = number + 1
            if checkpoint is not None and checkpoint.due():
                checkpoint.write(self.to_state())
        return words

    def _take_step(
        self,
        step: Step,
        target: Sequence[Encoded],
        weights: Mapping[Task, float],
        done: float,
    ) -> int:
        """Update the model by one batch and return its words.

        What the gradient was computed from is gone afterwards, as CUDA graphs need.
        """
        self.optimiser.set_progress(done)
        tasks, progress, sentences = self._model.tasks, self.progress, self._sentences(step)
        batch, n_words = self._collate(sentences), sum(map(len, sentences))
        with computing_in(self._params.precision), graphs.using(self._graphs):
            features = self._model.features(batch, step.tasks)
            losses = self._model.losses(batch, step.tasks, features)
        total = weighted_loss(
            losses,
            weights,
            n_tasks=len(tasks),
            batch_size=n_words / self._mean_words[step.tasks[0]],
        )
        if self._adversary is not None:
            source = word_features(features[tasks[0]], batch)
            with computing_in(self._params.precision):
                loss, accuracy = self._discriminate(self._adversary, source, target, done)
            value = loss.item()
            _require_finite(value, self.epoch, "loss of the domain")
            progress.domain_scores.append((value, accuracy))
            total = total + loss
        norm = self.optimiser.step(total)
        # Only now: on a GPU, reading a value waits for all that it was told to do before.
        values = torch.stack([loss.detach() for loss in losses.values()]).tolist()
        for task, value in zip(losses, values, strict=True):
            _require_finite(value, self.epoch, f"loss of {task}")
            progress.note(task, value)
        _require_finite(norm, self.epoch, f"gradient norm of {', '.join(step.tasks)}")
        return n_words

    def _collate(self, sentences: Sequence[Encoded]) -> Batch:
        """Pad sentences to a batch on the device of the model."""
        return collate(self._vocabulary, sentences).to(self._model.device)

    def _sentences(self, step: Step) -> list[Encoded]:
        """Return the sentences of a step."""
        corpus = self._corpora[step.tasks[0]]
        return [corpus[index] for index in step.sentences]

    def _sample_target(self, steps: Sequence[Step], epoch: int) -> list[list[Encoded]]:
        """Sample the target sentences of the steps of an adversarial epoch."""
        if self._adversary is None:
            return []
        return self._adversary.sample([self._sentences(step) for step in steps], epoch)

    def _discriminate(
        self, adversary: Adversary, source: Tensor, target: Sequence[Encoded], progress: float
    ) -> tuple[Tensor, float]:
        """Classify a step's source words and the words of target sentences by domain."""
        (task,) = self._model.tasks
        batch = self._collate(target)
        features = self._model.features(batch, [task])[task]
        return adversary.discriminate(source, word_features(features, batch), progress)

    def _sample_steps(self, epoch: int) -> Iterator[Step]:
        """Sample the steps of an epoch."""
        lengths = {task: [len(rows) for rows in corpus] for task, corpus in self._corpora.items()}
        tasks = self._model.tasks
        sample = (
            partial(all_tasks_per_batch, lengths[tasks[0]], tasks)
            if self._unified
            else partial(one_task_per_batch, lengths)
        )
        return sample(
            batch_sentences=self._params.batch_sentences,
            pool_batches=self._params.pool_batches,
            seed=self._seed,
            epoch=epoch,
        )

    def _score_dev(self) -> dict[Task, float]:
        """Compute each task's main dev score, in per cent."""
        scores = {}
        for task, gold in self._dev.items():
            predicted = annotate(
                self._model,
                self._vocabulary,
                gold,
                [task],
                multi_root=self._multi_root,
                contextual=self._contextual,
            )
            # Reported scores are by seqeval, whose imports take as long as a small epoch.
            scores[task] = float(score_counts(count_layers(task, gold, predicted).sum(axis=0)))
        return scores

    def _encode(self, sentences: Sequence[Sentence], tasks: Sequence[Task]) -> list[Encoded]:
        """Encode training sentences with the vocabulary."""
        _require_layers("training", sentences, tasks)
        return [
            encode(self._vocabulary, sentence, tasks, self._contextual) for sentence in sentences
        ]


def _require_layers(split: str, sentences: Sequence[Sentence], tasks: Sequence[Task]) -> None:
    """Check that a split has sentences, all with the layers needed."""
    if not sentences:
        raise TrainingError(f"{', '.join(tasks)}: expected {split} sentences, found none")
    for sentence in sentences:
        for task in tasks:
            if task not in sentence.layers:
                raise TrainingError(
                    f"{split} sentence {sentence.id}: expected a layer of {task}, found none"
                )


def _require_finite(value: float, epoch: int, name: str) -> None:
    """Raise an error for a loss that is not finite."""
    if not math.isfinite(value):
        raise TrainingError(
            f"epoch {epoch}: expected a finite {name}, found {value}. Lower "
            f"training.learning_rate or training.clip_norm"
        )
