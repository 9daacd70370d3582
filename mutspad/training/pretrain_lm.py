"""Train a bidirectional language model on raw text, for an ELMo of our own."""

import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from mutspad.config import LanguageModelParams
from mutspad.data.buckets import bucket_batches
from mutspad.errors import LanguageModelError
from mutspad.models.bilm import LanguageModel, LogUniform, Outcomes, Texts
from mutspad.models.elmo import BEGIN_SENTENCE, END_SENTENCE, Elmo
from mutspad.models.elmo_format import DIRECTIONS
from mutspad.training.resume import Checkpoint
from mutspad.training.seeding import seed_everything

logger = logging.getLogger(__name__)

Words = tuple[str, ...]

WARM_UP = 0.1
"""Share of the steps in which the learning rate rises (Howard and Ruder, 2018)."""


@dataclass(frozen=True, slots=True)
class Perplexity:
    """Hold the perplexity of held-out sentences, over all outcomes, in both reading directions."""

    forward: float
    backward: float


@dataclass(frozen=True, slots=True)
class LanguageModelEpoch:
    """Hold the results of one epoch."""

    epoch: int  # counted from 0
    loss: float  # mean of a prediction against sampled outcomes, in nats
    dev: Perplexity

    def as_row(self) -> dict[str, int | float]:
        """Return the record as a row of `history.csv`."""
        return {
            "epoch": self.epoch,
            "loss": self.loss,
            "dev_perplexity_forward": self.dev.forward,
            "dev_perplexity_backward": self.dev.backward,
        }


@dataclass(frozen=True, slots=True, eq=False)
class FittedLanguageModel:
    """Hold a trained ELMo, without what predicts words, with its training curve."""

    elmo: Elmo
    history: list[LanguageModelEpoch]
    tokens: int  # words of the training text
    unigram: Perplexity  # of a model that only knows how frequent words are

    def summary(self) -> dict[str, Any]:
        """Return `summary.json`."""
        return {
            "tokens": self.tokens,
            "epochs": len(self.history),
            "parameters": self.elmo.n_parameters(),
            "perplexity_dev": asdict(self.history[-1].dev),
            "perplexity_dev_unigram": asdict(self.unigram),
        }


def fit_language_model(
    texts: Sequence[Sequence[Words]],
    params: LanguageModelParams,
    checkpoint: Checkpoint | None = None,
) -> FittedLanguageModel:
    """Train a bidirectional language model from random weights, or from the state of a checkpoint.

    Each sentence is read by itself: neighbours in a collection of tweets have nothing to do with
    each other. All texts give the same share when there are more tokens than the budget. Ours: Adam
    with a learning rate that rises and then falls to zero rather than ELMo's Adagrad, whose third
    epoch on 200,000 tokens had a higher perplexity than Adam's first.
    """
    seed_everything(params.seed)
    train, dev = _divide(texts, params)
    outcomes = Outcomes(train)
    training = Texts.of(train, outcomes, params.max_characters)
    held_out = Texts.of(dev, outcomes, params.max_characters)
    model = LanguageModel(params, len(outcomes))
    tokens = sum(map(len, train))
    logger.info(
        "language model: %d tokens to learn from, %d held out, %d outcomes, %d parameters",
        tokens,
        sum(map(len, dev)),
        len(outcomes),
        model.elmo.n_parameters(),
    )
    trainer = _Trainer(model, params, training)
    kept = None if checkpoint is None else checkpoint.read()
    if kept is not None:
        trainer.restore(kept)
        logger.info("resumed at epoch %d, step %d", trainer.epoch, trainer.progress.step)
    while (epoch := trainer.epoch) < params.max_epochs:
        loss, speed = trainer.run_epoch(checkpoint)
        record = LanguageModelEpoch(epoch, loss, _perplexity(model, held_out))
        trainer.history.append(record)
        logger.info(
            "epoch %d: loss %.4f, dev perplexity %.1f forwards, %.1f backwards, %.0f words/s",
            epoch,
            loss,
            record.dev.forward,
            record.dev.backward,
            speed,
        )
    model.eval()
    unigram = _unigram(outcomes, held_out)
    return FittedLanguageModel(model.elmo, trainer.history, tokens, unigram)


def learning_rate(step: int, steps: int, highest: float) -> float:
    """Return the learning rate of a step, counted from 0: up to the highest, then down to zero."""
    peak = max(1, round(WARM_UP * steps))
    return highest * min((step + 1) / peak, (steps - step) / max(1, steps - peak + 1))


@dataclass(slots=True)
class _Progress:
    """Progress of an epoch: the next step, the sum of losses and the number of words."""

    step: int = 0
    loss: float = 0.0
    predictions: int = 0


torch.serialization.add_safe_globals([LanguageModelEpoch, Perplexity, _Progress])


class _Trainer:
    """Run epochs of one language model; its state is all that changes meanwhile."""

    def __init__(self, model: LanguageModel, params: LanguageModelParams, texts: Texts) -> None:
        self._model, self._params, self._texts = model, params, texts
        self._lengths = [len(rows) for rows in texts.rows]
        self._sampler = LogUniform(len(model.outcomes.weight), params.seed)
        sparse = [m.weight for m in model.modules() if isinstance(m, nn.Embedding)]
        chosen = set(sparse)
        self._dense = [weight for weight in model.parameters() if weight not in chosen]
        self._optimisers: list[torch.optim.Optimizer] = [
            torch.optim.Adam(self._dense, fused=True),
            torch.optim.SparseAdam(sparse),
        ]
        self.epoch = 0
        self.progress = _Progress()
        self.history: list[LanguageModelEpoch] = []

    def to_state(self) -> dict[str, Any]:
        """Return everything, PyTorch's generator included."""
        return {
            "weights": self._model.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self._optimisers],
            "generator": torch.get_rng_state(),
            "sampler": self._sampler.state,
            "epoch": self.epoch,
            "progress": self.progress,
            "history": self.history,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore the state of `to_state`, PyTorch's generator included."""
        self._model.load_state_dict(state["weights"])
        for optimiser, kept in zip(self._optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        torch.set_rng_state(state["generator"])
        self._sampler.state = state["sampler"]
        self.epoch, self.progress = state["epoch"], state["progress"]
        self.history = state["history"]

    def run_epoch(self, checkpoint: Checkpoint | None) -> tuple[float, float]:
        """Train the next epoch, or the rest of it; return the mean loss and words a second."""
        started, words = time.perf_counter(), 0
        rng = np.random.Generator(np.random.PCG64([self._params.seed, self.epoch]))
        batches = bucket_batches(self._lengths, self._params.batch_sentences, rng)
        steps = len(batches) * self._params.max_epochs
        highest, progress = self._params.learning_rate, self.progress
        self._model.train()
        for number, batch in list(enumerate(batches))[progress.step :]:
            step = self.epoch * len(batches) + number
            loss = self._step(batch, learning_rate(step, steps, highest))
            if not math.isfinite(loss):
                raise LanguageModelError(
                    f"epoch {self.epoch}: expected a finite loss of the language model, found "
                    f"{loss}. Lower language_model.learning_rate"
                )
            count = sum(self._lengths[index] - 1 for index in batch)
            progress.loss += count * loss
            progress.predictions += count
            progress.step, words = number + 1, words + count
            if checkpoint is not None and checkpoint.due():
                checkpoint.write(self.to_state())
        self.epoch, self.progress = self.epoch + 1, _Progress()
        return progress.loss / progress.predictions, words / (time.perf_counter() - started)

    def _step(self, batch: Sequence[int], rate: float) -> float:
        """Go one step down the gradient of a batch; return its loss."""
        for optimiser in self._optimisers:
            optimiser.zero_grad(set_to_none=True)
            for group in optimiser.param_groups:
                group["lr"] = rate
        loss = self._model.sampled_loss(self._texts, batch, self._sampler, self._params.negatives)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self._dense, self._params.clip_norm)
        for optimiser in self._optimisers:
            optimiser.step()
        return loss.item()


def _divide(
    texts: Sequence[Sequence[Words]], params: LanguageModelParams
) -> tuple[list[Words], list[Words]]:
    """Sample whole sentences within the budget, and hold some of them out."""
    tokens = sum(len(words) for text in texts for words in text)
    share = 1.0 if params.token_budget is None else min(1.0, params.token_budget / max(1, tokens))
    sentences = [
        words
        for number, text in enumerate(texts)
        for words in _draw(text, share, np.random.PCG64([params.seed, number]))
    ]
    order = np.random.Generator(np.random.PCG64(params.seed)).permutation(len(sentences))
    held_out = set(order[: math.ceil(params.held_out * len(sentences))].tolist())
    train = [words for index, words in enumerate(sentences) if index not in held_out]
    dev = [sentences[index] for index in sorted(held_out)]
    for name, part in (("to learn from", train), ("to hold out", dev)):
        if not part:
            raise LanguageModelError(
                f"language_model: expected sentences {name}, found none: {len(sentences)} of the "
                f"texts lie within token_budget, and held_out is {params.held_out}"
            )
    return train, dev


def _draw(text: Sequence[Words], share: float, bits: np.random.PCG64) -> Iterator[Words]:
    """Sample sentences with at most a share of the tokens; keep their order."""
    lengths = np.array([len(words) for words in text])
    order = np.random.Generator(bits).permutation(len(text))
    drawn = order[np.cumsum(lengths[order]) <= share * lengths.sum()]
    return (text[index] for index in np.sort(drawn))


def _perplexity(model: LanguageModel, texts: Texts) -> Perplexity:
    """Return the perplexity of some texts."""
    model.eval()
    lengths = [len(rows) for rows in texts.rows]
    logs = torch.zeros(DIRECTIONS, dtype=torch.float64)
    for batch in bucket_batches(lengths, 64, None):
        logs += model.log_likelihood(texts, batch)
    predictions = sum(lengths) - len(lengths)
    return Perplexity(*(-logs / predictions).exp().tolist())


def _unigram(outcomes: Outcomes, texts: Texts) -> Perplexity:
    """Return the perplexity of some texts by the frequencies of the training text alone."""
    # Neither direction predicts the border that it begins with.
    forward = torch.cat([texts.outcomes[rows[1:]] for rows in texts.rows])
    backward = torch.cat([texts.outcomes[rows[:-1]] for rows in texts.rows])
    counts = outcomes.counts.double()
    return Perplexity(
        *(
            torch.exp(-torch.log(counts[read] / (counts.sum() - counts[begun])).mean()).item()
            for read, begun in (
                (forward, outcomes.id(BEGIN_SENTENCE)),
                (backward, outcomes.id(END_SENTENCE)),
            )
        )
    )
