"""Train a bidirectional language model on raw text, for an ELMo of our own."""

import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from mutspad.config.sections import LanguageModelParams
from mutspad.data.buckets import bucket_batches
from mutspad.errors import LanguageModelError
from mutspad.models.bilm import LanguageModel, LogUniform, Outcomes, Texts
from mutspad.models.elmo import BEGIN_SENTENCE, END_SENTENCE, Elmo
from mutspad.models.elmo_format import DIRECTIONS
from mutspad.training.resume import Checkpoint
from mutspad.training.seeding import seed_everything

logger = logging.getLogger(__name__)

Words = tuple[str, ...]
Row = dict[str, int | float]
"""An epoch in `history.csv`: its number from 0, the mean loss in nats, perplexities on dev."""
Perplexity = dict[str, float]
"""That of held-out sentences, over all outcomes, read `forward` and `backward`."""

WARM_UP = 0.1
"""Share of the steps in which the learning rate rises (Howard and Ruder, 2018)."""


@dataclass(frozen=True, slots=True, eq=False)
class FittedLanguageModel:
    """Hold a trained ELMo, without what predicts words, with its training curve."""

    elmo: Elmo
    history: list[Row]
    tokens: int  # words of the training text
    unigram: Perplexity  # of a model that only knows how frequent words are

    def summary(self) -> dict[str, Any]:
        """Return `summary.json`."""
        return {
            "tokens": self.tokens,
            "epochs": len(self.history),
            "parameters": self.elmo.n_parameters(),
            "perplexity_dev": {
                way: self.history[-1][f"dev_perplexity_{way}"] for way in self.unigram
            },
            "perplexity_dev_unigram": self.unigram,
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
        logger.info("resumed at epoch %d, step %d", trainer.epoch, trainer.step)
    while (epoch := trainer.epoch) < params.max_epochs:
        loss, speed = trainer.run_epoch(checkpoint)
        perplexity = _perplexity(model, held_out)
        found = {f"dev_perplexity_{way}": value for way, value in perplexity.items()}
        trainer.history.append({"epoch": epoch, "loss": loss, **found})
        logger.info(
            "epoch %d: loss %.4f, dev perplexity %.1f forwards, %.1f backwards, %.0f words/s",
            epoch,
            loss,
            *perplexity.values(),
            speed,
        )
    model.eval()
    unigram = _unigram(outcomes, held_out)
    return FittedLanguageModel(model.elmo, trainer.history, tokens, unigram)


def learning_rate(step: int, steps: int, highest: float) -> float:
    """Return the learning rate of a step, counted from 0: up to the highest, then down to zero."""
    peak = max(1, round(WARM_UP * steps))
    return highest * min((step + 1) / peak, (steps - step) / max(1, steps - peak + 1))


_KEPT = ("epoch", "step", "loss", "predictions", "history")


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
        # The next step of the next epoch, with the sum of losses and the predictions before it.
        self.epoch, self.step = 0, 0
        self.loss, self.predictions = 0.0, 0
        self.history: list[Row] = []

    def to_state(self) -> dict[str, Any]:
        """Return everything, PyTorch's generator included."""
        return {
            "weights": self._model.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self._optimisers],
            "generator": torch.get_rng_state(),
            "sampler": self._sampler.state,
            **{name: getattr(self, name) for name in _KEPT},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore the state of `to_state`, PyTorch's generator included."""
        self._model.load_state_dict(state["weights"])
        for optimiser, kept in zip(self._optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        torch.set_rng_state(state["generator"])
        self._sampler.state = state["sampler"]
        for name in _KEPT:
            setattr(self, name, state[name])

    def run_epoch(self, checkpoint: Checkpoint | None) -> tuple[float, float]:
        """Train the next epoch, or the rest of it; return the mean loss and words a second."""
        started, words = time.perf_counter(), 0
        rng = np.random.Generator(np.random.PCG64([self._params.seed, self.epoch]))
        batches = bucket_batches(self._lengths, self._params.batch_sentences, rng)
        steps = len(batches) * self._params.max_epochs
        highest = self._params.learning_rate
        self._model.train()
        for number, batch in list(enumerate(batches))[self.step :]:
            step = self.epoch * len(batches) + number
            loss = self._step(batch, learning_rate(step, steps, highest))
            if not math.isfinite(loss):
                raise LanguageModelError(
                    f"epoch {self.epoch}: expected a finite loss of the language model, found "
                    f"{loss}. Lower language_model.learning_rate"
                )
            count = sum(self._lengths[index] - 1 for index in batch)
            self.loss += count * loss
            self.predictions += count
            self.step, words = number + 1, words + count
            if checkpoint is not None and checkpoint.due():
                checkpoint.write(self.to_state())
        mean = self.loss / self.predictions
        self.epoch, self.step = self.epoch + 1, 0
        self.loss, self.predictions = 0.0, 0
        return mean, words / (time.perf_counter() - started)

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
    forward, backward = (-logs / predictions).exp().tolist()
    return {"forward": forward, "backward": backward}


def _unigram(outcomes: Outcomes, texts: Texts) -> Perplexity:
    """Return the perplexity of some texts by the frequencies of the training text alone."""
    counts = outcomes.counts.double()

    def measure(read: slice, border: str) -> float:
        words = torch.cat([texts.outcomes[rows[read]] for rows in texts.rows])
        # Neither direction predicts the border that it begins with.
        others = counts.sum() - counts[outcomes.id(border)]
        return torch.exp(-torch.log(counts[words] / others).mean()).item()

    return {
        "forward": measure(slice(1, None), BEGIN_SENTENCE),
        "backward": measure(slice(None, -1), END_SENTENCE),
    }
