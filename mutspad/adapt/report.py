"""The page that a recipe ends in: which method helps on the target, and is the gain real."""

import base64
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from statistics import fmean
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from tabulate import tabulate

from mutspad.adapt.recipe import SUBSET
from mutspad.data.conllup import read_conllup
from mutspad.data.predictions import read_predictions, select_predictions
from mutspad.data.sentence import Layer, Sentence
from mutspad.evaluation.attachment import universal
from mutspad.evaluation.significance import interval
from mutspad.files import read_json
from mutspad.plan.layout import Layout
from mutspad.plan.plan import Plan
from mutspad.report.figures import STYLES, plot_convergence
from mutspad.report.statistics.comparisons import Comparisons
from mutspad.report.statistics.reading import read_counts, read_results
from mutspad.report.tables.rows import REFERENCE_ROW, Results
from mutspad.tasks import TASKS, Task

SHOWN = 10
"""Kinds of errors a task, and example sentences."""


class Findings:
    """Hold the scores of a run and what follows from them.

    Parameters
    ----------
    folder
        The results.
    plan
        The plan, whose rows all have the target's test sets.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder, self.plan = folder, plan
        self.results: Results = read_results(folder, plan)
        self.models: Mapping[str, Mapping[Task, str]] = plan.report.table2
        self.compared = Comparisons(
            self.models,
            *read_counts(folder, self.models, self.results.book),
            plan.params.statistics,
        )
        self.whole = [row for row in self.models if SUBSET not in row]
        # Not every row has the tasks that only the target has.
        self.tasks = [task for task in TASKS if all(task in self.models[r] for r in self.whole)]
        self.scored = [task for task in TASKS if task in self.models[REFERENCE_ROW]]

    def dev(self, row: str) -> float:
        """Average a row's dev scores over the tasks that all rows have."""
        return fmean(self._dev_of(task, row) for task in self.tasks)

    @property
    def best(self) -> str:
        """Name the row with the best dev score."""
        return max(self.whole, key=self.dev)

    @property
    def rival(self) -> str:
        """Name the best row other than the baseline."""
        return max((row for row in self.whole if row != REFERENCE_ROW), key=self.dev)

    def label(self, row: str) -> str:
        """Name a row."""
        return self.plan.report.described[row].label

    def describe_best(self) -> list[dict[str, Any]]:
        """Describe the best row: its tasks and models, and the seed that was best on dev.

        The best row may lack a task that only the target has: for such a task the row that is best
        on it is described, too.
        """
        groups = {self.best: [task for task in self.scored if task in self.models[self.best]]}
        for task in self.scored:
            if task not in groups[self.best]:
                having = (row for row in self.whole if task in self.models[row])
                groups.setdefault(max(having, key=partial(self._dev_of, task)), []).append(task)
        return [
            {
                "row": row,
                "seed": self._best_seed(row, tasks),
                "models": {str(task): self.models[row][task] for task in tasks},
            }
            for row, tasks in groups.items()
        ]

    def _dev_of(self, task: Task, row: str) -> float:
        """Return a row's mean dev score on one task."""
        return self.results.book.measure(self.models[row][task], task, "dev", task.spec.metric).mean

    def _best_seed(self, row: str, tasks: Sequence[Task]) -> int:
        """Return the seed whose dev scores on some tasks add up to most."""
        by_seed = zip(
            *(
                self.results.book.values(self.models[row][task], task, "dev", task.spec.metric)
                for task in tasks
            ),
            strict=True,
        )
        scores = list(map(sum, by_seed))
        return self.plan.seeds[scores.index(max(scores))]

    def bounds(self, row: str, task: Task) -> tuple[float, float, float]:
        """Return a row's mean test score and its interval."""
        low, high = interval(
            self.compared.replicates(row, task), self.plan.params.statistics.confidence
        )
        return float(self.compared.scores(row, task).mean()), low, high

    def sentences(self, row: str, task: Task) -> tuple[list[Sentence], list[Sentence]]:
        """Read gold and a row's predictions of test, of the first seed."""
        layout, model = Layout(self.folder), self.models[row][task]
        domain = self.plan.models[model].domain
        gold = read_conllup(layout.corpus(domain, task, "test.conllup"))
        path = layout.predictions(model, self.plan.seeds[0], "test")
        return gold, select_predictions(read_predictions(path), task, gold, path)


def build_report(found: Findings) -> str:
    """Build the page as Markdown, pictures included."""
    params = found.plan.params
    parts = [
        f"# {params.experiment}: what helps on the target domain",
        _conclude(found),
        "## Test scores",
        f"In brackets: {params.statistics.confidence:.0%} intervals, for other test sentences"
        + (" and other seeds." if len(params.seeds) > 1 else " alone."),
        _tabulate_scores(found, found.whole),
        "## Differences from mono-task learning",
        "p: approximate randomisation on the test sentences, corrected for the tasks (Holm).",
        _tabulate_differences(found),
    ]
    sizes = list_sizes(found)
    if sizes:
        rows = [row for row in found.models if SUBSET in row]
        parts += [
            "## How many sentences to annotate",
            "Each method on parts of the target's training sentences; dev and test are whole.",
            _embed(plot_sizes(found, sizes), "Test score by number of sentences"),
            _tabulate_scores(found, rows),
        ]
    parts += [
        "## While training",
        _embed(_plot_epochs(found), "Dev score by epoch"),
        f"## Errors: {found.label(REFERENCE_ROW)} and {found.label(found.rival)}",
        "Kinds of errors on test, first seed: those that went away most, then those that came.",
        *(_tabulate_errors(found, task) for task in found.tasks),
        "## Sentences before and after",
        f"The {SHOWN} sentences of test that changed most, for better or worse.",
        *_show_sentences(found),
        "## Data",
        _tabulate_data(found),
    ]
    return "\n\n".join(parts) + "\n"


def _conclude(found: Findings) -> str:
    """Write which row is best on dev and whether its gain on test is more than chance."""
    best = found.best
    if best == REFERENCE_ROW:
        return f"Best on dev: **{found.label(best)}**. No transfer from the source helps."
    threshold = 1 - found.plan.params.statistics.confidence
    lines = []
    for gain in found.compared.compare(best, REFERENCE_ROW):
        real = gain.p_holm is not None and gain.p_holm <= threshold
        verdict = "more than chance" if real else "may be chance"
        label = Task(gain.task).spec.label
        lines.append(f"- {label}: {gain.difference:+.2f} points on test, {verdict}")
    if len(found.plan.seeds) == 1:
        lines.append(
            "- One seed: two trainings of one method differ, too; `seeds: [1, 2, 3]` would tell"
        )
    start = f"Best on dev: **{found.label(best)}**. Against mono-task learning:"
    return "\n".join([start, "", *lines])


def _tabulate_scores(found: Findings, rows: Sequence[str]) -> str:
    """Tabulate test scores with intervals."""
    lines = [
        [
            found.label(row),
            *(
                "{:.2f} [{:.2f}, {:.2f}]".format(*found.bounds(row, task))
                if task in found.models[row]
                else "n/a"
                for task in found.scored
            ),
        ]
        for row in rows
    ]
    return _table(["Method", *(task.spec.heading for task in found.scored)], lines)


def _tabulate_differences(found: Findings) -> str:
    """Tabulate every row's difference from the baseline."""
    lines = [
        [
            found.label(row),
            Task(gain.task).spec.heading,
            f"{gain.difference:+.2f} [{gain.ci_low:+.2f}, {gain.ci_high:+.2f}]",
            "" if gain.p_holm is None else f"{gain.p_holm:.4f}",
            f"{gain.seeds_agreeing} of {gain.seeds}",
        ]
        for row in found.whole
        if row != REFERENCE_ROW
        for gain in found.compared.compare(row, REFERENCE_ROW)
    ]
    return _table(["Method", "Score", "Difference", "p", "Seeds that agree"], lines)


def list_sizes(found: Findings) -> list[int]:
    """List the numbers of sentences of the curve."""
    return sorted({int(row.rpartition(SUBSET)[2]) for row in found.models if SUBSET in row})


def plot_sizes(found: Findings, sizes: Sequence[int]) -> Figure:
    """Plot test scores with intervals by number of training sentences, one panel a task."""
    figure = Figure(figsize=(5 * len(found.tasks), 3.6), layout="constrained")
    panels = figure.subplots(1, len(found.tasks), squeeze=False)[0]
    rows = [row for row in found.whole if f"{row}{SUBSET}{sizes[0]}" in found.models]
    layout = Layout(found.folder)
    for axes, task in zip(panels, found.tasks, strict=True):
        domain = found.plan.models[found.models[REFERENCE_ROW][task]].domain
        used = read_json(layout.corpus(domain, task, "summary.json"))["used"]["train"]["sentences"]
        for row, (colour, dashes, marker) in zip(rows, STYLES, strict=False):
            names = [*(f"{row}{SUBSET}{size}" for size in sizes), row]
            means, low, high = zip(*(found.bounds(name, task) for name in names), strict=True)
            axes.plot([*sizes, used], means, dashes, color=colour, marker=marker, markersize=4)
            axes.fill_between([*sizes, used], low, high, color=colour, alpha=0.12)
        axes.set_xscale("log")
        axes.set_xticks([*sizes, used], [str(size) for size in (*sizes, used)])
        axes.minorticks_off()
        axes.set_title(task.spec.heading, fontsize=10)
        axes.set_xlabel("sentences")
    figure.legend(
        [axes.lines[number] for number in range(len(rows))],
        [found.label(row) for row in rows],
        loc="outside lower center",
        ncols=3,
        fontsize=8,
        frameon=False,
    )
    return figure


def _plot_epochs(found: Findings) -> Figure:
    """Plot dev scores by epoch, of as many rows as there are styles."""
    layout = Layout(found.folder)
    models = found.plan.models
    histories = {
        found.label(row): {
            task: [pd.read_csv(layout.curve(model, seed)) for seed in models[model].seeds]
            for task, model in found.models[row].items()
        }
        for row in found.whole[: len(STYLES)]
    }
    return plot_convergence(histories, "On the target domain")


def list_errors(task: Task, gold: Layer, predicted: Layer) -> list[str | None]:
    """Name the error of each word: gold and predicted label, or None."""
    errors: list[str | None] = []
    pairs = zip(gold.labels, predicted.labels, strict=True)
    heads = zip_longest(gold.heads or (), predicted.heads or ())
    for (wanted, given), (head, other) in zip_longest(pairs, heads, fillvalue=(0, 0)):
        if task is Task.DEP:
            wanted, given = universal(str(wanted)), universal(str(given))
        if wanted != given:
            errors.append(f"{wanted} → {given}")
        else:
            errors.append(None if head == other else f"{wanted} at another head")
    return errors


def _tabulate_errors(found: Findings, task: Task) -> str:
    """Tabulate the kinds of errors that changed most."""
    before, after = (_count_errors(found, row, task) for row in (REFERENCE_ROW, found.rival))
    kinds = sorted(before | after, key=lambda kind: (after[kind] - before[kind], kind))
    changed = [kind for kind in kinds if after[kind] != before[kind]]
    shown = changed if len(changed) <= SHOWN else changed[: SHOWN // 2] + changed[-(SHOWN // 2) :]
    lines = [
        [kind, before[kind], after[kind], f"{after[kind] - before[kind]:+d}"] for kind in shown
    ]
    lines.append(["all", before.total(), after.total(), f"{after.total() - before.total():+d}"])
    headers = [f"{task.spec.label}: gold → predicted", "before", "after", "change"]
    return _table(headers, lines)


def _count_errors(found: Findings, row: str, task: Task) -> Counter[str]:
    """Count the kinds of errors of a row."""
    return Counter(
        error
        for gold, predicted in zip(*found.sentences(row, task), strict=True)
        for error in list_errors(task, gold.layers[task], predicted.layers[task])
        if error is not None
    )


def _show_sentences(found: Findings) -> Iterator[str]:
    """Show the sentences that changed most, the words that one of the two gets wrong."""
    changed: list[tuple[int, str, str]] = []
    for task in found.tasks:
        gold, before = found.sentences(REFERENCE_ROW, task)
        _, after = found.sentences(found.rival, task)
        for wanted, old, new in zip(gold, before, after, strict=True):
            errors = [
                list_errors(task, wanted.layers[task], given.layers[task]) for given in (old, new)
            ]
            lines = [
                [word, *(error or "right" for error in pair)]
                for word, *pair in zip(wanted.words, *errors, strict=True)
                if pair[0] != pair[1]
            ]
            gain = errors[1].count(None) - errors[0].count(None)
            if lines:
                heading = f"**{task.spec.label}, {gain:+d}:** {_escape(' '.join(wanted.words))}"
                table = _table(["word", "before", "after"], lines)
                changed.append((abs(gain), wanted.id, f"{heading}\n\n{table}"))
    changed.sort(key=lambda entry: (-entry[0], entry[1]))
    yield from (text for _, _, text in changed[:SHOWN])


def _tabulate_data(found: Findings) -> str:
    """Tabulate the corpora: sentences as used, and the hashes of the user's files."""
    lines = []
    for domain, tasks in found.plan.corpora.items():
        for task in tasks:
            summary = read_json(Layout(found.folder).corpus(domain, task, "summary.json"))
            hashes = [h[:12] for c in summary["corpora"] for h in c.get("sha256", {}).values()]
            sizes = [summary["used"][split]["sentences"] for split in ("train", "dev", "test")]
            lines.append([domain, task, summary["corpora"][0]["name"], *sizes, " ".join(hashes)])
    return _table(["domain", "task", "corpus", "train", "dev", "test", "SHA-256"], lines)


def _table(headers: Sequence[str], lines: Sequence[Sequence[Any]]) -> str:
    """Write a table in Markdown."""
    escaped = [[_escape(str(cell)) for cell in line] for line in lines]
    return tabulate(escaped, headers, tablefmt="github", disable_numparse=True)


def _escape(text: str) -> str:
    """Keep what people write from being read as Markdown."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def _embed(figure: Figure, alt: str) -> str:
    """Write a figure as a picture inside the page, the same bytes each time."""
    stream = BytesIO()
    figure.savefig(stream, format="png", dpi=120, metadata={"Software": None})
    return f"![{alt}](data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()})"
