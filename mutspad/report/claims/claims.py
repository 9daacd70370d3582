"""Kinds of claims in the paper, and the verdict that follows from their comparisons.

`claims.yaml` lists the claims. Each claim is a set of comparisons; each comparison is as claimed,
against the claim, or not significant, and the verdict follows from these outcomes alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import yaml
from pydantic import Field

from mutspad.config import Closed
from mutspad.report.paper import TaskKey
from mutspad.report.statistics.trainings import Stage

Direction = Literal["higher", "lower"]


class Pair(Closed):
    """Name two rows; the difference is a's minus b's."""

    a: str
    b: str


class SizedPair(Pair):
    """Name two rows and how many points of mNRG the paper sees between them."""

    points: float


class BaseClaim(Closed):
    """Fields of all claims: id, place in the paper, and our paraphrase."""

    id: str
    where: str
    says: str


class ScoreClaim(BaseClaim):
    """Claim that one row scores higher (or lower) than another, on every task named."""

    kind: Literal["score"]
    pairs: list[Pair]
    tasks: list[TaskKey]
    expect: Direction = "higher"


class MnrgClaim(BaseClaim):
    """Claim that one row has a higher mNRG than another."""

    kind: Literal["mnrg"]
    pairs: list[Pair]


class SizeClaim(BaseClaim):
    """Claim that a difference in mNRG has a certain size."""

    kind: Literal["size"]
    sizes: list[SizedPair]


class GainClaim(BaseClaim):
    """Claim that one task gains more (or less) points than each of the others."""

    kind: Literal["gain"]
    pairs: list[Pair]
    task: TaskKey
    than: list[TaskKey]
    expect: Direction


class LiteratureClaim(BaseClaim):
    """Claim that a row is above (or below) the best of the literature that the paper lists."""

    kind: Literal["literature"]
    row: str
    tasks: list[TaskKey]
    expect: Direction


class EpochsClaim(BaseClaim):
    """Claim that row a, or the models that it was fine-tuned from, needs fewer epochs than b."""

    kind: Literal["epochs"]
    pair: Pair
    training: Stage


class UnitsClaim(BaseClaim):
    """Claim that the tasks named need units of the POS features more than each of the others."""

    kind: Literal["units"]
    tasks: list[TaskKey]
    than: list[TaskKey]


class UntestedClaim(BaseClaim):
    """Claim something that no comparison here can test, with the reason."""

    kind: Literal["untested"]
    because: str


Claim = Annotated[
    ScoreClaim
    | MnrgClaim
    | SizeClaim
    | GainClaim
    | LiteratureClaim
    | EpochsClaim
    | UnitsClaim
    | UntestedClaim,
    Field(discriminator="kind"),
]


class Claims(Closed):
    """All claims, and the stand-ins of rows that cannot be run."""

    stand_ins: dict[str, str]
    claims: list[Claim]


@cache
def read_claims() -> Claims:
    """Read the claims, which are part of the package."""
    text = files("mutspad.report.claims").joinpath("claims.yaml").read_text(encoding="utf-8")
    return Claims.model_validate(yaml.safe_load(text))


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
    score, comparison
        What is compared, in words: `POS (acc)`, `Multi-Task Learning - Mono-task Learning`.
    claimed
        The claim about the difference: `above 0`, `about 26`.
    paper
        The difference by the paper's own numbers, None where it prints none.
    paper_agrees
        Whether that is as claimed.
    ours
        The difference here.
    ci_low, ci_high
        Its interval, None where there can be none.
    p
        Corrected for the comparisons made together; None where the interval decides.
    seeds, seeds_agreeing
        How many seeds there are, and in how many the difference has the same sign.
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


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with its comparisons.

    Parameters
    ----------
    claim
        The claim.
    evidence
        Its comparisons, as far as they could be made.
    obstacles
        Why others could not be made.
    remarks
        Remarks for readers.
    stand_in
        The same on rows that come nearest, where a row could not be run.
    """

    claim: Claim
    evidence: tuple[Evidence, ...] = ()
    obstacles: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    stand_in: "Judged | None" = None

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
