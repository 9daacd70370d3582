import pytest

from mutspad.config.sections import SearchRange, StudyParams
from mutspad.report.study import collect_trials, describe_study

STUDY = StudyParams(
    models=["tweets.pos", "tweets.ner"],
    trials=3,
    seed=1,
    space={
        "training.learning_rate": SearchRange(low=0.1, high=0.5, log=True),
        "training.schedule": ["linear", "cosine"],
    },
)


@pytest.fixture
def trials():
    return collect_trials(
        {
            "model": model,
            "number": number,
            "seed": 1,
            "setting": {"training.learning_rate": 0.1 + number, "training.schedule": "linear"},
            "dev": dev,
            "best_epoch": 1,
            "epochs": [dev - 1, dev],
        }
        for model, scores in (
            ("tweets.pos", (90.0, 92.0, 91.0)),
            ("tweets.ner", (40.0, 38.0, 44.0)),
        )
        for number, dev in enumerate(scores)
    )


def test_a_row_is_a_trial_with_its_setting(trials):
    assert len(trials) == 6
    assert trials["training.learning_rate"].tolist() == [0.1, 1.1, 2.1] * 2
    assert trials["epochs"].tolist() == [2] * 6


def test_the_page_shows_the_best_trial_first_and_the_expected_best(trials):
    page = describe_study(trials, STUDY)
    of_pos = page.partition("## tweets.pos")[2].partition("## tweets.ner")[0]
    first = next(line for line in of_pos.splitlines() if line.startswith("|") and "linear" in line)
    assert first.split("|")[1].strip() == "1"
    # One trial: the mean; all three: the best; two: (91 + 92 + 92) / 3.
    for value in ("91.00", "91.67", "92.00"):
        assert value in of_pos
    assert "0.1 to 0.5" in page


def test_a_range_without_extent_is_refused():
    with pytest.raises(ValueError, match="low < high"):
        SearchRange(low=0.5, high=0.5)
    with pytest.raises(ValueError, match="0 < low"):
        SearchRange(low=0.0, high=0.5, log=True)
