"""Typed records that the tables read: corpus summaries, lexicon metadata and scores."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mutspad.config.base import Split
from mutspad.errors import MutspadError
from mutspad.tasks import Task


class Record(BaseModel):
    """Validate the keys that tables need; ignore the others."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class CorpusVersion(Record):
    """Name a corpus."""

    name: str
    version: str


class SplitSize(Record):
    """Size of a split."""

    sentences: int
    tokens: int


class HeldOut(Record):
    """Describe the share of the training sentences that serves as dev set, and its corpora."""

    share: float
    corpora: list[str]


class TokenBudget(Record):
    """Describe the maximal number of training tokens."""

    tokens: int


class CorpusSummary(Record):
    """Represent `corpora/<domain>/<task>/summary.json`.

    Splits are as published (None for one that there is not) and as used, after holding out dev and
    sampling a token budget; `multi_root` counts trees with several roots.
    """

    task: Task
    domain: str
    corpora: list[CorpusVersion]
    substitute_for: str | None
    classes: int
    published: dict[Split, SplitSize | None]
    used: dict[Split, SplitSize]
    multi_root: dict[Split, int] | None
    held_out: HeldOut | None
    token_budget: TokenBudget | None

    def tokens(self, split: Split) -> int | None:
        """Count the tokens of a published split, None where there is none."""
        size = self.published.get(split)
        return None if size is None else size.tokens


class VectorsInfo(Record):
    """Source and dimension of the word vectors, from `lexicon.json`."""

    source: str
    substitute_for: str | None
    dim: int


class LanguageModelSummary(Record):
    """Represent `language_model/summary.json`: training tokens of our own language model."""

    tokens: int


class RunScores(Record):
    """Represent `scores/<model>/seed<k>.json`."""

    run: str
    seed: int
    experiment: str
    config: dict[str, Any]
    scores: dict[Task, dict[str, dict[str, float]]]


class Setting(Record):
    """Represent `data.json`: the data behind the tables."""

    experiment: str
    summaries: list[CorpusSummary]
    vectors: VectorsInfo
    language_model: LanguageModelSummary | None
    # licensed corpus -> files that its folder lacks
    lacking: dict[str, str] = Field(default_factory=dict)

    @property
    def synthetic(self) -> bool:
        """Return whether the project generated the corpora itself."""
        names = [corpus.name for summary in self.summaries for corpus in summary.corpora]
        return self.experiment == "demo" or any(name.startswith("demo-") for name in names)


RecordT = TypeVar("RecordT", bound=Record)


def read_record(kind: type[RecordT], what: str, raw: Mapping[str, Any]) -> RecordT:
    """Check a loaded JSON object; a missing key or one of another type is an error."""
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        mistakes = "; ".join(
            f"{'.'.join(map(str, mistake['loc']))}: {mistake['msg']}" for mistake in error.errors()
        )
        raise MutspadError(f"expected {what}, found: {mistakes}") from None


@dataclass(frozen=True)
class Measured:
    """Summarise a score over the seeds; one seed has no standard deviation."""

    mean: float
    sd: float | None
    seeds: int


def deviation(values: Sequence[float]) -> float | None:
    """Return the sample standard deviation; one value has none."""
    return stdev(values) if len(values) > 1 else None


class ScoreBook:
    """Look up scores by model, over its seeds; scores of another experiment are an error."""

    def __init__(
        self, experiment: str, seeds: Sequence[int], scores: Iterable[Mapping[str, Any]]
    ) -> None:
        self.seeds = tuple(seeds)
        self._runs: dict[tuple[str, int], RunScores] = {}
        for raw in scores:
            record = read_record(RunScores, "the scores of a run", raw)
            if record.experiment != experiment:
                raise MutspadError(
                    f"run {record.run}, seed {record.seed}: expected scores of the experiment "
                    f"'{experiment}', found '{record.experiment}'"
                )
            self._runs[record.run, record.seed] = record

    def measure(self, run: str, task: Task, split: Split, metric: str) -> Measured:
        """Average a score over the seeds, with the sample standard deviation."""
        values = self.values(run, task, split, metric)
        return Measured(fmean(values), deviation(values), len(values))

    def values(self, run: str, task: Task, split: Split, metric: str) -> list[float]:
        """Return the score of each seed; a missing one is an error."""
        found = []
        for record in self.records(run):
            splits = record.scores
            if metric not in splits.get(task, {}).get(split, {}):
                raise MutspadError(
                    f"run {run}, seed {record.seed}: expected the score {task}.{split}.{metric}, "
                    f"found none"
                )
            found.append(splits[task][split][metric])
        return found

    def records(self, run: str) -> list[RunScores]:
        """Return all scores of each seed of a model, which must have the same parameters."""
        records = [self._runs[run, seed] for seed in self.seeds if (run, seed) in self._runs]
        if not records:
            raise MutspadError(f"run {run}: expected its scores, found none")
        first, *others = records
        for other in others:
            keys = sorted({*first.config, *other.config})
            odd = [key for key in keys if first.config.get(key) != other.config.get(key)]
            if odd:
                raise MutspadError(
                    f"run {run}, seed {other.seed}: expected the parameters of seed {first.seed}, "
                    f"found other values of {', '.join(odd)}; train one of the two again"
                )
        return records

    def knows(self, task: Task, split: Split, metric: str) -> bool:
        """Return whether any model has a score."""
        return any(
            metric in record.scores.get(task, {}).get(split, {}) for record in self._runs.values()
        )

    def values_of(self, key: str) -> set[Any]:
        """Collect what the configurations hold under a dotted key such as `model.char_dim`."""
        values = set()
        for record in self._runs.values():
            value: Any = record.config
            for part in key.split("."):
                value = value.get(part) if isinstance(value, dict) else None
            if value is not None:
                values.add(value)
        return values

    def encoders_of(self, runs: Iterable[str]) -> dict[str, str]:
        """Name the contextual encoders of these runs, each once, with its source."""
        encoders = [self.records(run)[0].config.get("encoder") for run in runs]
        return {each["name"]: each["source"] for each in encoders if each is not None}
