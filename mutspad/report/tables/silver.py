"""Quality of silver labels: compare silver layers with gold where a sentence has both.

A unified sentence with a gold layer of a task gets no silver one (paper 4.2.2), so within it the
two never meet. They meet elsewhere (ours): where two corpora hold the same words, and where the
labeller is applied to annotated sentences.
"""

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from mutspad.data.labels import split_label
from mutspad.data.sentence import Layer, Origin, Sentence
from mutspad.evaluation.attachment import universal
from mutspad.evaluation.score import score_layers
from mutspad.report.tables.form import NOT_APPLICABLE, Notes, Section, Table, render
from mutspad.tasks import Scheme, Task

SHOWN = 5  # confusions a layer
ENOUGH = 30  # sentences on which a comparison says something; those on fewer are only counted


class Evidence(StrEnum):
    """The sentences on which a silver layer is compared with gold."""

    DEV = "dev"
    TEST = "test"
    TRAIN = "train"
    SEEN = "same words, seen"
    HELD_OUT = "same words, held out"


_MEANING = {
    Evidence.DEV: "The labeller on the dev set of its own corpus, which it was not trained on, "
    "though training stopped where it did best there. The sentences that get silver labels are "
    "other corpora's: most differ more from its training set, and some it has seen there, word for "
    "word",
    Evidence.TEST: "The same on the test set, by which nothing was chosen",
    Evidence.TRAIN: "The labeller on its own training sentences, which keep their gold labels: how "
    "far it reproduces what it was shown",
    Evidence.SEEN: "Sentences with this silver layer whose words are also those of a sentence of "
    "the labeller's training set: it has seen their gold labels",
    Evidence.HELD_OUT: "The same for its dev and test sets: silver labels as they stand in the "
    "unified training set against gold ones that it has not seen",
}


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of a silver layer with gold on the same sentences.

    Parameters
    ----------
    evidence
        Which sentences these are.
    sentences, words
        How many.
    score
        By the task's own measure, in per cent; None when there is no span at all.
    missed, invented
        Share of the gold spans that silver lacks and of the silver spans that gold lacks, in per
        cent; None without such spans and for tasks without spans.
    gold_density, silver_density
        Spans per 1,000 words; None for tasks without spans.
    confusions
        What silver has in the place of gold -> for how many words.
    """

    evidence: Evidence
    sentences: int
    words: int
    score: float | None
    missed: float | None
    invented: float | None
    gold_density: float | None
    silver_density: float | None
    confusions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LayerQuality:
    """Quality of one silver layer of one unified training set.

    Parameters
    ----------
    domain, task, seed, labeller
        Whose layer, and the run that wrote it.
    silver_sentences, sentences
        Sentences that carry it, of all.
    gold_density, silver_density
        Spans per 1,000 words in the sentences with gold and in those with silver labels; None for
        tasks without spans.
    agreements
        The comparisons with gold, one for each evidence that there is.
    """

    domain: str
    task: Task
    seed: int
    labeller: str
    silver_sentences: int
    sentences: int
    gold_density: float | None
    silver_density: float | None
    agreements: tuple[Agreement, ...]

    @property
    def share(self) -> float:
        """Return the percentage of sentences with silver labels."""
        return 100 * self.silver_sentences / self.sentences


def judge(
    task: Task, evidence: Evidence, gold: Sequence[Sentence], silver: Sequence[Sentence]
) -> Agreement:
    """Compare a silver layer with the gold one of the same sentences.

    Raises
    ------
    MutspadError
        When the sentences are not the same, or a layer is missing.
    """
    scores = score_layers(task, gold, silver)
    gold_layers = [sentence.layers[task] for sentence in gold]
    silver_layers = [sentence.layers[task] for sentence in silver]
    pairs = zip(gold_layers, silver_layers, strict=True)
    spans = task.spec.scheme is Scheme.IOB2
    in_gold, in_silver = _count_spans(gold_layers), _count_spans(silver_layers)
    return Agreement(
        evidence=evidence,
        sentences=len(gold),
        words=sum(map(len, gold)),
        score=scores[task.spec.metric] if not spans or in_gold or in_silver else None,
        missed=100 - scores["recall"] if spans and in_gold else None,
        invented=100 - scores["precision"] if spans and in_silver else None,
        gold_density=_density(task, gold_layers),
        silver_density=_density(task, silver_layers),
        confusions=Counter(what for pair in pairs for what in _confusions(task, *pair)),
    )


def judge_layer(
    task: Task,
    unified: Sequence[Sentence],
    gold: Mapping[str, Sequence[Sentence]],
    predicted: Mapping[str, Sequence[Sentence]],
    *,
    domain: str,
    seed: int,
    labeller: str,
) -> LayerQuality:
    """Compare one silver layer with gold on all sentences that have both.

    Parameters
    ----------
    task
        Whose layer.
    unified
        The unified training set.
    gold
        The task's own corpus, by split.
    predicted
        The labeller's output for some of these splits.
    domain, seed, labeller
        Names.

    Raises
    ------
    MutspadError
        When predictions do not belong to the gold sentences.
    """
    known = {sentence.words for sentence in gold["train"]}
    held_out = [s for split in ("dev", "test") for s in gold[split] if s.words not in known]
    compared = {Evidence(split): (gold[split], predicted[split]) for split in predicted}
    compared[Evidence.SEEN] = find_same_words(task, unified, gold["train"])
    compared[Evidence.HELD_OUT] = find_same_words(task, unified, held_out)
    layers = [layer for sentence in unified if (layer := sentence.layers.get(task)) is not None]
    silver = [layer for layer in layers if layer.origin is Origin.SILVER]
    return LayerQuality(
        domain=domain,
        task=task,
        seed=seed,
        labeller=labeller,
        silver_sentences=len(silver),
        sentences=len(unified),
        gold_density=_density(task, [layer for layer in layers if layer.origin is Origin.GOLD]),
        silver_density=_density(task, silver),
        agreements=tuple(
            judge(task, evidence, *compared[evidence])
            for evidence in Evidence
            if evidence in compared and compared[evidence][0]
        ),
    )


def find_same_words(
    task: Task, unified: Iterable[Sentence], gold: Iterable[Sentence]
) -> tuple[list[Sentence], list[Sentence]]:
    """Pair the sentences that carry a silver layer with the first gold one of the same words.

    Returns
    -------
    tuple
        The gold sentences, and the silver layers under the ids of these.
    """
    by_words: dict[tuple[str, ...], Sentence] = {}
    for sentence in gold:
        by_words.setdefault(sentence.words, sentence)
    pairs = [
        (match, Sentence(match.id, match.words).with_layers({task: layer}))
        for sentence in unified
        if (layer := sentence.layers.get(task)) is not None
        and layer.origin is Origin.SILVER
        and (match := by_words.get(sentence.words)) is not None
    ]
    return [match for match, _ in pairs], [silver for _, silver in pairs]


def tabulate_quality(qualities: Sequence[LayerQuality], experiment: str) -> Table:
    """Tabulate the quality of silver layers: every comparison as CSV, a summary as Markdown."""
    kind = "demo: synthetic data" if experiment == "demo" else experiment
    title = f"Silver labels ({kind}): agreement with gold"
    notes = Notes()
    groups: dict[tuple[str, Task], list[LayerQuality]] = {}
    for quality in qualities:
        groups.setdefault((quality.domain, quality.task), []).append(quality)
    used = [
        evidence
        for evidence in Evidence
        if any(agreement.evidence is evidence for q in qualities for agreement in q.agreements)
    ]
    headers = ["Layer", "Labeller", "Silver sentences"]
    headers += [f"{evidence}{notes.mark(_MEANING[evidence])}" for evidence in used]
    rows = [
        [_name(*place), group[0].labeller, _count_silver(group[0])]
        + [_cell(_collect(group, evidence)) for evidence in used]
        for place, group in groups.items()
    ]
    sections = [
        Section(title, headers, rows),
        _span_section(groups, used),
        _confusion_section(groups, used),
    ]
    seeds = sorted({quality.seed for quality in qualities})
    numbers = ", ".join(map(str, seeds))
    notes.general.append(
        f"One seed ({numbers}): no spread can be given"
        if len(seeds) == 1
        else f"Mean and standard deviation over the seeds {numbers}; confusions: their sums"
    )
    notes.general.append(
        "POS: accuracy; CK and NER: exact-match F1; DP: LAS; in per cent. In brackets: sentences, "
        "words. Missed: gold spans that silver lacks; invented: silver spans that gold lacks. The "
        f"second and third table leave out comparisons on fewer than {ENOUGH} sentences"
    )
    return Table(title, _build_frame(qualities), render(sections, notes))


def _confusions(task: Task, gold: Layer, silver: Layer) -> Iterator[str]:
    """Yield `gold → silver` for each word with a wrong label."""
    if task is Task.DEP:
        heads = zip(gold.heads or (), silver.heads or (), strict=True)
        relations = zip(map(universal, gold.labels), map(universal, silver.labels), strict=True)
        for (wanted, given), (wanted_head, given_head) in zip(relations, heads, strict=True):
            if wanted != given:
                yield f"{wanted} → {given}"
            elif wanted_head != given_head:
                yield f"{wanted}: wrong head"
        return
    for wanted, given in zip(gold.labels, silver.labels, strict=True):
        ours, theirs = _kind(task, wanted), _kind(task, given)
        if ours != theirs:
            yield f"{ours} → {theirs}"
        elif wanted != given:
            yield f"{ours}: wrong boundary"


def _kind(task: Task, label: str) -> str:
    """Return the type of a span's label; other labels are their own type."""
    return split_label(label)[1] if task.spec.scheme is Scheme.IOB2 else label


def _count_spans(layers: Iterable[Layer]) -> int:
    return sum(label.startswith("B-") for layer in layers for label in layer.labels)


def _density(task: Task, layers: Sequence[Layer]) -> float | None:
    """Count the spans per 1,000 words."""
    words = sum(len(layer.labels) for layer in layers)
    return (
        1000 * _count_spans(layers) / words if task.spec.scheme is Scheme.IOB2 and words else None
    )


def _collect(
    group: Iterable[LayerQuality], evidence: Evidence, at_least: int = 1
) -> list[Agreement]:
    """List one kind of comparison over the seeds, if it rests on enough sentences."""
    return [
        agreement
        for quality in group
        for agreement in quality.agreements
        if agreement.evidence is evidence and agreement.sentences >= at_least
    ]


def _name(domain: str, task: Task) -> str:
    return f"{domain.capitalize()} {task.spec.label}"


def _count_silver(quality: LayerQuality) -> str:
    return f"{quality.silver_sentences:,} of {quality.sentences:,} ({quality.share:.0f} %)"


def _mean(values: Iterable[float | None], decimals: int = 2) -> str:
    """Format a mean, with its standard deviation over several seeds."""
    known = [value for value in values if value is not None]
    if not known:
        return NOT_APPLICABLE
    spread = f" ± {statistics.stdev(known):.{decimals}f}" if len(known) > 1 else ""
    return f"{statistics.fmean(known):.{decimals}f}{spread}"


def _cell(agreements: Sequence[Agreement]) -> str:
    """Format an agreement with the numbers of sentences and words."""
    if not agreements:
        return NOT_APPLICABLE
    size = f"({agreements[0].sentences:,}, {agreements[0].words:,})"
    return f"{_mean(agreement.score for agreement in agreements)} {size}"


def _span_section(
    groups: Mapping[tuple[str, Task], Sequence[LayerQuality]], used: Sequence[Evidence]
) -> Section:
    """Tabulate missing and spurious silver spans."""
    rows = []
    for (domain, task), group in groups.items():
        for evidence in used:
            agreements = _collect(group, evidence, ENOUGH)
            if task.spec.scheme is Scheme.IOB2 and agreements:
                rows.append(
                    [
                        _name(domain, task),
                        evidence.value,
                        _mean((a.missed for a in agreements), 1),
                        _mean((a.invented for a in agreements), 1),
                        _mean((a.gold_density for a in agreements), 1),
                        _mean((a.silver_density for a in agreements), 1),
                    ]
                )
    headers = ["Layer", "On", "Missed, %", "Invented, %", "Gold per 1,000 words", "Silver"]
    return Section("Chunks and entities: what silver lacks and adds", headers, rows)


def _confusion_section(
    groups: Mapping[tuple[str, Task], Sequence[LayerQuality]], used: Sequence[Evidence]
) -> Section:
    """Tabulate the labels that are most often wrong."""
    rows = []
    for (domain, task), group in groups.items():
        for evidence in used:
            total: Counter[str] = Counter()
            for agreement in _collect(group, evidence, ENOUGH):
                total.update(agreement.confusions)
            if total:
                rows.append([_name(domain, task), evidence.value, _list(total)])
    headers = ["Layer", "On", "Gold → silver (words)"]
    return Section("Labels most often wrong", headers, rows)


def _list(confusions: Mapping[str, int]) -> str:
    """List the most frequent confusions."""
    shown = Counter(confusions).most_common(SHOWN)
    return ", ".join(f"{what} ({count})" for what, count in shown)


def _build_frame(qualities: Iterable[LayerQuality]) -> pd.DataFrame:
    """Build one row for every comparison, with the totals of its layer."""
    rows = []
    for quality in qualities:
        layer = {
            "domain": quality.domain,
            "task": quality.task.value,
            "seed": quality.seed,
            "labeller": quality.labeller,
            "silver_sentences": quality.silver_sentences,
            "silver_share": quality.share,
            "layer_gold_per_1000": quality.gold_density,
            "layer_silver_per_1000": quality.silver_density,
        }
        rows += [
            layer
            | {
                "evidence": agreement.evidence.value,
                "sentences": agreement.sentences,
                "words": agreement.words,
                "measure": quality.task.spec.metric,
                "agreement": agreement.score,
                "missed": agreement.missed,
                "invented": agreement.invented,
                "gold_per_1000": agreement.gold_density,
                "silver_per_1000": agreement.silver_density,
                "confusions": _list(agreement.confusions),
            }
            for agreement in quality.agreements
        ]
    return pd.DataFrame(rows)
