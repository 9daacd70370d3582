"""Render the claims: one table of verdicts, then each claim with its comparisons."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tabulate import tabulate

from mutspad.config.sections import StatisticsParams
from mutspad.report.claims.claims import Evidence, Judged, Outcome, Verdict
from mutspad.report.claims.judging import name_row
from mutspad.report.paper import read_paper
from mutspad.report.tables.form import NOT_APPLICABLE, Notes, note_paper
from mutspad.report.tables.rows import NO_WEIGHTS, Results, note_scores

DECIMALS = 4
SHORT = 60  # characters of an obstacle in the table of verdicts
TESTS: Mapping[str, str] = {
    "score": "approximate randomisation of the test sentences, p corrected (Holm) over the tasks "
    "of each pair, and bootstrap interval",
    "mnrg": "bootstrap interval of the difference in mNRG, all test sets resampled",
    "size": "bootstrap interval of the difference in mNRG, which must hold the paper's own (where "
    "it prints one) and leave out 0",
    "gain": "bootstrap interval of the difference between two tasks' gains in points, both test "
    "sets resampled",
    "literature": "bootstrap interval of our score, against the number that the paper lists",
    "epochs": "Student's interval of the difference in epochs, over the seeds",
    "units": "none",
    "untested": "none",
}


def build_markdown(results: Results, judged: Sequence[Judged], params: StatisticsParams) -> str:
    """Build the page of an experiment's claims."""
    setting = results.setting
    kind = f"{setting.experiment}: synthetic data" if setting.synthetic else setting.experiment
    counted = Counter(claim.verdict for claim in judged)
    counts = ", ".join(f"{counted[verdict]} {verdict}" for verdict in Verdict)
    verdict = "Verdict here (one seed)" if results.n_seeds == 1 else "Verdict here"
    headers = ["What the paper says, in our words", "Where", verdict, "Comparisons"]
    lines = [
        [
            f"{number}. {claim.claim.says}",
            claim.claim.where,
            f"**{claim.verdict}**",
            _tally(claim),
        ]
        for number, claim in enumerate(judged, 1)
    ]
    parts = [
        f"# Claims ({kind}): what the paper says and what comes out here",
        f"Of the paper's {len(judged)} claims: {counts}. Every verdict is computed from the "
        f"results of this experiment.",
        *_warn(results),
        tabulate(lines, headers, tablefmt="github", disable_numparse=True),
        _explain(params),
        "## Claim by claim",
        *(_describe(number, claim) for number, claim in enumerate(judged, 1)),
        "## Notes",
        Notes(general=_note(results, params)).render(),
    ]
    return "\n\n".join(parts) + "\n"


def build_record(
    results: Results, judged: Sequence[Judged], params: StatisticsParams
) -> dict[str, Any]:
    """Build the page's content as a JSON value."""
    counted = Counter(claim.verdict for claim in judged)
    return {
        "experiment": results.setting.experiment,
        "synthetic": results.setting.synthetic,
        "seeds": list(results.book.seeds),
        "statistics": params.model_dump(mode="json"),
        "unavailable": dict(results.unavailable),
        "verdicts": {str(verdict): counted[verdict] for verdict in Verdict},
        "claims": [_record(claim) for claim in judged],
    }


def _record(judged: Judged) -> dict[str, Any]:
    """Build the record of one claim."""
    claim = judged.claim
    return {
        "id": claim.id,
        "where": claim.where,
        "says": claim.says,
        "test": TESTS[claim.kind],
        "verdict": judged.verdict,
        "obstacles": judged.obstacles,
        "remarks": judged.remarks,
        "comparisons": [
            {
                key: round(value, DECIMALS) if isinstance(value, float) else value
                for key, value in asdict(evidence).items()
            }
            for evidence in judged.evidence
        ],
    }


def _warn(results: Results) -> list[str]:
    """List the limits of the verdicts."""
    warnings = []
    if results.setting.synthetic:
        warnings.append(
            "**The data are synthetic**: these verdicts show how claims are tested, and say "
            "nothing about tweets or about the paper."
        )
    elif _differs(results):
        warnings.append(
            "**This is not the paper's experiment**: data or sizes differ, as the notes at the end "
            "say. A claim that is contradicted is contradicted here."
        )
    if results.n_seeds == 1:
        warnings.append(
            f"**One seed** ({results.book.seeds[0]}): the verdicts hold for these trained models "
            f"on other sentences; another seed may turn them."
        )
    return warnings


def _differs(results: Results) -> bool:
    """Return whether data or hyper-parameters differ from the paper's."""
    setting = results.setting
    return (
        setting.vectors.substitute_for is not None
        or any(summary.substitute_for or summary.token_budget for summary in setting.summaries)
        or bool(results.other_sizes())
    )


def _explain(params: StatisticsParams) -> str:
    """Explain the verdicts."""
    level = f"{1 - params.confidence:.3g}"
    return (
        f"A claim is taken apart into comparisons, all of which must hold. One is decided when p, "
        f"where there is a p, is at most {level} and the interval leaves out 0; else it is "
        f"undecided.\n\n"
        f"- **{Verdict.CONFIRMED}**: every comparison comes out as claimed.\n"
        f"- **{Verdict.CONTRADICTED}**: at least one comes out against it.\n"
        f"- **{Verdict.NOT_CONFIRMED}**: none against it, but at least one is undecided.\n"
        f"- **{Verdict.UNTESTABLE}**: none against it, but at least one could not be made; "
        f"what is missing is named."
    )


def _describe(number: int, judged: Judged) -> str:
    """Describe one claim: its verdict, why, and its comparisons."""
    claim = judged.claim
    heading = f"### Claim {number} ({claim.where}): {judged.verdict}"
    tables = [_tabulate(judged.evidence)] if judged.evidence else []
    return "\n\n".join([heading, f"> {claim.says}", _justify(judged), *tables])


def _justify(judged: Judged) -> str:
    """Explain the verdict."""
    sentences = []
    if judged.evidence:
        sentences.append(f"Comparisons: {_count(judged.evidence)}")
    if judged.obstacles:
        sentences.append(f"Not tested: {'; '.join(judged.obstacles)}")
    if any(evidence.paper_agrees is not None for evidence in judged.evidence):
        sentences.append(_count_paper(judged.evidence))
    sentences += [*judged.remarks, f"Test: {TESTS[judged.claim.kind]}"]
    return " ".join(f"{sentence}." for sentence in sentences)


def _count(evidence: Sequence[Evidence]) -> str:
    """Count the comparisons by outcome: `3 of 4 as claimed, 1 against it`."""
    counted = Counter(found.outcome for found in evidence)
    others = [
        f"{counted[outcome]} {text}"
        for outcome, text in (
            (Outcome.OTHERWISE, "against it"),
            (Outcome.UNDECIDED, "undecided"),
            (None, "without a test"),
        )
        if counted[outcome]
    ]
    return ", ".join([f"{counted[Outcome.AS_CLAIMED]} of {len(evidence)} as claimed", *others])


def _count_paper(evidence: Sequence[Evidence]) -> str:
    """Count the comparisons that hold by the paper's own numbers; list the others."""
    printed = [found for found in evidence if found.paper_agrees is not None]
    others = [found for found in printed if not found.paper_agrees]
    text = f"By the paper's own numbers: {len(printed) - len(others)} of {len(printed)}"
    listed = "; ".join(
        f"{found.score}, {found.comparison}: {_signed(found.paper)}" for found in others
    )
    return f"{text} (not {listed})" if others else text


def _tabulate(evidence: Sequence[Evidence]) -> str:
    """Tabulate comparisons."""
    headers = [
        "Score", "Difference of", "Claimed", "Paper", "Here", "Interval", "p", "Seeds", "Outcome"
    ]  # fmt: skip
    lines = [
        [
            found.score,
            found.comparison,
            found.claimed,
            _signed(found.paper),
            _signed(found.ours),
            NOT_APPLICABLE
            if found.ci_low is None
            else f"[{_signed(found.ci_low)}, {_signed(found.ci_high)}]",
            _format_p(found.p),
            f"{found.seeds_agreeing} of {found.seeds}",
            "not tested" if found.outcome is None else str(found.outcome),
        ]
        for found in evidence
    ]
    return tabulate(lines, headers, tablefmt="github", disable_numparse=True)


def _tally(judged: Judged) -> str:
    """Count the comparisons by outcome; list short obstacles."""
    counts = [_count(judged.evidence)] if judged.evidence else []
    # What would not fit stands with the claim.
    short = [text if len(text) <= SHORT else "see below" for text in judged.obstacles]
    return "; ".join([*counts, *short])


def _note(results: Results, params: StatisticsParams) -> list[str]:
    """Build the notes on the tests and the scores."""
    percent = f"{100 * params.confidence:g} %"
    weights: dict[str, list[str]] = {}
    for row, reason in results.unavailable.items():
        weights.setdefault(reason, []).append(name_row(row, results))
    return [
        "MuTSPad, where no variant is named: for each task the variant of Table 3 with the best "
        "mean score on dev. The paper takes the best on test, which favours it; that row is in "
        "statistics/differences.csv as mutspad_best_on_test",
        f"Paper: differences of the numbers printed in {read_paper().source}; without a test, as "
        f"there are neither spreads nor predictions",
        *(
            f"{NO_WEIGHTS.capitalize()} ({', '.join(rows)}): {reason}"
            for reason, rows in weights.items()
        ),
        "Sentences are the unit of the tests: a sentence is swapped or drawn as a whole, in all "
        "seeds together, so that more seeds do not make the test set larger. Tasks whose test sets "
        "are the same sentences (POS and DP of TweeBank) are resampled together, others each by "
        "itself",
        f"p: two-sided, {params.shuffles:,} random swaps; for other sentences from the same source "
        f"and the models trained here, of the seeds that both rows have",
        f"Interval: {percent}, percentile bootstrap, {params.resamples:,} samples, not corrected "
        f"for being several; for other sentences, and from two seeds on also for other seeds, "
        f"whose spread is that of all methods on the task or the method's own where it is larger",
        "Seeds: in how many of those that both rows have the difference has the sign of the mean",
        "No correction is made over claims: of many true differences of zero, a few come out as "
        "one or the other way by chance",
        "Only directions are tested where the paper says slightly or strongly; its explanations "
        "are not tested",
        *(note for note in note_scores(results) if note != note_paper(results.setting)),
    ]


def _signed(value: float | None) -> str:
    """Format a difference with its sign."""
    return NOT_APPLICABLE if value is None else f"{value:+.2f}"


def _format_p(value: float | None) -> str:
    """Format a p-value."""
    if value is None:
        return NOT_APPLICABLE
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
