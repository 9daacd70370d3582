"""Test the paper's claims on our results."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from mutspad.evaluation.significance import interval, seed_interval
from mutspad.report.ablation.drops import AblatedRun
from mutspad.report.claims.claims import (
    Claim,
    EpochsClaim,
    Evidence,
    GainClaim,
    Judged,
    LiteratureClaim,
    MnrgClaim,
    Pair,
    ScoreClaim,
    SizeClaim,
    UnitsClaim,
    UntestedClaim,
    decide_by_interval,
    decide_by_test,
    decide_size,
    read_claims,
)
from mutspad.report.claims.evidence import (
    describe_scores,
    from_difference,
    name_pair,
    name_row,
    paper_mnrg,
    paper_score,
    subtract,
    word_direction,
)
from mutspad.report.paper import read_paper
from mutspad.report.statistics.comparisons import Comparisons
from mutspad.report.statistics.trainings import Stage, Training
from mutspad.report.tables.rows import (
    MAIN_COLUMNS,
    MNRG,
    NO_WEIGHTS,
    NOT_RUN,
    TASK_ORDER,
    Results,
)
from mutspad.tasks import Task


@dataclass(frozen=True, slots=True)
class Material:
    """The results on which claims are tested.

    Parameters
    ----------
    results, comparisons
        The rows and their comparisons.
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
    """Test every claim; use stand-ins too where a row could not be run."""
    claims = read_claims()
    return [_judge_with_stand_ins(claim, claims.stand_ins, material) for claim in claims.claims]


def _judge_with_stand_ins(claim: Claim, stand_ins: Mapping[str, str], material: Material) -> Judged:
    """Test a claim; where a row is missing, also with the rows that may stand for such."""
    judged = _TESTS[claim.kind](claim, material)
    if not judged.obstacles or not isinstance(claim, ScoreClaim | GainClaim):
        return judged
    rows = material.comparisons.rows
    replaced = {row: other for row, other in stand_ins.items() if row not in rows and other in rows}
    pairs = [
        pair.model_copy(update={side: replaced.get(row, row) for side, row in pair})
        for pair in claim.pairs
    ]
    # Two missing rows may have the same stand-in.
    distinct = [
        pair for place, pair in enumerate(pairs) if pair.a != pair.b and pair not in pairs[:place]
    ]
    if not distinct or all(pair in claim.pairs for pair in distinct):
        return judged
    tested = _TESTS[claim.kind](claim.model_copy(update={"pairs": distinct}), material)
    return replace(judged, stand_in=tested) if tested.evidence else judged


def _test_scores(claim: ScoreClaim, material: Material) -> Judged:
    """Test each task of each pair by approximate randomisation, Holm-corrected in the pair."""
    evidence, obstacles = [], []
    level = 1 - material.comparisons.params.confidence
    for pair in claim.pairs:
        found = {
            difference.task: difference
            for difference in material.comparisons.compare(pair.a, pair.b)
        }
        obstacles += _missing(pair, claim.tasks, material)
        for task in claim.tasks:
            if task in found:
                difference = found[task]
                p_value = 1.0 if difference.p_holm is None else difference.p_holm
                paper = subtract(paper_score(pair.a, task), paper_score(pair.b, task))
                evidence.append(
                    from_difference(
                        difference,
                        MAIN_COLUMNS[task].header,
                        decide_by_test(
                            p_value, difference.ci_low, difference.ci_high, level, claim.expect
                        ),
                        claim.expect,
                        paper,
                        material.results,
                    )
                )
    return Judged(claim, tuple(evidence), _unique(obstacles))


def _test_mnrg(claim: MnrgClaim, material: Material) -> Judged:
    """Test each pair by the bootstrap interval of the difference in mNRG."""
    evidence, obstacles = [], []
    for pair in claim.pairs:
        difference = material.comparisons.compare_mnrg(pair.a, pair.b)
        if difference is None:
            obstacles += _missing(pair, TASK_ORDER, material)
            continue
        outcome = decide_by_interval(difference.ci_low, difference.ci_high, "higher")
        paper = subtract(paper_mnrg(pair.a), paper_mnrg(pair.b))
        evidence.append(
            from_difference(difference, MNRG.header, outcome, "higher", paper, material.results)
        )
    return Judged(claim, tuple(evidence), _unique(obstacles))


def _test_sizes(claim: SizeClaim, material: Material) -> Judged:
    """Test whether the bootstrap interval of each difference in mNRG holds the paper's own.

    Its words round: "about 26" is 25.6 in its table, and so is what an interval up to 25.9 holds.
    """
    evidence, obstacles = [], []
    if material.results.setting.synthetic:
        obstacles.append("the sizes belong to real corpora, and these are synthetic")
    for pair in claim.sizes:
        difference = material.comparisons.compare_mnrg(pair.a, pair.b)
        if difference is None:
            obstacles += _missing(pair, TASK_ORDER, material)
            continue
        paper = subtract(paper_mnrg(pair.a), paper_mnrg(pair.b))
        size = pair.points if paper is None else paper
        outcome = decide_size(difference.ci_low, difference.ci_high, size)
        tested = from_difference(
            difference, MNRG.header, outcome, "higher", paper, material.results
        )
        evidence.append(
            replace(
                tested,
                claimed=f"about {pair.points:g}",
                # The paper rounds to whole points.
                paper_agrees=None if paper is None else abs(paper - pair.points) < 1,
                outcome=None if material.results.setting.synthetic else outcome,
            )
        )
    return Judged(claim, tuple(evidence), _unique(obstacles))


def _test_gains(claim: GainClaim, material: Material) -> Judged:
    """Test by the bootstrap interval of the difference of two tasks' gains, in points."""
    evidence, obstacles = [], []
    compared = material.comparisons
    for pair in claim.pairs:
        missing = _missing(pair, [claim.task, *claim.than], material)
        if missing:
            obstacles += missing
            continue
        gains = {
            task: compared.scores(pair.a, task) - compared.scores(pair.b, task)
            for task in (claim.task, *claim.than)
        }
        drawn = {
            task: compared.replicates(pair.a, task) - compared.replicates(pair.b, task)
            for task in gains
        }
        paper = {
            task: subtract(paper_score(pair.a, task), paper_score(pair.b, task)) for task in gains
        }
        for other in claim.than:
            low, high = interval(drawn[claim.task] - drawn[other], compared.params.confidence)
            evidence.append(
                describe_scores(
                    gains[claim.task] - gains[other],
                    (low, high),
                    score=f"{claim.task.spec.label}'s gain - {other.spec.label}'s",
                    comparison=name_pair(pair, material.results),
                    expect=claim.expect,
                    paper=subtract(paper[claim.task], paper[other]),
                )
            )
    return Judged(claim, tuple(evidence), _unique(obstacles))


def _test_literature(claim: LiteratureClaim, material: Material) -> Judged:
    """Test by whether the bootstrap interval of the score leaves out the literature's number."""
    evidence = []
    compared = material.comparisons
    obstacles = _lacking(claim.row, claim.tasks, material)
    if material.results.setting.synthetic:
        obstacles.append("the literature's scores belong to real corpora, and these are synthetic")
    for task in () if obstacles else claim.tasks:
        best = read_paper().table2.best_sota.scores[task]
        if best is None:
            continue
        drawn = compared.replicates(claim.row, task) - best
        evidence.append(
            describe_scores(
                compared.scores(claim.row, task) - best,
                interval(drawn, compared.params.confidence),
                score=MAIN_COLUMNS[task].header,
                comparison=f"{name_row(claim.row, material.results)} - {best}, "
                "the best of the literature",
                expect=claim.expect,
                paper=subtract(paper_score(claim.row, task), best),
            )
        )
    return Judged(claim, tuple(evidence), tuple(obstacles))


def _test_epochs(claim: EpochsClaim, material: Material) -> Judged:
    """Test by Student's interval over the seeds of the difference in epochs."""
    fewer, more = (
        material.trainings.get(row, {}).get(claim.training, ())
        for row in (claim.pair.a, claim.pair.b)
    )
    rows = (claim.pair.a, claim.pair.b)
    if not fewer or not more:
        missing = [row for row, found in zip(rows, (fewer, more), strict=True) if not found]
        return Judged(claim, obstacles=tuple(_obstacle(row, material) for row in missing))
    remarks = [
        "An epoch is about as many updates on unified data as on separate corpora, but each of its "
        "updates trains all tasks"
    ]
    measures = {"epochs to the dev score that both reach": _epochs_to_common}
    if {training.max_epochs for training in fewer} == {training.max_epochs for training in more}:
        measures["epochs to the best dev score"] = _epochs_to_best
    else:
        remarks.append(
            f"Epochs to the best dev score are not compared: at most {fewer[0].max_epochs} epochs "
            f"were allowed on the one side and {more[0].max_epochs} on the other"
        )
    evidence = []
    for name, count in measures.items():
        counts = [count(*trainings) for trainings in zip(fewer, more, strict=True)]
        differences = np.array([a - b for a, b in counts], dtype=np.float64)
        bounds = (
            None
            if len(differences) < 2
            else seed_interval(differences.tolist(), material.comparisons.params.confidence)
        )
        low, high = bounds or (None, None)
        evidence.append(
            Evidence(
                score=name,
                comparison=name_pair(claim.pair, material.results),
                claimed=word_direction("lower"),
                ours=float(differences.mean()),
                ci_low=low,
                ci_high=high,
                seeds=len(differences),
                seeds_agreeing=int((np.sign(differences) == np.sign(differences.mean())).sum()),
                outcome=None if bounds is None else decide_by_interval(*bounds, "lower"),
            )
        )
    obstacles = () if len(fewer) > 1 else ("the unit is the seed, and there is only one",)
    return Judged(claim, tuple(evidence), obstacles, tuple(remarks))


def _show_units(claim: UnitsClaim, material: Material) -> Judged:
    """Show the effect of units on tasks, net of chance, without a test.

    The units are all there are of one model, and the drops of all rest on the same dev sentences:
    spread over units says nothing of other models or other sentences.
    """
    if material.units is None:
        return Judged(claim, obstacles=("no unit has been ablated",))
    ablations, least = material.units.ablations, material.min_support
    tasks = [*claim.tasks, *claim.than]
    drops = {task: float(ablations[task].max_drops(least).mean()) for task in tasks}
    rises = {task: float(ablations[task].max_rises(least).mean()) for task in tasks}
    evidence = [
        Evidence(
            score="mean of the units' max class-score drop less max rise",
            comparison=f"{a.spec.label} - {b.spec.label}",
            claimed="above 0",
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
    obstacle = "all units of one model on one dev set are no sample of models or of sentences"
    remarks = (
        "A maximum over classes is above 0 by chance alone, and more so over more classes; the "
        "greatest rise, which no unit is needed for, says how far chance goes",
        f"Mean greatest drop and rise over {len(ablations[tasks[0]].units)} units, classes with at "
        f"least {least} gold words: {shown}",
    )
    return Judged(claim, tuple(evidence), (obstacle,), remarks)


def _explain_untested(claim: UntestedClaim, material: Material) -> Judged:
    """Return the reason as an obstacle."""
    del material  # Nothing in it decides.
    return Judged(claim, obstacles=(claim.because,))


def _epochs_to_best(fewer: Training, more: Training) -> tuple[int, int]:
    """Count for two runs the epochs to the best score of each."""
    return fewer.epochs_to_best, more.epochs_to_best


def _epochs_to_common(fewer: Training, more: Training) -> tuple[int, int]:
    """Count for two runs the epochs to the best score that both reach."""
    score = min(max(fewer.dev), max(more.dev))
    return fewer.epochs_to(score), more.epochs_to(score)


def _missing(pair: Pair, tasks: Iterable[Task], material: Material) -> list[str]:
    """List the reasons why two rows cannot be compared on all tasks."""
    tasks = list(tasks)
    obstacles = [*_lacking(pair.a, tasks, material), *_lacking(pair.b, tasks, material)]
    if not obstacles:
        a, b = (material.comparisons.rows[row] for row in (pair.a, pair.b))
        same = [MAIN_COLUMNS[task].header for task in tasks if a[task] == b[task]]
        if same:
            obstacles.append(
                f"{name_pair(pair, material.results)}: the same run for {', '.join(same)}"
            )
    return obstacles


def _lacking(row: str, tasks: Iterable[Task], material: Material) -> list[str]:
    """List the reasons why a row cannot be tested on all tasks."""
    if row not in material.comparisons.rows:
        return [_obstacle(row, material)]
    return [
        f"{name_row(row, material.results)}: no {MAIN_COLUMNS[task].header}"
        for task in tasks
        if not material.comparisons.has(row, task)
    ]


def _obstacle(row: str, material: Material) -> str:
    """Return why a row has no scores; the notes say why weights are not available."""
    reason = NO_WEIGHTS if row in material.results.unavailable else NOT_RUN
    return f"{name_row(row, material.results)}: {reason}"


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    """Keep the first of equal texts."""
    return tuple(dict.fromkeys(texts))


_TESTS: Mapping[str, Callable[..., Judged]] = {
    "score": _test_scores,
    "mnrg": _test_mnrg,
    "size": _test_sizes,
    "gain": _test_gains,
    "literature": _test_literature,
    "epochs": _test_epochs,
    "units": _show_units,
    "untested": _explain_untested,
}
