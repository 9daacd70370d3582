import pytest

from mutspad.report.claims.claims import (
    Outcome,
    Verdict,
    decide_by_interval,
    decide_by_test,
    decide_size,
    judge,
    read_claims,
)
from mutspad.report.claims.judging import name_row

YES, NO, OPEN = Outcome.AS_CLAIMED, Outcome.OTHERWISE, Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("outcomes", "obstacles", "verdict"),
    [
        ([YES], [], Verdict.CONFIRMED),
        ([YES, YES], [], Verdict.CONFIRMED),
        ([YES, OPEN], [], Verdict.NOT_CONFIRMED),
        ([YES, YES, YES, NO], [], Verdict.CONTRADICTED),
        ([OPEN, NO], [], Verdict.CONTRADICTED),
        ([], ["not run yet"], Verdict.UNTESTABLE),
        ([YES], ["not run yet"], Verdict.UNTESTABLE),
        ([OPEN], ["not run yet"], Verdict.UNTESTABLE),
        # What is missing cannot mend what is contradicted.
        ([NO], ["not run yet"], Verdict.CONTRADICTED),
        ([YES, None], [], Verdict.UNTESTABLE),
        ([], [], Verdict.UNTESTABLE),
    ],
)
def test_the_verdict_follows_from_the_comparisons(outcomes, obstacles, verdict):
    assert judge(outcomes, obstacles) is verdict


@pytest.mark.parametrize(
    ("p_value", "low", "high", "expect", "outcome"),
    [
        (0.01, 0.1, 2.0, "higher", YES),
        (0.01, -2.0, -0.1, "higher", NO),
        (0.01, -2.0, -0.1, "lower", YES),
        (0.05, 0.1, 2.0, "higher", YES),
        (0.06, 0.1, 2.0, "higher", OPEN),
        (0.06, -2.0, -0.1, "higher", OPEN),
        # Other sentences would agree, other seeds might not.
        (0.01, -0.1, 2.0, "higher", OPEN),
    ],
)
def test_a_test_decides_only_with_its_interval(p_value, low, high, expect, outcome):
    assert decide_by_test(p_value, low, high, 0.05, expect) is outcome


@pytest.mark.parametrize(
    ("low", "high", "expect", "outcome"),
    [
        (0.1, 2.0, "higher", YES),
        (0.1, 2.0, "lower", NO),
        (-2.0, -0.1, "lower", YES),
        (-2.0, -0.1, "higher", NO),
        (-0.1, 2.0, "higher", OPEN),
        (0.0, 2.0, "higher", OPEN),
    ],
)
def test_an_interval_decides_when_it_leaves_out_0(low, high, expect, outcome):
    assert decide_by_interval(low, high, expect) is outcome


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [(20, 30, YES), (5, 20, NO), (-5, 20, NO), (-5, 30, OPEN), (27, 30, NO)],
)
def test_a_size_must_be_in_the_interval_and_0_must_not(low, high, outcome):
    assert decide_size(low, high, 26) is outcome


def test_the_claims_are_many_distinct_and_about_rows_of_the_tables(read_results):
    results = read_results()
    claims = read_claims()
    assert len(claims) >= 12
    assert len({claim.id for claim in claims}) == len(claims)
    sections = {claim.where.split(",")[0] for claim in claims}
    assert {"Abstract", "5.4.1", "5.4.2", "5.5"} <= sections
    rows = {row for claim in claims for pair in claim.pairs for row in (pair.a, pair.b)}
    rows |= {claim.row for claim in claims if claim.row}
    assert all(name_row(row, results) for row in rows)


def test_each_claim_has_what_its_kind_needs():
    for claim in read_claims():
        assert bool(claim.pairs) is (claim.kind not in {"literature", "units", "untested"})
        assert bool(claim.row) is (claim.kind == "literature")
        assert bool(claim.tasks) is (claim.kind in {"score", "gain", "literature", "units"})
        assert bool(claim.than) is (claim.kind in {"gain", "units"})
        assert bool(claim.because) is (claim.kind == "untested")
        assert all(bool(pair.points) is (claim.kind == "size") for pair in claim.pairs)
        assert len(claim.tasks) == 1 or claim.kind != "gain"
        assert len(claim.pairs) == 1 or claim.kind != "epochs"
