"""Measure whether the paired tests and intervals keep what they promise, and how fast they are.

Example: python -m benchmarks.significance --results results/quick

Prints JSON, a task a key, and what lucky seeds do. Seconds are processor seconds, so that other
jobs on the machine hardly count.

rejected    Of one seed: two real methods exchange a random half of the sentences, so that nothing
            is left to find; the share of such pairs that the test calls different at 5 %.
held        Of one seed: the test set stands for all sentences there are, samples of its size for
            test sets; the share whose 95 % interval holds the difference on all sentences.
exact       On twelve sentences: the largest gap between p of random swaps and p of all 4,096.
seeds       Two seeds of one method, by the same test: how many of how many differ at 5 %.
ours, scipy Seconds for 10,000 swaps: for all pairs of runs here, and for one pair with SciPy.
lucky_seeds Ten equal methods whose trainings differ by luck, simulated, one of them 1, 3 or 10
            times as much as the others: the share of its pairs that the test on sentences calls
            different, of those whose interval leaves out 0 as well, and of the others' pairs; and
            how many of these would be found if they differed by 3.5 standard errors of the luck.
"""

import json
import time
from itertools import combinations, product
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
from scipy.stats import permutation_test

from mutspad.evaluation.counts import Counts, parse_counts, score_counts
from mutspad.evaluation.significance import PairedSamples, interval
from mutspad.plan.layout import Layout
from mutspad.tasks import Task

SHUFFLES = 10_000


@click.command()
@click.option("--results", type=click.Path(path_type=Path), required=True)
@click.option("--trials", type=int, default=500)
@click.option("--seed", type=int, default=1)
def command(*, results: Path, trials: int, seed: int) -> None:
    """Measure each task on the counts of its test set."""
    measured: dict[str, Any] = {}
    scores = pd.read_csv(results / "statistics" / "seeds.csv")
    for task, found in scores.groupby("task"):
        runs, seeds = found["run"].unique(), sorted(found["seed"].unique())
        stacked = np.stack([[_read(results, run, k, str(task)) for k in seeds] for run in runs])
        rng = np.random.default_rng(seed)
        measured[str(task)] = {
            "sentences": stacked.shape[2],
            "rejected": _reject(stacked[:, :1], trials, rng),
            "held": _hold(stacked[:, :1], trials, rng),
            "exact": _enumerate(stacked, rng),
            "seeds": _compare_seeds(stacked, rng),
            **_time(stacked, rng),
        }
    measured["lucky_seeds"] = {
        f"{n_seeds} seeds, {ratio} x": _fool(n_seeds, ratio, trials, np.random.default_rng(seed))
        for n_seeds, ratio in product((1, 2, 3, 5), (1, 3, 10))
    }
    click.echo(json.dumps(measured, indent=2))


def _read(results: Path, run: str, seed: int, task: str) -> Counts:
    text = Layout(results).counts(run, seed).read_text(encoding="utf-8")
    return parse_counts(text)[Task(task)].counts


def _draw(counts: Counts, rng: np.random.Generator, n_draws: int = 1000) -> PairedSamples:
    return PairedSamples.draw(counts, shuffles=n_draws, resamples=n_draws, rng=rng)


def _pick(counts: Counts, rng: np.random.Generator) -> Counts:
    """Pick two methods, `[2, seeds, sentences, 2]`."""
    return counts[rng.choice(len(counts), 2, replace=False)]


def _reject(counts: Counts, trials: int, rng: np.random.Generator) -> float:
    rejected = 0
    for _ in range(trials):
        pair = _pick(counts, rng)
        swapped = rng.integers(0, 2, pair.shape[2]).astype(bool)
        pair[:, :, swapped] = pair[::-1, :, swapped]
        rejected += _draw(pair, rng).p_value(0, 1) <= 0.05
    return rejected / trials


def _hold(counts: Counts, trials: int, rng: np.random.Generator) -> float:
    held = 0
    for _ in range(trials):
        pair = _pick(counts, rng)
        scores = score_counts(pair.sum(axis=2)).mean(axis=1)
        sample = pair[:, :, rng.integers(0, pair.shape[2], pair.shape[2])]
        resampled = _draw(sample, rng).resampled
        low, high = interval(resampled[:, 0] - resampled[:, 1], 0.95)
        held += low <= scores[0] - scores[1] <= high
    return held / trials


def _enumerate(counts: Counts, rng: np.random.Generator) -> float:
    gaps = []
    for _ in range(20):
        pair = _pick(counts, rng)
        few = pair[:, :, rng.choice(pair.shape[2], 12, replace=False)]
        random = _draw(few, rng, 20_000)
        swaps = np.array(list(product([0, 1], repeat=12)))
        swapped = np.einsum("ns,mksc->mnkc", swaps, few).astype(float)
        every = PairedSamples(random.totals, swapped, random.resampled)
        gaps.append(abs(every.p_value(0, 1) - random.p_value(0, 1)))
    return round(max(gaps), 4)


def _compare_seeds(counts: Counts, rng: np.random.Generator) -> str:
    found = []
    for run in counts:
        samples = _draw(run[:, None], rng)
        found += [samples.p_value(a, b) <= 0.05 for a, b in combinations(range(len(run)), 2)]
    return f"{sum(found)} of {len(found)}"


def _fool(n_seeds: int, ratio: int, trials: int, rng: np.random.Generator) -> dict[str, float]:
    spread = 0.02 * np.array([ratio] + [1] * 9)[:, None, None]
    shift = 3.5 * 2 * (2 / n_seeds) ** 0.5
    found: dict[str, list[bool]] = {
        "by test": [],
        "by both": [],
        "by both, others": [],
        "found": [],
    }
    for _ in range(max(1, trials // 2)):
        luck = rng.normal(0, spread, (10, n_seeds, 1))
        hits = rng.binomial(20, np.clip(0.6 + luck, 0, 1), (10, n_seeds, 150))
        samples = _draw(np.stack([hits, np.full_like(hits, 20)], axis=-1), rng)
        for a, b in [*((0, other) for other in range(1, 10)), *((a, a + 1) for a in (1, 3, 5, 7))]:
            low, high = interval(samples.resampled[:, a] - samples.resampled[:, b], 0.95)
            different = samples.p_value(a, b) <= 0.05
            both = different and not low <= 0 <= high
            if a == 0:
                found["by test"].append(different)
            else:
                found["found"].append(not low <= -shift <= high)
            found["by both" if a == 0 else "by both, others"].append(both)
    return {name: round(float(np.mean(values)), 3) for name, values in found.items()}


def _time(counts: Counts, rng: np.random.Generator) -> dict[str, float]:
    start = time.process_time()
    samples = PairedSamples.draw(counts, shuffles=SHUFFLES, resamples=1, rng=rng)
    pairs = list(combinations(range(len(counts)), 2))
    for a, b in pairs:
        samples.p_value(a, b)
    ours = time.process_time() - start
    size = counts.shape[2]
    both = counts[:2].transpose(0, 2, 1, 3).reshape(2 * size, -1, 2)

    def statistic(first: np.ndarray, second: np.ndarray, axis: int) -> np.ndarray:
        scores = [
            score_counts(both[side.astype(int)].sum(axis=axis - 2)).mean(axis=-1)
            for side in (first, second)
        ]
        difference: np.ndarray = scores[0] - scores[1]
        return difference

    start = time.process_time()
    permutation_test(
        (np.arange(size), np.arange(size, 2 * size)),
        statistic,
        permutation_type="samples",
        vectorized=True,
        n_resamples=SHUFFLES,
        batch=500,
        rng=rng,
    )
    theirs = time.process_time() - start
    return {"pairs": len(pairs), "ours": round(ours, 2), "scipy": round(theirs, 2)}


if __name__ == "__main__":
    command()
