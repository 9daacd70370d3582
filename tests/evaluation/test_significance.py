"""Tests and intervals against all swaps written out, against SciPy, and against their promises."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap, permutation_test, ttest_1samp

from mutspad.evaluation.counts import score_counts
from mutspad.evaluation.significance import (
    PairedSamples,
    draw_seed_noise,
    holm,
    interval,
    seed_interval,
)
from mutspad.evaluation.span_f1 import span_f1


def draw_counts(seed, methods=2, seeds=1, sentences=40, advantage=0):
    """Draw counts as of F1: right spans twice, spans of both sides."""
    rng = np.random.default_rng(seed)
    size = rng.integers(0, 9, (methods, seeds, sentences)) * 2
    hits = rng.binomial(size // 2, 0.6) * 2
    hits[0] = np.minimum(size[0], hits[0] + 2 * rng.binomial(1, advantage, hits[0].shape))
    return np.stack([hits, size], axis=-1)


def draw_samples(counts, seed=0, n=2000):
    rng = np.random.default_rng(seed)
    return PairedSamples.draw(counts, shuffles=n, resamples=n, rng=rng)


def swap_all(counts):
    """Build the samples of all swaps instead of random ones."""
    swaps = np.array(list(product([0, 1], repeat=counts.shape[2])))
    swapped = np.einsum("ns,mksc->mnkc", swaps, counts).astype(float)
    totals = counts.sum(axis=2).astype(float)
    return PairedSamples(totals, swapped, np.zeros((1, len(counts))))


TAGS = st.sampled_from(["O", "B-a", "B-b"])


@settings(max_examples=15)
@given(
    labels=st.lists(st.tuples(*[st.tuples(TAGS, TAGS)] * 5), min_size=2, max_size=5),
)
def test_p_is_that_of_all_swaps_written_out(labels):
    # Two seeds: methods a and b, each with the labels of two models, swapped in both together.
    gold, a1, b1, a2, b2 = (list(map(list, side)) for side in zip(*labels, strict=True))
    if all(tag == "O" for tags in gold for tag in tags):
        gold[0][0] = "B-a"

    def difference(swap):
        total = 0.0
        for a, b in ((a1, b1), (a2, b2)):
            left = [b[i] if swapped else a[i] for i, swapped in enumerate(swap)]
            right = [a[i] if swapped else b[i] for i, swapped in enumerate(swap)]
            total += span_f1(gold, left).f1 - span_f1(gold, right).f1
        return total / 2

    def count(predicted):
        return [
            [2 * sum(w == g != "O" for w, g in zip(wanted, given, strict=True)),
             sum(tag != "O" for tag in (*wanted, *given))]
            for wanted, given in zip(gold, predicted, strict=True)
        ]  # fmt: skip

    swaps = list(product([0, 1], repeat=len(gold)))
    observed = abs(difference(swaps[0]))
    extreme = sum(abs(difference(swap)) >= observed - 1e-9 for swap in swaps)
    counts = np.array([[count(a1), count(a2)], [count(b1), count(b2)]])
    assert swap_all(counts).p_value(0, 1) == pytest.approx((extreme + 1) / (len(swaps) + 1))


def test_random_swaps_come_to_the_p_of_all_swaps():
    counts = draw_counts(3, seeds=2, sentences=12, advantage=0.5)
    exact = swap_all(counts).p_value(0, 1)
    assert 0.02 < exact < 0.5
    assert draw_samples(counts, n=20_000).p_value(0, 1) == pytest.approx(exact, abs=0.01)


@pytest.mark.parametrize("advantage", [0.0, 0.2, 0.5])
def test_p_is_that_of_scipy(advantage):
    counts = draw_counts(1, advantage=advantage)
    both = counts[:, 0].reshape(-1, 2)

    def statistic(first, second, axis):
        scores = [score_counts(both[side.astype(int)].sum(axis=-2)) for side in (first, second)]
        return scores[0] - scores[1]

    size = counts.shape[2]
    places = np.arange(size), np.arange(size, 2 * size)
    theirs = permutation_test(
        places, statistic, permutation_type="samples", vectorized=True, n_resamples=20_000, rng=1
    ).pvalue
    assert draw_samples(counts, n=20_000).p_value(0, 1) == pytest.approx(theirs, abs=0.015)


def test_the_interval_is_that_of_scipy():
    counts = draw_counts(5, advantage=0.2)

    def statistic(places, axis):
        scores = score_counts(counts[:, 0][:, places].sum(axis=-2))
        return scores[0] - scores[1]

    theirs = bootstrap(
        (np.arange(counts.shape[2]),),
        statistic,
        vectorized=True,
        method="percentile",
        n_resamples=20_000,
        rng=1,
    ).confidence_interval
    resampled = draw_samples(counts, n=20_000).resampled
    low, high = interval(resampled[:, 0] - resampled[:, 1], 0.95)
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=0.4)


def test_equal_methods_have_p_1_and_an_interval_of_nothing():
    counts = np.repeat(draw_counts(1, methods=1), 2, axis=0)
    samples = draw_samples(counts, n=100)
    assert samples.p_value(0, 1) == 1.0
    assert interval(samples.resampled[:, 0] - samples.resampled[:, 1], 0.95) == (0.0, 0.0)


def test_swapping_the_methods_changes_nothing_but_the_sign():
    samples = draw_samples(draw_counts(2, seeds=3, advantage=0.3))
    assert samples.p_value(0, 1) == samples.p_value(1, 0)


def test_repeated_seeds_do_not_make_the_test_set_larger():
    once = draw_counts(4, advantage=0.15)
    thrice = np.repeat(once, 3, axis=1)
    alone, together = draw_samples(once), draw_samples(thrice)
    assert alone.p_value(0, 1) == together.p_value(0, 1)
    assert np.allclose(alone.resampled, together.resampled)


@pytest.mark.parametrize("seeds", [1, 2])
def test_draws_of_sentences_do_not_depend_on_other_methods(seeds):
    counts = draw_counts(6, methods=4, seeds=seeds)
    few, many = draw_samples(counts[:2]), draw_samples(counts)
    assert np.array_equal(few.swapped, many.swapped[:2])
    # From two seeds on, how far others may move a score is learned from all methods.
    assert np.array_equal(few.resampled, many.resampled[:, :2]) == (seeds == 1)


def test_the_same_sentences_are_drawn_again_whatever_seeds_do():
    counts = draw_counts(6)
    twice = [
        PairedSamples.draw(
            counts,
            shuffles=50,
            resamples=50,
            rng=np.random.default_rng(1),
            seed_rng=np.random.default_rng(stream),
        )
        for stream in (2, 3)
    ]
    assert np.array_equal(twice[0].swapped, twice[1].swapped)
    assert np.array_equal(twice[0].resampled, twice[1].resampled)


def test_draws_are_random_halves_and_samples_of_the_same_size(monkeypatch):
    # Of one sentence each: which were drawn, and how often, can be read off the sums.
    monkeypatch.setattr("mutspad.evaluation.significance._BLOCK", 7)
    places = 8 ** np.arange(4)
    counts = np.stack([places, np.ones(4, dtype=int)], axis=-1)[None, None]
    samples = draw_samples(counts, n=4000)
    halves = samples.swapped[0][:, 0, 0].astype(int)
    drawn = (halves[:, None] // places) % 8
    assert set(np.unique(drawn)) == {0, 1}
    assert len(np.unique(halves)) == 16
    assert drawn.mean(axis=0) == pytest.approx([0.5] * 4, abs=0.03)
    # Hits of 100 * sum / 4 in samples of four sentences.
    sums = (samples.resampled[:, 0] * 4 / 100).round().astype(int)
    often = (sums[:, None] // places) % 8
    assert (often.sum(axis=1) == 4).all()
    assert often.mean(axis=0) == pytest.approx([1.0] * 4, abs=0.05)


def test_of_equal_methods_one_in_twenty_differs_at_the_level_of_one_in_twenty():
    p_values = np.array(
        [draw_samples(draw_counts(seed, seeds=2), seed, n=200).p_value(0, 1) for seed in range(400)]
    )
    # Twenty expected of 400; three standard deviations of the binomial.
    assert 7 <= (p_values <= 0.05).sum() <= 33
    assert 160 <= (p_values <= 0.5).sum() <= 240


def test_nineteen_of_twenty_intervals_hold_the_difference():
    held = 0
    for seed in range(300):
        resampled = draw_samples(draw_counts(seed, sentences=80), seed, n=200).resampled
        low, high = interval(resampled[:, 0] - resampled[:, 1], 0.95)
        held += low <= 0 <= high
    assert 270 <= held <= 297


def test_noise_of_seeds_has_the_spread_of_all_methods_or_a_larger_one_of_its_own():
    # Variances of two seeds: 2, 2, 2, 2 and 32. The median of a chi-square with one degree of
    # freedom is 0.4549, so that 2 speaks for 4.40; a mean of two seeds varies half as much.
    scores = np.array([[50.0, 52.0]] * 4 + [[50.0, 58.0]])
    noise = draw_seed_noise(scores, 100_000, np.random.default_rng(1))
    # Student's third quartile is 0.7267 with the five degrees of freedom of all methods, and 1 with
    # the one of a method's own.
    quartiles = np.quantile(noise, 0.75, axis=0)
    wanted = [0.7267 * (2 / 0.4549 / 2) ** 0.5] * 4 + [(32 / 2) ** 0.5]
    assert quartiles == pytest.approx(np.array(wanted), rel=0.03)
    signs = np.corrcoef(np.sign(noise).T)
    assert signs - np.eye(5) == pytest.approx(np.zeros((5, 5)), abs=0.02)


def test_one_seed_and_equal_seeds_make_no_noise():
    rng = np.random.default_rng(1)
    assert not draw_seed_noise(np.array([[50.0], [60.0]]), 5, rng).any()
    assert not draw_seed_noise(np.array([[50.0, 50.0], [60.0, 60.0]]), 5, rng).any()


def test_methods_may_have_fewer_seeds_than_others():
    counts = draw_counts(3, methods=3, seeds=3, advantage=0.3)
    samples = draw_samples([counts[0], counts[1, :1], counts[2]])
    together = draw_samples(counts)
    assert samples.scores(1) == pytest.approx(score_counts(counts[1, :1].sum(axis=1)))
    assert len(samples.scores(0)) == 3
    # p is of the seeds that both have.
    assert samples.p_value(0, 1) == draw_samples(counts[:, :1]).p_value(0, 1)
    assert samples.p_value(0, 2) == together.p_value(0, 2)
    assert samples.resampled[:, 1].mean() == pytest.approx(samples.scores(1)[0], abs=1)


def test_one_seed_has_the_spread_of_the_methods_that_have_several():
    scores = [np.array([50.0, 52.0])] * 4 + [np.array([60.0])]
    noise = draw_seed_noise(scores, 100_000, np.random.default_rng(1))
    # The third quartile of Student's distribution with the four degrees of freedom of all.
    wanted = 0.7407 * (2 / 0.4549) ** 0.5
    assert np.quantile(noise[:, 4], 0.75) == pytest.approx(wanted, rel=0.03)
    assert np.quantile(noise[:, 0], 0.75) == pytest.approx(wanted / 2**0.5, rel=0.03)


@pytest.mark.parametrize(("seeds", "ratio"), [(2, 1), (2, 3), (2, 5), (3, 3)])
def test_lucky_seeds_seldom_leave_0_out_of_the_interval(seeds, ratio):
    # Ten equal methods, of which each training adds a few right words to every sentence or takes
    # them, the first method's more than the others': a test on sentences alone takes the luck of a
    # few seeds for a difference.
    rng = np.random.default_rng(2)
    sd = 0.04 * np.array([ratio] + [1] * 9)[:, None, None]
    fooled, left_out, pairs = 0, 0, 0
    for _ in range(40):
        luck = rng.normal(0, sd, (10, seeds, 1))
        hits = rng.binomial(20, np.clip(0.6 + luck, 0, 1), (10, seeds, 60))
        counts = np.stack([hits, np.full_like(hits, 20)], axis=-1)
        samples = PairedSamples.draw(counts, shuffles=200, resamples=400, rng=rng)
        for other in range(1, 10):
            low, high = interval(samples.resampled[:, 0] - samples.resampled[:, other], 0.95)
            fooled += samples.p_value(0, other) <= 0.05
            left_out += not low <= 0 <= high
            pairs += 1
    assert fooled / pairs > 0.3
    # The pairs of one trial have a method in common, so that the share itself varies.
    assert left_out / pairs < 0.1


def test_one_method_that_diverged_does_not_hide_the_others_differences():
    scores = np.array([[40.0, 41.0], [50.0, 51.0], [60.0, 61.0], [70.0, 71.0], [10.0, 70.0]])
    noise = draw_seed_noise(scores, 20_000, np.random.default_rng(1))
    low, high = interval(10 + noise[:, 1] - noise[:, 0], 0.95)
    assert 0 < low < 10 < high
    low, high = interval(20 + noise[:, 2] - noise[:, 4], 0.95)
    assert low < 0 < high


@settings(max_examples=50)
@given(st.lists(st.floats(0, 1), max_size=6))
def test_holm_rejects_what_the_definition_rejects(p_values):
    corrected = holm(p_values)
    for level in (0.01, 0.05, 0.2):
        # Step down: the smallest against level / m, the next against level / (m - 1), ...
        rejected = set()
        order = sorted(range(len(p_values)), key=p_values.__getitem__)
        for step, index in enumerate(order):
            if p_values[index] * (len(order) - step) > level:
                break
            rejected.add(index)
        assert {i for i, p in enumerate(corrected) if p <= level} == rejected


def test_holm_of_a_textbook_case():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


def test_the_interval_over_seeds_is_student_s():
    differences = [-3.0, -1.0, 2.0, -4.0]
    theirs = ttest_1samp(differences, 0).confidence_interval(0.95)
    assert seed_interval(differences, 0.95) == pytest.approx((theirs.low, theirs.high))


def test_two_seeds_that_agree_by_rounding_decide_nothing():
    low, high = seed_interval([-2.0, -2.0], 0.95)
    assert low < 0 < high
    with pytest.raises(ValueError, match="expected at least two seeds, found 1"):
        seed_interval([-2.0], 0.95)
