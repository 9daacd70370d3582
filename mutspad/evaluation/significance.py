"""Paired tests and intervals from counts of each sentence (see `mutspad.evaluation.counts`).

Sentences are the unit: words of a sentence are not independent of each other, and neither are the
labels that the same sentence gets from models of several seeds. So a sentence is swapped or drawn
as a whole, in all seeds together; more seeds do not make the test set look larger than it is.
Where there are several seeds, intervals also allow for others: training twice moves a score by more
than many differences that papers report (Reimers and Gurevych 2017, D17-1035). Methods may have
different numbers of seeds, always the first ones of one list.

SciPy's `permutation_test` and `bootstrap` do the same for one pair of methods at a time, and
recompute every sentence for each. Here the sums of a draw are one matrix product for all methods,
and any pair is a subtraction; the tests hold both against SciPy and against all `2**n` swaps.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mutspad.evaluation.counts import Counts, score_counts

Floats = NDArray[np.float64]

# Two ways to the same difference may part in the last digits: a tie counts as extreme.
TOLERANCE = 1e-9
# Sentences times draws in memory at once.
_BLOCK = 2_000_000
# An event between two epochs is seen at the next: the difference of two such times, uniformly
# rounded, has this standard deviation when nothing else varies.
ROUNDING = 6**-0.5


@dataclass(frozen=True, slots=True, eq=False)
class PairedSamples:
    """Random swaps and bootstrap samples for all comparisons of methods on one test set.

    Parameters
    ----------
    totals
        Hits and size over all sentences of each method, `[seeds, 2]`.
    swapped
        The same over the sentences of each random half, `[shuffles, seeds, 2]`.
    resampled
        The mean score over the seeds of a method, on each bootstrap sample of the sentences and,
        where some method has several, as other seeds might move it, `[resamples, methods]`.
    """

    totals: Sequence[Floats]
    swapped: Sequence[Floats]
    resampled: Floats

    @classmethod
    def draw(
        cls,
        counts: Sequence[Counts] | Counts,
        *,
        shuffles: int,
        resamples: int,
        rng: np.random.Generator,
        seed_rng: np.random.Generator | None = None,
    ) -> Self:
        """Draw random halves and bootstrap samples of the sentences.

        Parameters
        ----------
        counts
            Hits and size of each method, `[seeds, sentences, 2]`.
        shuffles, resamples
            How many halves and how many bootstrap samples.
        rng
            Where chance comes from; in the same state, it draws the same of as many sentences.
        seed_rng
            Where the chance of other seeds comes from; `rng` when None.
        """
        # All seeds of all methods together, `[sentences, seeds, 2]`.
        together = np.concatenate(counts).transpose(1, 0, 2).astype(np.float64)
        ends = np.cumsum([len(seeds) for seeds in counts])[:-1]
        swapped = _sum_drawn(together, _draw_halves(rng, shuffles, len(together)))
        drawn = _sum_drawn(together, _draw_samples(rng, resamples, len(together)))
        totals = np.split(together.sum(axis=0), ends)
        means = [score_counts(own).mean(axis=1) for own in np.split(drawn, ends, axis=1)]
        noise = draw_seed_noise(list(map(score_counts, totals)), resamples, seed_rng or rng)
        return cls(
            totals=totals,
            swapped=np.split(swapped, ends, axis=1),
            resampled=np.stack(means, axis=1) + noise,
        )

    def scores(self, method: int) -> Floats:
        """Return the score of each seed of a method, `[seeds]`."""
        return score_counts(self.totals[method])

    def p_value(self, first: int, second: int) -> float:
        """Test two methods by approximate randomisation (Noreen 1989), two-sided.

        If the methods did not differ, a sentence's labels could as well have come from the other
        one. The p-value is `(r + 1) / (n + 1)` where `r` of `n` random swaps differ at least as
        much, in the mean over the seeds that both have, as the methods do.
        """
        n = min(len(self.totals[first]), len(self.totals[second]))
        first_totals, second_totals = self.totals[first][:n], self.totals[second][:n]
        exchanged = self.swapped[second][:, :n] - self.swapped[first][:, :n]
        observed = _mean_difference(first_totals, second_totals)
        swapped = _mean_difference(first_totals + exchanged, second_totals - exchanged)
        extreme = int((np.abs(swapped) >= np.abs(observed) - TOLERANCE).sum())
        return (extreme + 1) / (len(swapped) + 1)


def draw_seed_noise(
    scores: Sequence[Floats] | Floats, n_draws: int, rng: np.random.Generator
) -> Floats:
    """Sample the noise of other seeds in the mean scores of methods, `[draws, methods]`.

    A few seeds say little about the spread of one method, so that of all methods on the task is
    taken, and a method's own where it is larger. Student's distribution allows for not knowing it
    exactly; of an own spread only the method's own seeds are known. That of all comes from the
    median of the variances, so that one method that diverges does not hide the others' differences;
    of few methods it is rather too wide. A method of one seed has the spread of all; where all have
    one, nothing is drawn.

    Parameters
    ----------
    scores
        The score of each seed of each method, `[methods, seeds]`.
    n_draws
        How many draws.
    rng
        Where chance comes from.
    """
    seeds = np.array([len(of_method) for of_method in scores])
    repeated = seeds > 1
    if not repeated.any():
        return np.zeros((n_draws, len(seeds)))
    # Imported here because it takes time, and one seed does not need it.
    from scipy.special import gammaincinv

    own = np.maximum(seeds - 1, 1)
    variances = np.array([np.var(each, ddof=1) if len(each) > 1 else 0.0 for each in scores])
    # The median of variances of equal methods lies below the variance, as that of chi-square does
    # below its mean: with two seeds, at 0.45 of it.
    unbiased = variances / (2 * gammaincinv(own / 2, 0.5) / own)
    pooled = np.median(unbiased[repeated])
    spread = np.sqrt(np.maximum(variances, pooled) / seeds)
    freedom = own[repeated].sum()
    known = np.where(
        variances > pooled,
        rng.chisquare(own, (n_draws, len(seeds))) / own,
        rng.chisquare(freedom, (n_draws, 1)) / freedom,
    )
    noise: Floats = spread / np.sqrt(known) * rng.standard_normal((n_draws, len(seeds)))
    return noise


def interval(replicates: Floats, confidence: float) -> tuple[float, float]:
    """Compute the percentile bootstrap interval of replicates, `[resamples]`."""
    low, high = np.quantile(replicates, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for being several (Holm 1979), in the order given."""
    order = np.argsort(p_values, kind="stable")
    factors = np.arange(len(p_values), 0, -1)
    corrected = np.empty(len(p_values))
    corrected[order] = np.maximum.accumulate(np.asarray(p_values)[order] * factors)
    return [min(1.0, float(p_value)) for p_value in corrected]


def seed_interval(differences: Sequence[float], confidence: float) -> tuple[float, float]:
    """Compute Student's interval of the mean of paired differences in epochs, one a seed.

    Epochs are whole, so that a few seeds may agree by rounding alone: the spread is taken as no
    smaller than what rounding makes.

    Raises
    ------
    ValueError
        When there are fewer than two seeds.
    """
    # Imported here because it takes seconds, and most callers do not need it.
    from scipy.stats import t

    if len(differences) < 2:
        raise ValueError(f"expected at least two seeds, found {len(differences)}")
    mean = float(np.mean(differences))
    spread = max(float(np.std(differences, ddof=1)), ROUNDING)
    margin = float(t.ppf((1 + confidence) / 2, len(differences) - 1)) * spread
    margin /= len(differences) ** 0.5
    return mean - margin, mean + margin


def _mean_difference(first: Floats, second: Floats) -> Floats:
    """Compute the difference of scores of sums `[..., seeds, 2]`, averaged over seeds, `[...]`."""
    difference: Floats = (score_counts(first) - score_counts(second)).mean(axis=-1)
    return difference


def _sum_drawn(counts: Floats, draws: Iterator[NDArray[np.integer]]) -> Floats:
    """Sum counts, `[sentences, seeds, 2]`, over drawn sentences, `[draws, seeds, 2]`."""
    size, seeds, _ = counts.shape
    flat = counts.reshape(size, -1)
    sums = np.concatenate([block.astype(np.float64) @ flat for block in draws])
    return sums.reshape(-1, seeds, 2)


def _draw_halves(
    rng: np.random.Generator, n_draws: int, size: int
) -> Iterator[NDArray[np.integer]]:
    """Sample for each sentence whether it is swapped, `[draws, sentences]`, block by block."""
    for rows in _blocks(n_draws, size):
        yield rng.integers(0, 2, (rows, size), dtype=np.int8)


def _draw_samples(
    rng: np.random.Generator, n_draws: int, size: int
) -> Iterator[NDArray[np.integer]]:
    """Sample how often each sentence is in a bootstrap sample, block by block."""
    for rows in _blocks(n_draws, size):
        places = rng.integers(0, size, (rows, size)) + size * np.arange(rows)[:, None]
        yield np.bincount(places.ravel(), minlength=rows * size).reshape(rows, size)


def _blocks(n_draws: int, size: int) -> Iterator[int]:
    """Cut draws into blocks that fit into memory."""
    step = max(1, _BLOCK // size)
    for start in range(0, n_draws, step):
        yield min(step, n_draws - start)
