"""Differences between settings are of one seed, one experiment, one code and one processor."""

import pandas as pd
import pytest

from benchmarks.drift import FIELDS, USUAL, summarise


def trained(code, seed, setting, test, experiment="quick", processor="avx2"):
    origin = (experiment, code, processor)
    values = (*origin, "tweets.pos", seed, setting, "accuracy", test - 1, test)
    return dict(zip(FIELDS, values, strict=True))


def test_differences_are_taken_seed_by_seed_within_one_code():
    rows = [
        trained("old", 1, USUAL, 50.0),
        trained("new", 1, USUAL, 80.0),
        trained("new", 2, USUAL, 84.0),
        trained("new", 3, USUAL, 99.0),
        trained("new", 1, USUAL, 20.0, experiment="paper"),
        trained("new", 1, USUAL, 30.0, processor="avx512f"),
        trained("new", 2, "plain paths", 83.0),
        trained("new", 1, "plain paths", 82.0),
    ]
    dev, test = summarise(pd.DataFrame(rows)).to_dict("records")
    assert (dev["split"], dev[f"mean, {USUAL}"]) == ("dev", 81.0)
    assert (test["code"], test["setting"], test["seeds"]) == ("new", "plain paths", 2)
    assert test[f"mean, {USUAL}"] == 82.0
    assert test["sd over seeds"] == pytest.approx(8**0.5)
    assert (test["mean difference"], test["largest"]) == (0.5, 2.0)
    assert test["sd of it"] == pytest.approx(4.5**0.5)
