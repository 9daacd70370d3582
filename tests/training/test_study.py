import itertools
from statistics import fmean

import pytest
from pydantic import ValidationError

from mutspad.config.sections import SearchRange
from mutspad.training.study import apply_setting, draw_setting, expected_best

SPACE = {
    "training.learning_rate": SearchRange(low=0.01, high=1.0, log=True),
    "model.unknown_rate": SearchRange(low=0.0, high=0.4),
    "training.schedule": ["linear", "cosine"],
}


def test_a_trial_is_drawn_from_the_space_and_by_its_number():
    settings = [draw_setting(SPACE, 1, number) for number in range(200)]
    assert draw_setting(SPACE, 1, 7) == settings[7]
    assert all(0.01 <= setting["training.learning_rate"] <= 1.0 for setting in settings)
    assert {setting["training.schedule"] for setting in settings} == {"linear", "cosine"}
    # Half of a logarithmic range lies below the geometric mean of its ends.
    low = [setting["training.learning_rate"] < 0.1 for setting in settings]
    assert 0.4 < fmean(low) < 0.6
    assert draw_setting(SPACE, 2, 7) != settings[7]


def test_a_setting_overrides_a_resolved_model(make_run):
    run = make_run()
    changed = apply_setting(run, {"training.learning_rate": 0.7, "model.dropout.ner": 0.25})
    assert changed.training.learning_rate == 0.7
    assert changed.model.dropout["ner"] == 0.25
    assert changed.model.dropout["pos"] == run.model.dropout["pos"]
    assert run.training.learning_rate != 0.7


@pytest.mark.parametrize("setting", [{"training.rate": 0.1}, {"training.schedule": "steep"}])
def test_a_setting_that_does_not_exist_is_refused(make_run, setting):
    with pytest.raises(ValidationError):
        apply_setting(make_run(), setting)


def test_the_expected_best_is_the_mean_of_the_best_of_all_subsets():
    scores = [71.0, 64.5, 80.25, 64.5, 77.0]
    expected = [
        fmean(max(subset) for subset in itertools.combinations(scores, size))
        for size in range(1, len(scores) + 1)
    ]
    assert expected_best(scores) == pytest.approx(expected)
    assert expected_best(scores)[-1] == max(scores)
