"""What the page says of a line."""

from pathlib import Path

import pytest

from benchmarks.lines import LINES
from benchmarks.plot import plot
from benchmarks.record import Record, Results, Settings
from benchmarks.render import NOT_MEASURED, render, show, show_spread
from benchmarks.verdict import Spread

MODE = "one job, one thread"


def results(**lines: Record) -> Results:
    named = {name.replace("_", "-"): record for name, record in lines.items()}
    return Results(machine={"cores": "2"}, versions={"ours": {"torch": "2"}}, lines=named)


@pytest.mark.parametrize(
    ("value", "shown"), [(0.456, "0.46"), (4.0, "4.00"), (45.67, "45.7"), (4567.8, "4,568")]
)
def test_numbers_have_three_digits(value: float, shown: str) -> None:
    assert show(value) == shown


def test_one_value_has_no_spread() -> None:
    assert show_spread(Spread(2.0, 2.0, 2.0), " x") == "2.00 x"
    assert show_spread(Spread(2.0, 1.0, 3.0), " x") == "2.00 x (1.00 to 3.00)"


def test_what_is_missing_is_said() -> None:
    page = render(results())
    assert page.count(f": {NOT_MEASURED}.") == len(LINES)


def test_a_missed_goal_says_by_how_much_and_why() -> None:
    record = Record(
        samples={
            "ours": {MODE: [400.0], "two jobs at once": [600.0]},
            "peer": {MODE: [100.0], "two jobs at once": [80.0]},
            "lstms": {MODE: [700.0], "two jobs at once": [1200.0]},
        },
        settings=Settings(repetitions=1, steps=5),
    )
    page = render(results(train_dep=record))
    assert "missed by 4.00 x: 60% of the goal" in page
    assert f"4.00 x with {MODE}, 7.50 x with two jobs at once" in page
    assert "1,200 words/s with two jobs at once, 12.0 x the peer: they take 50% of our time" in page


def test_a_reached_goal_and_a_remark() -> None:
    samples = {"ours": {MODE: [1.0]}, "peer": {MODE: [30.0]}}
    page = render(results(ablation=Record(samples=samples, remark="all equal")))
    assert "Goal >= 20 x: reached. All equal." in page


def test_parts_are_told_as_shares_of_their_side() -> None:
    seconds = {"ours": 4.0, "ours: import": 3.0, "ours: load": 1.0, "peer": 2.0}
    page = render(
        results(cold_start=Record(samples={side: {MODE: [one]} for side, one in seconds.items()}))
    )
    assert "Of the time of ours: import 75%, load 25%." in page


def test_the_page_of_stored_results_is_the_same(tmp_path: Path) -> None:
    samples = {side: {"two": [1.5], "one": [2.5]} for side in ("peer", "ours", "lstms")}
    measured = results(train_pos=Record(samples=samples, remark="so"))
    measured.write(tmp_path / "results.json")
    assert render(Results.read(tmp_path / "results.json")) == render(measured)


def test_every_state_can_be_drawn(tmp_path: Path) -> None:
    plot(results(), tmp_path / "none.png")
    clock = Record(samples={"ours": {"": [50.0]}})
    plot(results(quick_clock=clock, paper_clock=Record()), tmp_path / "one.png")
    assert (tmp_path / "one.png").stat().st_size > 0
