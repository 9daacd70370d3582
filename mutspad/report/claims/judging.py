"""Test the paper's claims on our results."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from mutspad.evaluation.significance import Floats, interval, seed_interval
from mutspad.report.ablation.drops import AblatedRun
from mutspad.report.claims.claims import (
    Claim,
    Direction,
    Evidence,
    Judged,
    Pair,
    decide_by_interval,
    decide_by_test,
    decide_size,
    read_claims,
)
from mutspad.report.paper import PaperRow, read_paper
from mutspad.report.statistics.comparisons import Comparisons, Difference, subtract
from mutspad.report.statistics.trainings import Stage, Training
from mutspad.report.tables.rows import (
    MNRG,
    NO_WEIGHTS,
    NOT_RUN,
    TASK_ORDER,
    Results,
    main_column,
)
from mutspad.report.tables.table2 import BEST_ON_TEST, CHOSEN_ON_DEV
from mutspad.report.tables.table3 import paper_mnrg as variant_mnrg
from mutspad.tasks import Task


@dataclass(frozen=True, slots=True)
class Material:
    """The results on which claims are tested.

    Parameters
    ----------
    trainings
        Row -> stage -> the training curve of each seed.
    units
        The ablated units of the POS features; None where no unit was ablated.
    min_support
        Classes with fewer gold words do not count there.
    """

    results: Results
    comparisons: Comparisons
    trainings: Mapping[str, Mapping[Stage, Sequence[Training]]] = field(default_factory=dict)
    units: AblatedRun | None = None
    min_support: int = 1


def judge_claims(material: Material) -> list[Judged]:
    """Test every claim."""
    judged = []
    for claim in read_claims():
        judged.append(Judged(claim))
        _TESTS[claim.kind](claim, material, judged[-1])
        judged[-1].obstacles = list(dict.fromkeys(judged[-1].obstacles))
    return judged


def name_row(row: str, results: Results) -> str:
    """Return the label of a row."""
    named = {CHOSEN_ON_DEV: "MuTSPad", BEST_ON_TEST: "MuTSPad (best on test)"}
    if row in named:
        return named[row]
    return results.name_fully(row)


def _test_scores(claim: Claim, material: Material, judged: Judged) -> None:
    """Test each task of each pair by approximate randomisation, Holm-corrected in the pair."""
    level = 1 - material.comparisons.params.confidence
    for pair in claim.pairs:
        judged.obstacles += _missing(pair, claim.tasks, material)
        compared = {found.task: found for found in material.comparisons.compare(pair.a, pair.b)}
        for task in claim.tasks:
            if task in compared:
                found = compared[task]
                p_value = 1.0 if found.p_holm is None else found.p_holm
                outcome = decide_by_test(p_value, found.ci_low, found.ci_high, level, claim.expect)
                judged.evidence.append(
                    _build(
                        claim.expect,
                        _paper_difference(pair, task),
                        score=main_column(task).header,
                        comparison=_name_pair(pair, material.results),
                        outcome=outcome,
                        **_measured(found),
                    )
                )


def _test_mnrg(claim: Claim, material: Material, judged: Judged) -> None:
    """Test each pair by the bootstrap interval of the difference in mNRG.

    A claim of a size is tested by whether the interval holds the paper's own difference. Its words
    round: "about 26" is 25.6 in its table, and so is what an interval up to 25.9 holds.
    """
    sized, synthetic = claim.kind == "size", material.results.setting.synthetic
    if sized and synthetic:
        judged.obstacles.append("the sizes belong to real corpora, and these are synthetic")
    for pair in claim.pairs:
        found = material.comparisons.compare_mnrg(pair.a, pair.b)
        if found is None:
            judged.obstacles += _missing(pair, TASK_ORDER, material)
            continue
        paper = _subtract(_paper_mnrg(pair.a), _paper_mnrg(pair.b))
        low, high = found.ci_low, found.ci_high
        fields = {
            "score": MNRG.header,
            "comparison": _name_pair(pair, material.results),
            **_measured(found),
        }
        if sized:
            size = pair.points if paper is None else paper
            evidence = Evidence(
                claimed=f"about {pair.points:g}",
                paper=paper,
                # The paper rounds to whole points.
                paper_agrees=None if paper is None else abs(paper - pair.points) < 1,
                outcome=None if synthetic else decide_size(low, high, size),
                **fields,
            )
        else:
            outcome = decide_by_interval(low, high, "higher")
            evidence = _build("higher", paper, outcome=outcome, **fields)
        judged.evidence.append(evidence)


def _test_gains(claim: Claim, material: Material, judged: Judged) -> None:
    """Test by the bootstrap interval of the difference of two tasks' gains, in points."""
    compared, (task,) = material.comparisons, claim.tasks
    for pair in claim.pairs:
        missing = _missing(pair, [task, *claim.than], material)
        judged.obstacles += missing
        for other in () if missing else claim.than:
            gains, drawn, mean = (
                subtract(
                    subtract(of(pair.a, task), of(pair.b, task)),
                    subtract(of(pair.a, other), of(pair.b, other)),
                )
                for of in (compared.scores, compared.replicates, compared.mean_score)
            )
            paper = _subtract(_paper_difference(pair, task), _paper_difference(pair, other))
            judged.evidence.append(
                _build_from_seeds(
                    claim.expect,
                    paper,
                    gains,
                    interval(drawn, compared.params.confidence),
                    ours=float(mean[0]),
                    score=f"{task.spec.label}'s gain - {other.spec.label}'s",
                    comparison=_name_pair(pair, material.results),
                )
            )


def _test_literature(claim: Claim, material: Material, judged: Judged) -> None:
    """Test by whether the bootstrap interval of the score leaves out the literature's number."""
    compared = material.comparisons
    judged.obstacles += _lacking(claim.row, claim.tasks, material)
    if material.results.setting.synthetic:
        judged.obstacles.append(
            "the literature's scores belong to real corpora, and these are synthetic"
        )
    for task in () if judged.obstacles else claim.tasks:
        best = read_paper().table2.best_sota.scores[task]
        if best is not None:
            drawn = compared.replicates(claim.row, task) - best
            name = name_row(claim.row, material.results)
            judged.evidence.append(
                _build_from_seeds(
                    claim.expect,
                    _subtract(_paper_score(claim.row, task), best),
                    compared.scores(claim.row, task) - best,
                    interval(drawn, compared.params.confidence),
                    score=main_column(task).header,
                    comparison=f"{name} - {best}, the best of the literature",
                )
            )


def _test_epochs(claim: Claim, material: Material, judged: Judged) -> None:
    """Test by Student's interval over the seeds of the difference in epochs."""
    (pair,) = claim.pairs
    found = {
        row: material.trainings.get(row, {}).get(claim.training, ()) for row in (pair.a, pair.b)
    }
    judged.obstacles += [_obstacle(row, material) for row, curves in found.items() if not curves]
    if judged.obstacles:
        return
    judged.remarks.append(
        "An epoch is about as many updates on unified data as on separate corpora, but each of its "
        "updates trains all tasks"
    )
    fewer, more = found.values()
    both = list(zip(fewer, more, strict=False))  # the seeds that both rows have
    common = [min(max(a.dev), max(b.dev)) for a, b in both]
    differences = {
        "epochs to the dev score that both reach": [
            a.epochs_to(score) - b.epochs_to(score)
            for (a, b), score in zip(both, common, strict=True)
        ]
    }
    if {curve.max_epochs for curve in fewer} == {curve.max_epochs for curve in more}:
        differences["epochs to the best dev score"] = [
            a.epochs_to_best - b.epochs_to_best for a, b in both
        ]
    else:
        judged.remarks.append(
            f"Epochs to the best dev score are not compared: at most {fewer[0].max_epochs} epochs "
            f"were allowed on the one side and {more[0].max_epochs} on the other"
        )
    confidence = material.comparisons.params.confidence
    for score, values in differences.items():
        by_seed = np.array(values, dtype=np.float64)
        bounds = seed_interval(by_seed.tolist(), confidence) if len(by_seed) > 1 else None
        judged.evidence.append(
            _build_from_seeds(
                "lower",
                None,
                by_seed,
                bounds,
                score=score,
                comparison=_name_pair(pair, material.results),
            )
        )
    if len(both) < 2:
        judged.obstacles.append("the unit is the seed, and there is only one")


def _show_units(claim: Claim, material: Material, judged: Judged) -> None:
    """Show the effect of units on tasks, net of chance, without a test.

    The units are all there are of one model, and the drops of all rest on the same dev sentences:
    spread over units says nothing of other models or other sentences.
    """
    if material.units is None:
        judged.obstacles.append("no unit has been ablated")
        return
    ablations, least = material.units.ablations, material.min_support
    tasks = [*claim.tasks, *claim.than]
    drops = {task: float(ablations[task].max_drops(least).mean()) for task in tasks}
    rises = {task: float(ablations[task].max_rises(least).mean()) for task in tasks}
    judged.evidence += [
        _build(
            "higher",
            None,
            score="mean of the units' max class-score drop less max rise",
            comparison=f"{a.spec.label} - {b.spec.label}",
            ours=(drops[a] - rises[a]) - (drops[b] - rises[b]),
            seeds=1,
            seeds_agreeing=1,
            outcome=None,
        )
        for a, b in product(claim.tasks, claim.than)
    ]
    shown = ", ".join(
        f"{task.spec.label} {drops[task]:.2f} and {rises[task]:.2f} "
        f"({ablations[task].supported(least).sum()} classes)"
        for task in tasks
    )
    judged.obstacles.append(
        "all units of one model on one dev set are no sample of models or of sentences"
    )
    judged.remarks += [
        "A maximum over classes is above 0 by chance alone, and more so over more classes; the "
        "greatest rise, which no unit is needed for, says how far chance goes",
        f"Mean greatest drop and rise over {len(ablations[tasks[0]].drops)} units, classes with at "
        f"least {least} gold words: {shown}",
    ]


def _explain_untested(claim: Claim, _: Material, judged: Judged) -> None:
    """Give the reason as an obstacle."""
    judged.obstacles.append(claim.because)


def _build(expect: Direction, paper: float | None, **fields: Any) -> Evidence:
    """Build evidence on a claimed direction, with the difference by the paper's own numbers."""
    higher = expect == "higher"
    return Evidence(
        claimed="above 0" if higher else "below 0",
        paper=paper,
        paper_agrees=None if paper is None else (paper > 0 if higher else paper < 0),
        **fields,
    )


def _build_from_seeds(
    expect: Direction,
    paper: float | None,
    by_seed: Floats,
    bounds: tuple[float, float] | None,
    ours: float | None = None,
    **fields: str,
) -> Evidence:
    """Build the evidence of a value per seed, `[seeds]`, of its mean and the mean's interval."""
    ours = float(by_seed.mean()) if ours is None else ours
    low, high = bounds or (None, None)
    return _build(
        expect,
        paper,
        ours=ours,
        ci_low=low,
        ci_high=high,
        seeds=len(by_seed),
        seeds_agreeing=int((np.sign(by_seed) == np.sign(ours)).sum()),
        outcome=None if bounds is None else decide_by_interval(*bounds, expect),
        **fields,
    )


def _measured(found: Difference) -> dict[str, Any]:
    """Name what was measured of a difference as evidence does."""
    return {
        "ours": found.difference,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "p": found.p_holm,
        "seeds": found.seeds,
        "seeds_agreeing": found.seeds_agreeing,
    }


def _name_pair(pair: Pair, results: Results) -> str:
    return f"{name_row(pair.a, results)} - {name_row(pair.b, results)}"


def _subtract(a: float | None, b: float | None) -> float | None:
    """Subtract printed numbers, which have at most two decimals."""
    return None if a is None or b is None else round(a - b, 2)


def _paper_difference(pair: Pair, task: Task) -> float | None:
    return _subtract(_paper_score(pair.a, task), _paper_score(pair.b, task))


def _paper_row(row: str) -> PaperRow | None:
    """Look up a row of the paper; both choices from Table 3 stand for its best MuTSPad."""
    paper = read_paper()
    return paper.table2.mutspad_best if row in (CHOSEN_ON_DEV, BEST_ON_TEST) else paper.row(row)


def _paper_score(row: str, task: Task) -> float | None:
    """Look up the score that the paper prints."""
    printed = _paper_row(row)
    return None if printed is None else printed.scores[task]


def _paper_mnrg(row: str) -> float | None:
    """Look up the paper's mNRG, computed from its scores where it prints none."""
    if row in read_paper().table3:
        return variant_mnrg(read_paper(), row)
    printed = _paper_row(row)
    return None if printed is None else printed.mnrg


def _missing(pair: Pair, tasks: Iterable[Task], material: Material) -> list[str]:
    """List the reasons why two rows cannot be compared on all tasks."""
    tasks = list(tasks)
    obstacles = [*_lacking(pair.a, tasks, material), *_lacking(pair.b, tasks, material)]
    if not obstacles:
        a, b = (material.comparisons.rows[row] for row in (pair.a, pair.b))
        same = [main_column(task).header for task in tasks if a[task] == b[task]]
        if same:
            name = _name_pair(pair, material.results)
            obstacles.append(f"{name}: the same run for {', '.join(same)}")
    return obstacles


def _lacking(row: str, tasks: Iterable[Task], material: Material) -> list[str]:
    """List the reasons why a row cannot be tested on all tasks."""
    if row not in material.comparisons.rows:
        return [_obstacle(row, material)]
    return [
        f"{name_row(row, material.results)}: no {main_column(task).header}"
        for task in tasks
        if not material.comparisons.has(row, task)
    ]


def _obstacle(row: str, material: Material) -> str:
    """Return why a row has no scores; the notes say why weights are not available."""
    reason = NO_WEIGHTS if row in material.results.unavailable else NOT_RUN
    return f"{name_row(row, material.results)}: {reason}"


_TESTS: Mapping[str, Callable[[Claim, Material, Judged], None]] = {
    "score": _test_scores,
    "mnrg": _test_mnrg,
    "size": _test_mnrg,
    "gain": _test_gains,
    "literature": _test_literature,
    "epochs": _test_epochs,
    "units": _show_units,
    "untested": _explain_untested,
}
