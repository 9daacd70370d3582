"""Names, printed numbers and evidence of comparisons."""

import numpy as np

from mutspad.evaluation.significance import Floats
from mutspad.report.claims.claims import Direction, Evidence, Outcome, Pair, decide_by_interval
from mutspad.report.paper import read_paper
from mutspad.report.statistics.comparisons import Difference
from mutspad.report.tables.rows import Results
from mutspad.report.tables.table2 import BEST_ON_TEST, CHOSEN_ON_DEV
from mutspad.report.tables.table3 import paper_mnrg as variant_mnrg
from mutspad.tasks import Task


def name_row(row: str, results: Results) -> str:
    """Return the label of a row."""
    named = {CHOSEN_ON_DEV: "MuTSPad", BEST_ON_TEST: "MuTSPad (best on test)"}
    if row in named:
        return named[row]
    label = results.name_row(row)
    if row in results.unification_rows:
        return f"MuTSPad {label}"
    own = results.own_rows.get(row)
    return f"{label} ({own.encoder})" if own is not None and own.encoder else label


def from_difference(
    difference: Difference,
    score: str,
    outcome: Outcome,
    expect: Direction,
    paper: float | None,
    results: Results,
) -> Evidence:
    """Build the evidence of a difference between two rows."""
    return Evidence(
        score=score,
        comparison=name_pair(Pair(a=difference.a, b=difference.b), results),
        claimed=word_direction(expect),
        paper=paper,
        paper_agrees=_agrees(paper, expect),
        ours=difference.difference,
        ci_low=difference.ci_low,
        ci_high=difference.ci_high,
        p=difference.p_holm,
        seeds=difference.seeds,
        seeds_agreeing=difference.seeds_agreeing,
        outcome=outcome,
    )


def describe_scores(
    values: Floats,
    bounds: tuple[float, float],
    *,
    score: str,
    comparison: str,
    expect: Direction,
    paper: float | None,
) -> Evidence:
    """Build the evidence of a value per seed, `[seeds]`, and the interval of its mean."""
    ours = float(values.mean())
    low, high = bounds
    return Evidence(
        score=score,
        comparison=comparison,
        claimed=word_direction(expect),
        paper=paper,
        paper_agrees=_agrees(paper, expect),
        ours=ours,
        ci_low=low,
        ci_high=high,
        seeds=len(values),
        seeds_agreeing=int((np.sign(values) == np.sign(ours)).sum()),
        outcome=decide_by_interval(low, high, expect),
    )


def name_pair(pair: Pair, results: Results) -> str:
    """Return the label of a difference of rows."""
    return f"{name_row(pair.a, results)} - {name_row(pair.b, results)}"


def word_direction(expect: Direction) -> str:
    """Describe a claimed direction."""
    return "above 0" if expect == "higher" else "below 0"


def _agrees(difference: float | None, expect: Direction) -> bool | None:
    """Return whether the paper's own difference is as claimed; None where it prints none."""
    if difference is None:
        return None
    return difference > 0 if expect == "higher" else difference < 0


def subtract(a: float | None, b: float | None) -> float | None:
    """Subtract printed numbers, which have at most two decimals."""
    return None if a is None or b is None else round(a - b, 2)


def paper_score(row: str, task: Task) -> float | None:
    """Look up the score that the paper prints."""
    paper = read_paper()
    if row in (CHOSEN_ON_DEV, BEST_ON_TEST):
        return paper.table2.mutspad_best.scores[task]
    if row in paper.table3:
        return paper.table3[row].scores[task]
    return paper.table2.rows[row].scores[task] if row in paper.table2.rows else None


def paper_mnrg(row: str) -> float | None:
    """Look up the paper's mNRG, computed from its scores where it prints none."""
    paper = read_paper()
    if row in (CHOSEN_ON_DEV, BEST_ON_TEST):
        return paper.table2.mutspad_best.mnrg
    if row in paper.table3:
        return variant_mnrg(paper, row)
    return paper.table2.rows[row].mnrg if row in paper.table2.rows else None
