"""Scores by the clock: what programs print is collected, and a verdict is drawn."""

import sys

import pytest

from benchmarks.cost import Side, judge, race
from benchmarks.jobs import JobError


def program(name: str, *lines: str, ending: str = "") -> Side:
    said = "".join(f"print({line!r});" for line in lines)
    return Side(name, [sys.executable, "-c", said + ending], "^begin", r"^dev ([\d.]+)", unit=100)


def test_scores_of_both_sides_are_collected_with_their_seconds() -> None:
    rows = race([program("ours", "begin", "dev 0.5", "dev 0.625"), program("Flair", "dev 0.1")], 60)
    assert sorted((side, dev) for side, _, dev in rows) == [
        ("Flair", 10.0),
        ("ours", 50.0),
        ("ours", 62.5),
    ]
    assert all(0 <= seconds < 60 for _, seconds, _ in rows)


def test_a_side_is_ended_when_the_time_is_over() -> None:
    endless = program("ours", "dev 0.5", ending="import time; time.sleep(600)")
    assert [side for side, *_ in race([endless, program("Flair", "dev 0.1")], 2)].count("ours") == 1


def test_a_program_that_fails_is_named_with_what_it_said() -> None:
    with pytest.raises(JobError, match=r"failed: Flair[\s\S]*no such vectors"):
        race([program("Flair", ending="import sys; sys.exit('no such vectors')")], 60)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ([(10.0, 30.0), (20.0, 41.0)], "ours reaches it after 20 s, 0.25 of its time"),
        ([(10.0, 30.0), (20.0, 31.0)], "ours has not reached it in 20 s"),
    ],
)
def test_the_peers_best_score_is_the_goal(own: list[tuple[float, float]], said: str) -> None:
    peer = [("Flair", 80.0, 40.0), ("Flair", 90.0, 39.0)]
    verdict = judge([*(("ours", *row) for row in own), *peer])
    assert verdict == f"Flair: best dev score 40.00 after 80 s; {said}"
