import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutspad.errors import MutspadError
from mutspad.evaluation.mnrg import mnrg
from mutspad.report.paper import read_paper

TASKS = ("pos", "dep", "ner", "chunk")
PAPER = read_paper().table2


def test_the_published_golden_values():
    # https://hleborgne.github.io/code prints these as 0, 5.42, 8.89, 11.79, 10.79.
    methods = [
        [0.573, 67.2, 60.8, 68.2],
        [0.588, 69.6, 61.7, 70.6],
        [0.610, 67.7, 64.7, 71.1],
        [0.632, 70.4, 64.3, 73.2],
        [0.707, 69.2, 64.7, 71.9],
    ]
    gains = [mnrg(scores, methods[0], [1, 100, 100, 100]) for scores in methods]
    assert gains == pytest.approx([0, 5.42, 8.89, 11.79, 10.79], abs=0.006)


@pytest.mark.parametrize(
    ("row", "printed"),
    [
        ("multi_task_learning", 5.9),
        ("elmo_small", 9.3),
        ("elmo_large", 19.9),
        ("mono_task_pretraining", 21.5),
        ("adversarial_pretraining", 22.6),
        ("mutspad_best", 31.5),
    ],
)
def test_the_paper_s_values_come_out_of_the_paper_s_scores(row, printed):
    method = PAPER.mutspad_best if row == "mutspad_best" else PAPER.rows[row]
    reference = PAPER.rows["mono_task_learning"].scores
    gain = mnrg([method.scores[t] for t in TASKS], [reference[t] for t in TASKS], 100)
    assert method.mnrg == printed
    assert round(gain, 1) == printed


def test_an_even_number_of_tasks_takes_the_mean_of_the_middle_two():
    # Gains of 10, 20, 40 and 90 per cent.
    assert mnrg([55, 60, 70, 95], [50, 50, 50, 50], 100) == pytest.approx(30)


def test_an_odd_number_of_tasks_takes_the_middle_one():
    assert mnrg([55, 60, 95], [50, 50, 50], 100) == pytest.approx(20)


def test_losses_are_negative():
    assert mnrg([25], [50], 100) == pytest.approx(-50)


def test_no_room_to_gain_counts_as_one():
    assert mnrg([99], [100], 100) == pytest.approx(-100)
    assert mnrg([100], [100], 100) == 0
    # A reference beyond the maximum has a negative room, which the official code treats alike.
    assert mnrg([102.0], [101.0], 100) == pytest.approx(100)


@given(st.lists(st.floats(0, 99), min_size=1, max_size=6))
def test_the_reference_gains_nothing_and_perfection_everything(reference):
    assert mnrg(reference, reference, 100) == 0
    assert mnrg([100.0] * len(reference), reference, 100) == pytest.approx(100)


def test_many_at_once_are_each_by_itself():
    rng = np.random.default_rng(1)
    scores, reference = rng.uniform(0, 100, (2, 50, 4))
    reference[3, 2] = 100.0
    wanted = [mnrg(a, b, 100) for a, b in zip(scores, reference, strict=True)]
    assert mnrg(scores, reference, 100).tolist() == wanted


@pytest.mark.parametrize(("scores", "reference"), [([1.0, 2.0], [1.0]), ([np.nan], [1.0])])
def test_what_cannot_be_compared_is_refused(scores, reference):
    with pytest.raises(MutspadError, match="expected finite scores of the same tasks"):
        mnrg(scores, reference, 100)
