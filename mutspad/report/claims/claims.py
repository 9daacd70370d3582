"""Kinds of claims in the paper, and the verdict that follows from their comparisons.

`claims.yaml` lists the claims. Each claim is a set of comparisons; each comparison is as claimed,
against the claim, or not significant, and the verdict follows from these outcomes alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import Field, TypeAdapter

from mutspad.config.base import Closed
from mutspad.report.statistics.trainings import Stage
from mutspad.tasks import Task

Direction = Literal["higher", "lower"]
Kind = Literal["score", "mnrg", "size", "gain", "literature", "epochs", "units", "untested"]


class Pair(Closed):
    """Name two rows; the difference is a's minus b's, of so many points as the paper sees it."""

    a: str
    b: str
    points: float = 0.0


class Claim(Closed):
    """State a claim of the paper: its place, our paraphrase, and what its kind needs.

    Parameters
    ----------
    kind
        - score: a scores higher (or lower) than b, on every task named.
        - mnrg: a has a higher mNRG than b.
        - size: the difference in mNRG has this number of points.
        - gain: the first task gains more (or less) points than each of `than`.
        - literature: the row `a` is above (or below) the best that the paper lists.
        - epochs: a, or the models that it was fine-tuned from, needs fewer epochs than b.
        - units: the tasks named need units of the POS features more than each of `than`.
        - untested: no comparison here can test it, with the reason.
    """

    id: str
    where: str
    says: str
    kind: Kind
    pairs: list[Pair] = Field(default_factory=list)
    row: str = ""
    tasks: list[Task] = Field(default_factory=list)
    than: list[Task] = Field(default_factory=list)
    expect: Direction = "higher"
    training: Stage = "row"
    because: str = ""


@cache
def read_claims() -> list[Claim]:
    """Read the claims, which are part of the package."""
    text = files("mutspad.report.claims").joinpath("claims.yaml").read_text(encoding="utf-8")
    return TypeAdapter(list[Claim]).validate_python(yaml.safe_load(text))


class Outcome(StrEnum):
    """The outcome of a comparison."""

    AS_CLAIMED = "as claimed"
    OTHERWISE = "against it"
    UNDECIDED = "undecided"


class Verdict(StrEnum):
    """The verdict on a claim."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not confirmed"
    CONTRADICTED = "contradicted"
    UNTESTABLE = "cannot be tested here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One comparison.

    Parameters
    ----------
    paper, paper_agrees
        The difference by the paper's own numbers, if it prints any, and whether it is as claimed.
    ci_low, ci_high
        The interval of `ours`, None where there can be none.
    p
        Corrected for the comparisons made together; None where the interval decides.
    outcome
        None where it could not be tested.
    """

    score: str
    comparison: str
    claimed: str
    paper: float | None = None
    paper_agrees: bool | None = None
    ours: float
    ci_low: float | None = None
    ci_high: float | None = None
    p: float | None = None
    seeds: int
    seeds_agreeing: int
    outcome: Outcome | None


@dataclass(slots=True)
class Judged:
    """A claim with the comparisons that could be made, why others could not, and remarks."""

    claim: Claim
    evidence: list[Evidence] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """Return the verdict."""
        return judge([evidence.outcome for evidence in self.evidence], self.obstacles)


def judge(outcomes: Iterable[Outcome | None], obstacles: Iterable[str]) -> Verdict:
    """Judge a claim by its comparisons.

    A claim says that all of them hold. One that comes out against it contradicts it, whatever
    else could not be tested; else one that could not be tested leaves it open; else one that is
    not significant leaves it unconfirmed.
    """
    found = list(outcomes)
    if Outcome.OTHERWISE in found:
        return Verdict.CONTRADICTED
    if any(obstacles) or None in found or not found:
        return Verdict.UNTESTABLE
    if Outcome.UNDECIDED in found:
        return Verdict.NOT_CONFIRMED
    return Verdict.CONFIRMED


def decide_by_test(
    p_value: float, low: float, high: float, level: float, expect: Direction
) -> Outcome:
    """Decide a comparison by the corrected p-value of its test and by its interval.

    The test asks what other sentences would say; the interval also asks what other seeds would,
    and only with both is a difference more than one of lucky seeds.
    """
    return Outcome.UNDECIDED if p_value > level else decide_by_interval(low, high, expect)


def decide_by_interval(low: float, high: float, expect: Direction) -> Outcome:
    """Decide a comparison by whether its interval leaves out 0."""
    if low <= 0 <= high:
        return Outcome.UNDECIDED
    return Outcome.AS_CLAIMED if (low > 0) == (expect == "higher") else Outcome.OTHERWISE


def decide_size(low: float, high: float, size: float) -> Outcome:
    """Decide whether a difference has a size: its interval must hold that size and leave out 0."""
    if not low <= size <= high:
        return Outcome.OTHERWISE
    return Outcome.UNDECIDED if low <= 0 <= high else Outcome.AS_CLAIMED
