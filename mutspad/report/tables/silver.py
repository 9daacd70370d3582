"""Quality of silver labels: compare silver layers with gold where a sentence has both.

A unified sentence with a gold layer of a task gets no silver one (paper 4.2.2), so within it the
two never meet. They meet elsewhere (ours): where two corpora hold the same words, and where the
labeller is applied to annotated sentences.
"""

import json
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

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
    SEEN = "same words, seen"
    HELD_OUT = "same words, held out"


_MEANING = {
    Evidence.DEV: "The labeller on the dev set of its own corpus, which it was not trained on, "
    "though training stopped where it did best there. The sentences that get silver labels are "
    "other corpora's: most differ more from its training set, and some it has seen there, word for "
    "word",
    Evidence.TEST: "The same on the test set, by which nothing was chosen",
    Evidence.SEEN: "Sentences with this silver layer whose words are also those of a sentence of "
    "the labeller's training set: it has seen their gold labels",
    Evidence.HELD_OUT: "The same for its dev and test sets: silver labels as they stand in the "
    "unified training set against gold ones that it has not seen",
}


def judge(
    task: Task, evidence: Evidence, gold: Sequence[Sentence], silver: Sequence[Sentence]
) -> dict[str, Any]:
    """Compare a silver layer with the gold one of the same sentences; return a row of the frame.

    Missed and invented are the share of the gold spans that silver lacks and of the silver spans
    that gold lacks, in per cent. Values are None where there is no span to count.

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
    return {
        "evidence": evidence.value,
        "sentences": len(gold),
        "words": sum(map(len, gold)),
        "measure": task.spec.metric,
        "agreement": scores[task.spec.metric] if not spans or in_gold or in_silver else None,
        "missed": 100 - scores["recall"] if spans and in_gold else None,
        "invented": 100 - scores["precision"] if spans and in_silver else None,
        "gold_per_1000": _density(task, gold_layers),
        "silver_per_1000": _density(task, silver_layers),
        "confusions": Counter(what for pair in pairs for what in _confusions(task, *pair)),
    }


def judge_layer(
    task: Task,
    unified: Sequence[Sentence],
    gold: Mapping[str, Sequence[Sentence]],
    predicted: Mapping[str, Sequence[Sentence]],
    *,
    domain: str,
    seed: int,
    labeller: str,
) -> list[dict[str, Any]]:
    """Compare one silver layer with gold on all sentences that have both, a row an evidence.

    Parameters
    ----------
    unified
        The unified training set.
    gold
        The task's own corpus, by split.
    predicted
        The labeller's output for some of these splits.

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
    gold_layers = [layer for layer in layers if layer.origin is Origin.GOLD]
    totals = {
        "domain": domain,
        "task": str(task),
        "seed": seed,
        "labeller": labeller,
        "silver_sentences": len(silver),
        "of": len(unified),
        "silver_share": 100 * len(silver) / len(unified),
        "layer_gold_per_1000": _density(task, gold_layers),
        "layer_silver_per_1000": _density(task, silver),
    }
    return [
        totals | judge(task, evidence, *compared[evidence])
        for evidence in Evidence
        if evidence in compared and compared[evidence][0]
    ]


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


def tabulate_quality(rows: Sequence[Mapping[str, Any]], experiment: str) -> Table:
    """Tabulate the quality of silver layers: every comparison as CSV, a summary as Markdown."""
    frame = pd.DataFrame(rows)
    frame["confusions"] = frame["confusions"].map(Counter)
    kind = "demo: synthetic data" if experiment == "demo" else experiment
    title = f"Silver labels ({kind}): agreement with gold"
    seeds = sorted(frame["seed"].unique())
    numbers = ", ".join(map(str, seeds))
    notes = Notes()
    notes.general = [
        f"One seed ({numbers}): no spread can be given"
        if len(seeds) == 1
        else f"Mean and standard deviation over the seeds {numbers}; confusions: their sums",
        "POS: accuracy; CK and NER: exact-match F1; DP: LAS; in per cent. In brackets: sentences, "
        "words. Missed: gold spans that silver lacks; invented: silver spans that gold lacks. The "
        f"second and third table leave out comparisons on fewer than {ENOUGH} sentences",
    ]
    used = [evidence for evidence in Evidence if (frame["evidence"] == evidence).any()]
    layers, spans, confusions = [], [], []
    for _, layer in frame.groupby(["domain", "task"], sort=False):
        first = layer.iloc[0]
        task = Task(first.task)
        name = f"{first.domain.capitalize()} {task.spec.label}"
        share = f"{first.silver_sentences:,} of {first.of:,} ({first.silver_share:.0f} %)"
        cells = []
        for evidence in used:
            found = layer[layer["evidence"] == evidence]
            cells.append(_cell(found))
            found = found[found["sentences"] >= ENOUGH]
            if len(found) and task.spec.scheme is Scheme.IOB2:
                measures = ("missed", "invented", "gold_per_1000", "silver_per_1000")
                spans.append([name, evidence, *(_mean(found[each], 1) for each in measures)])
            total = sum(found["confusions"], Counter[str]())
            if total:
                confusions.append([name, evidence, _list(total)])
        layers.append([name, first.labeller, share, *cells])
    headers = [f"{evidence}{notes.mark(_MEANING[evidence])}" for evidence in used]
    rates = ["Layer", "On", "Missed, %", "Invented, %", "Gold per 1,000 words", "Silver"]
    sections = [
        Section(title, ["Layer", "Labeller", "Silver sentences", *headers], layers),
        Section("Chunks and entities: what silver lacks and adds", rates, spans),
        Section("Labels most often wrong", ["Layer", "On", "Gold → silver (words)"], confusions),
    ]
    frame["confusions"] = frame["confusions"].map(_list)
    return Table(title, frame.drop(columns="of"), render(sections, notes))


def format_rows(rows: Iterable[Mapping[str, Any]]) -> str:
    """Write rows as JSON, a line each; keys and confusions keep their order, which breaks ties."""
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    return "[\n" + ",\n".join(lines) + "\n]\n"


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


def _mean(values: Iterable[float], decimals: int = 2) -> str:
    """Format a mean, with its standard deviation over several seeds."""
    known = [value for value in values if not pd.isna(value)]
    if not known:
        return NOT_APPLICABLE
    spread = f" ± {statistics.stdev(known):.{decimals}f}" if len(known) > 1 else ""
    return f"{statistics.fmean(known):.{decimals}f}{spread}"


def _cell(found: pd.DataFrame) -> str:
    """Format an agreement with the numbers of sentences and words."""
    if found.empty:
        return NOT_APPLICABLE
    first = found.iloc[0]
    return f"{_mean(found['agreement'])} ({first.sentences:,}, {first.words:,})"


def _list(confusions: Counter[str]) -> str:
    """List the most frequent confusions."""
    return ", ".join(f"{what} ({count})" for what, count in confusions.most_common(SHOWN))
