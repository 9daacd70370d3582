"""Adversarial pre-training: the features of both domains become alike (paper 5.2.1).

A discriminator learns to classify words as source or target by their features, and the network
below, whose gradient is reversed, to mislead it (Ganin et al., 2016). The target text has no
labels. Each step and each target batch is a function of the seed and the epoch, as in `schedule`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import fmean

import numpy as np
from torch import Tensor

from mutspad.config.sections import AdversarialParams
from mutspad.data.batching import Encoded
from mutspad.models.adversarial import (
    DomainDiscriminator,
    domain_accuracy,
    domain_loss,
    reverse_gradient,
)
from mutspad.tasks import PAPER_TASKS


@dataclass(frozen=True, slots=True, eq=False)
class Adversary:
    """The discriminator and the unlabelled text of an adversarial run.

    Parameters
    ----------
    discriminator
        Trained with the model, but no part of it: it is not kept.
    params
        Its size and the schedule of the reversal.
    unlabelled
        Sentences of the target domain.
    seed
        Decides their order.
    """

    discriminator: DomainDiscriminator
    params: AdversarialParams
    unlabelled: Sequence[Encoded]
    seed: int

    def sample(self, steps: Sequence[Sequence[Encoded]], epoch: int) -> list[list[Encoded]]:
        """Sample target sentences for the steps of an epoch; see `sample_target_batches`."""
        sampled = sample_target_batches(
            [len(sentence) for sentence in self.unlabelled],
            [[len(sentence) for sentence in step] for step in steps],
            seed=self.seed,
            epoch=epoch,
        )
        return [[self.unlabelled[index] for index in step] for step in sampled]

    def discriminate(self, source: Tensor, target: Tensor, progress: float) -> tuple[Tensor, float]:
        """Classify the domains of words; the loss reverses the gradient of the features.

        Parameters
        ----------
        source, target
            Features of words of each domain, `[words, feature_dim]`.
        progress
            The share of the training that is done.

        Returns
        -------
        tuple[Tensor, float]
            The loss, a scalar, and the discriminator's accuracy in per cent.
        """
        scale = reversal(progress, self.params)
        logits = [
            self.discriminator(reverse_gradient(features, scale)) for features in (source, target)
        ]
        return domain_loss(*logits), domain_accuracy(*logits)


def reversal(progress: float, params: AdversarialParams) -> float:
    """Return the factor of the gradient reversal, which rises from 0.

    `max_reversal * (2 / (1 + exp(-steepness * p)) - 1)` (Ganin et al., 2016, section 5.2.2).

    Parameters
    ----------
    progress
        p, the share of the steps of `max_epochs` that are done.
    params
        The largest reversal and how steeply it rises.
    """
    # tanh(x / 2) is the same, and cannot overflow.
    return params.max_reversal * math.tanh(params.steepness * progress / 2)


def sample_target_batches(
    lengths: Sequence[int],
    steps: Sequence[Sequence[int]],
    *,
    seed: int,
    epoch: int,
) -> list[list[int]]:
    """Sample one epoch's target batches, one a step, as large as the steps' own.

    The text is sampled without replacement, pass after pass; a pass continues in the next epoch.
    The sentences of a batch are of similar length, so that little is padding, and steps with long
    source sentences get long target sentences, so that length separates the domains little.

    Parameters
    ----------
    lengths
        Words of each sentence of the target text.
    steps
        Words of each source sentence of each step; as many sentences in every epoch.
    seed, epoch
        Decide which sentences; the epoch is counted from 0.

    Returns
    -------
    list[list[int]]
        Indices of the target sentences of each step.
    """
    needed = sum(map(len, steps))
    first_pass, position = divmod(epoch * needed, len(lengths))
    n_passes = -(-(position + needed) // len(lengths))
    passes = [
        np.random.default_rng((seed, len(PAPER_TASKS) + 1, number)).permutation(len(lengths))
        for number in range(first_pass, first_pass + n_passes)
    ]
    sampled = np.concatenate(passes)[position : position + needed].tolist()
    # Sorting is stable: sentences of one length stay in the order of the shuffle.
    waiting = iter(sorted(sampled, key=lambda index: lengths[index]))
    batches: dict[int, list[int]] = {}
    for step in sorted(range(len(steps)), key=lambda step: fmean(steps[step])):
        batches[step] = list(islice(waiting, len(steps[step])))
    return [batches[step] for step in range(len(steps))]
