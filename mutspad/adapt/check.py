"""Read every corpus of a recipe whole; report what is in it and what is wrong with it."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from mutspad.adapt.recipe import SOURCE, TARGET
from mutspad.config.base import SPLITS, Split
from mutspad.data.corpora.own import Found, read_own
from mutspad.data.corpora.readers import read_corpus
from mutspad.data.labels import OUTSIDE, shared_label_pairs, split_label
from mutspad.errors import CorpusError
from mutspad.plan.files import Files
from mutspad.plan.plan import Plan
from mutspad.tasks import TASKS, Scheme, Task

MOST_SHOWN = 10
"""Mistakes of one file, and labels of one list, that are shown."""
FEW_SHARED = 0.3
"""Share of the target's labels that the source has, below which two tag sets are likely meant."""


@dataclass(frozen=True)
class Problem:
    """Describe what is wrong, where, and what to do; an error keeps the recipe from running."""

    text: str
    error: bool = False


@dataclass
class Reading:
    """Hold what one corpus has of one task: sentences by split; none where it is not here yet."""

    domain: str
    task: Task
    corpus: str
    paths: Mapping[str, Path]
    splits: dict[Split, list[Found]] = field(default_factory=dict)

    def labels(self, split: Split) -> Counter[str]:
        """Count the types of entities and phrases, or the labels of other tasks."""
        counted = Counter(
            label
            for found in self.splits.get(split, ())
            for label in found.sentence.layers[self.task].labels
        )
        if self.task.spec.scheme is not Scheme.IOB2:
            return counted
        types: Counter[str] = Counter()
        for label, count in counted.items():
            if label != OUTSIDE:
                types[split_label(label)[1]] += count
        return types

    def words(self, split: Split) -> int:
        """Count words."""
        return sum(len(found.sentence) for found in self.splits.get(split, ()))

    def place(self, split: Split, found: Found) -> str:
        """Name the file and line of a sentence."""
        return f"{self.paths[split]}:{found.line}" if found.line else found.sentence.id


def read_all(plan: Plan, files: Files) -> tuple[list[Reading], list[Problem]]:
    """Read every corpus; those of the registry only where all their files are here."""
    readings, problems = [], []
    done: dict[str, dict[Split, list[Found]]] = {}
    for domain in (SOURCE, TARGET):
        for task, corpora in plan.corpora[domain].items():
            for name in corpora.names:
                entry = plan.registry.corpus(name)
                paths = entry.raw_paths("raw", files.mirror, files.licensed)
                if name not in done:
                    done[name], faults = {}, list[CorpusError]()
                    if entry.own is not None:
                        for split, path in paths.items():
                            collected: list[CorpusError] = []
                            found = read_own(path, f"{name}-{split}", entry.own, collected)
                            done[name] |= {s: found for s in SPLITS if s == split}
                            faults += collected[:MOST_SHOWN]
                            if len(collected) > MOST_SHOWN:
                                more = f"{path}: {len(collected) - MOST_SHOWN} more mistakes"
                                problems.append(Problem(more, error=True))
                    elif all(path.exists() for path in paths.values()):
                        splits = read_corpus(name, paths).splits
                        done[name] = {s: [Found(x, 0) for x in splits[s]] for s in splits}
                    problems += [Problem(str(fault), error=True) for fault in faults]
                readings.append(Reading(domain, task, name, paths, done[name]))
    return readings, problems


def find_problems(plan: Plan, readings: list[Reading]) -> Iterator[Problem]:
    """Find what makes scores wrong or a transfer weak."""
    for task in sorted(plan.params.tasks.keys() - {reading.task for reading in readings}):
        yield Problem(
            f"tasks.{task}: no corpus has it, so no model learns it. Name its column under "
            f"`columns` of a corpus, or remove it from `tasks`"
        )
    for reading in readings:
        yield from _check_test(reading)
        yield from _check_scheme(reading)
        yield from _check_roots(plan, reading)
    for domain in (SOURCE, TARGET):
        yield from _check_repeated([r for r in readings if r.domain == domain])
    for task in TASKS:
        source, target = (
            [r for r in readings if r.domain == domain and r.task is task and r.splits]
            for domain in (SOURCE, TARGET)
        )
        if source and target:
            yield from _compare_labels(plan, task, source, target)


def _check_scheme(reading: Reading) -> Iterator[Problem]:
    """Find labels of spans that are taken for labels of words."""
    labels = reading.labels("train")
    if reading.task.spec.scheme is Scheme.PLAIN and any(x.startswith("B-") for x in labels):
        yield Problem(
            f"{reading.paths['train']}: {reading.task}: labels with B- are spans, and count as "
            f"labels of words here. Set `scheme: iob2` in `tasks: {reading.task}`"
        )


def _check_test(reading: Reading) -> Iterator[Problem]:
    """Find labels of test that train has not: no model can give them."""
    known = reading.labels("train")
    unseen = {x: n for x, n in reading.labels("test").items() if x not in known}
    if known and unseen:
        split: Split = "test"
        label = next(iter(unseen))
        first = next(
            found
            for found in reading.splits[split]
            if any(
                label in (x, split_label(x)[1]) for x in found.sentence.layers[reading.task].labels
            )
        )
        yield Problem(
            f"{reading.place(split, first)}: {reading.task}: labels that never occur in train: "
            f"{_list(unseen)}. Add sentences with them to train, or correct them if misspelt"
        )


def _check_roots(plan: Plan, reading: Reading) -> Iterator[Problem]:
    """Find trees with several roots where the recipe allows one."""
    if reading.task is not Task.DEP or plan.params.domains[reading.domain].multi_root:
        return
    several = [
        (split, found)
        for split, sentences in reading.splits.items()
        for found in sentences
        if (found.sentence.layers[Task.DEP].heads or ()).count(0) > 1
    ]
    if several:
        yield Problem(
            f"{reading.place(*several[0])}: {len(several)} trees with several roots. Set "
            f"`multi_root: true` under `{reading.domain}`, or correct them"
        )


def _check_repeated(readings: list[Reading]) -> Iterator[Problem]:
    """Find sentences of test, of any task of a domain, that some train has too."""
    train = {
        found.sentence.words: reading.place("train", found)
        for reading in readings
        for found in reading.splits.get("train", ())
    }
    seen = set()
    for reading in readings:
        # The same files may serve several tasks.
        if reading.corpus in seen or "test" not in reading.splits:
            continue
        seen.add(reading.corpus)
        repeated = [f for f in reading.splits["test"] if f.sentence.words in train]
        if repeated:
            yield Problem(
                f"{reading.place('test', repeated[0])}: {len(repeated)} sentences of test are in "
                f"train too, this one at {train[repeated[0].sentence.words]}. Remove them from one "
                "of the files, or the scores are too high"
            )


def _compare_labels(
    plan: Plan, task: Task, source: list[Reading], target: list[Reading]
) -> Iterator[Problem]:
    """Find labels of the target that the source writes in another way, or has not."""
    ours, theirs = (
        sorted({x for r in side for split in r.splits for x in r.labels(split)})
        for side in (target, source)
    )
    pairs = shared_label_pairs(theirs, ours, plan.params.labels.equivalents.get(task, {}))
    shared = {target for _, target in pairs}
    # As ours are paired: equal but for case, or by the recipe's map.
    case = [f"{ours[t]} = {theirs[s]}" for s, t in pairs if ours[t] != theirs[s]]
    if case:
        yield Problem(
            f"{task}: labels that are written differently and count as equal: {_list(case)}"
        )
    rest = [label for index, label in enumerate(ours) if index not in shared]
    alike = {x: y for x in rest if (y := _find_alike(x, theirs)) is not None}
    if alike:
        pairs_text = ", ".join(f"{x}: {y}" for x, y in alike.items())
        yield Problem(
            f"{task}: labels that look alike but count as different. If they mean the same, set "
            f"`equivalents: {{ {task}: {{ {pairs_text} }} }}`"
        )
    if len(shared) < FEW_SHARED * len(ours):
        yield Problem(
            f"{task}: source and target share {len(shared)} of the target's {len(ours)} labels, "
            "likely two tag sets. Take the same column on both sides (UPOS or XPOS), or map them "
            "by `equivalents`; without shared labels a head starts anew"
        )


def _find_alike(label: str, others: list[str]) -> str | None:
    """Find a label that differs in signs alone, or that abbreviates the other (PER, person)."""

    def letters(text: str) -> str:
        return "".join(filter(str.isalnum, text)).casefold()

    mine = letters(label)
    for other in others:
        short, long = sorted((mine, letters(other)), key=len)
        if short == long or (len(short) > 2 and long.startswith(short)):
            return other
    return None


def check_sizes(readings: list[Reading], sizes: Sequence[int]) -> Iterator[Problem]:
    """Find points of the curve that are no part of the target's training sentences."""
    for reading in readings:
        held = len(reading.splits.get("train", ()))
        if reading.domain == TARGET and reading.splits and sizes and sizes[-1] >= held:
            yield Problem(
                f"{reading.paths['train']}: {reading.task}: expected more training sentences than "
                f"the largest of --curve, found {held}. Name smaller numbers",
                error=True,
            )


def estimate(plan: Plan, readings: list[Reading], benchmarks: Path) -> tuple[float, float]:
    """Estimate the seconds of all trainings on one core, and the GiB of the largest.

    Both are upper bounds: the speeds and the memory measured at the sizes of the paper.
    """
    lines = json.loads((benchmarks / "results.json").read_text(encoding="utf-8"))["lines"]
    speeds = {
        head: median(lines[line]["samples"]["ours"]["one job, one thread"])
        for head, line in (("tagger", "train-pos"), ("parser", "train-dep"))
    }
    words = {(r.domain, r.task): r.words("train") for r in readings}
    seconds = 0.0
    for model in plan.trained():
        planned, run = plan.models[model], plan.resolve(model)
        budget = plan.params.domains[planned.domain].token_budget
        # A part of the target counts as the whole.
        domain = SOURCE if planned.domain == SOURCE else TARGET
        sizes = {task: words[domain, task] for task in planned.tasks}
        sizes = {task: min(size, budget or size) for task, size in sizes.items()}
        whole = sum(sizes.values())
        for task, size in sizes.items():
            # On a unified set every task learns from every sentence.
            seconds += (
                (whole if planned.unified else size)
                * run.training.max_epochs
                * len(planned.seeds)
                / speeds[task.spec.head]
            )
    (memory,) = lines["paper-memory"]["samples"]["ours"][""]
    return seconds, memory


def _list(names: Mapping[str, int] | list[str]) -> str:
    """List names, the first of many."""
    shown = [f"{x} ({names[x]})" if isinstance(names, Mapping) else x for x in names]
    more = f" and {len(shown) - MOST_SHOWN} more" if len(shown) > MOST_SHOWN else ""
    return ", ".join(shown[:MOST_SHOWN]) + more
