"""Table 1: the corpora, classes and tokens, ours beside the paper's (paper 5.1)."""

from typing import Any

import pandas as pd

from mutspad.config.base import SPLITS
from mutspad.report.paper import CountField, PaperCorpus, read_paper
from mutspad.report.records import CorpusSummary, Setting
from mutspad.report.tables.form import (
    NOT_APPLICABLE,
    Notes,
    Section,
    Table,
    build_title,
    name_corpora,
    name_task,
    note_data,
    note_paper,
    render,
)
from mutspad.tasks import TASKS

FIELDS: tuple[CountField, ...] = ("classes", "train", "dev", "test")


def table1(setting: Setting) -> Table:
    """Tabulate the corpora of an experiment."""
    notes = Notes()
    records, rows = [], []
    for summary, paper in _order(setting):
        records.append(_build_record(summary, paper))
        rows.append(_build_row(summary, paper, setting, notes))
    notes.general = [
        note_paper(setting),
        "Train, Dev and Test: tokens as published, before anything is held out or sampled",
        "Classes: distinct labels for POS, CK (with O) and DP (with subtypes), entity types for "
        "NER",
        *note_data(setting),
    ]
    title = build_title(1, setting, "corpora of the domains, ours (the paper's)")
    headers = ["Domain", "Task", "Classes", "Corpus", "Measure", "Train", "Dev", "Test"]
    return Table(title, _build_frame(records), render([Section(title, headers, rows)], notes))


def _order(setting: Setting) -> list[tuple[CorpusSummary, PaperCorpus | None]]:
    """Pair the summaries with the corpora of the paper, in its order; other domains come last."""
    printed = read_paper().table1
    found = {(summary.domain, summary.task): summary for summary in setting.summaries}
    places = [(domain, task) for domain in printed for task in TASKS]
    places += [place for place in found if place not in places]
    return [
        (found[domain, task], printed.get(domain, {}).get(task))
        for domain, task in places
        if (domain, task) in found
    ]


def _count(summary: CorpusSummary, name: CountField) -> int | None:
    """Return one of our counts."""
    return summary.classes if name == "classes" else summary.tokens(name)


def _build_record(summary: CorpusSummary, paper: PaperCorpus | None) -> dict[str, Any]:
    """Build a row of the frame."""
    record: dict[str, Any] = {
        "domain": summary.domain,
        "task": str(summary.task),
        "corpora": name_corpora(summary),
        "substitute_for": summary.substitute_for,
    }
    for name in FIELDS:
        record[name] = _count(summary, name)
        record[f"{name}_paper"] = getattr(paper, name, None)
    for split in SPLITS:
        record[f"{split}_used"] = summary.used[split].tokens if split in summary.used else None
    return record


def _build_frame(records: list[dict[str, Any]]) -> pd.DataFrame:
    """Build the frame; counts are whole numbers that may be missing."""
    frame = pd.DataFrame.from_records(records)
    texts = ["domain", "task", "corpora", "substitute_for"]
    return frame.astype({name: "string" if name in texts else "Int64" for name in frame.columns})


def _build_row(
    summary: CorpusSummary, paper: PaperCorpus | None, setting: Setting, notes: Notes
) -> list[str]:
    """Build a row of the Markdown table."""
    cells = {name: _build_cell(summary, paper, name, setting, notes) for name in FIELDS}
    corpus = f"{name_corpora(summary)} ({NOT_APPLICABLE if paper is None else paper.corpus})"
    if summary.substitute_for is not None:
        corpus += notes.mark(f"A substitute for {summary.substitute_for}: counts differ by nature")
    trees = ", ".join(
        f"{count:,} of {summary.used[split].sentences:,} in {split}"
        for split, count in (summary.multi_root or {}).items()
        if count
    )
    if trees:
        corpus += notes.mark(f"Trees with several roots, as used: {trees}")
    return [
        summary.domain.capitalize(),
        summary.task.spec.label,
        cells["classes"],
        corpus,
        summary.task.spec.measure,
        cells["train"],
        cells["dev"],
        cells["test"],
    ]


def _build_cell(
    summary: CorpusSummary,
    paper: PaperCorpus | None,
    name: CountField,
    setting: Setting,
    notes: Notes,
) -> str:
    """Build `ours (paper)`, with a mark where the two differ or dev is held out."""
    ours, printed = _count(summary, name), getattr(paper, name, None)
    text = NOT_APPLICABLE
    if ours is not None or printed is not None:
        text = f"{_format(ours)} ({_format(printed)})"
    if name == "dev" and summary.held_out:
        held = summary.used["dev"]
        text += notes.mark(
            f"{name_task(summary)}: no published dev split; {summary.held_out.share:.0%} of the "
            f"training sentences, {held.sentences:,} with {held.tokens:,} tokens, serve as dev and "
            f"are counted in train"
        )
    compared = paper is not None and summary.substitute_for is None and not setting.synthetic
    if compared and ours != printed:
        text += notes.mark(_explain(summary, name, ours, printed))
    return text


def _format(count: int | None) -> str:
    """Format a count."""
    return NOT_APPLICABLE if count is None else f"{count:,}"


def _explain(
    summary: CorpusSummary, name: CountField, ours: int | None, printed: int | None
) -> str:
    """Explain a difference that is exactly a known one; call any other unexplained."""
    for known in read_paper().known_differences:
        if (
            [corpus.name for corpus in summary.corpora] == [known.corpus]
            and summary.task in known.tasks
            and name in known.ours
            and known.ours[name] == ours
        ):
            return f"Known difference, {known.corpus}: {known.reason}"
    return (
        f"{name_task(summary)}, {name}: {_format(ours)} DIFFERS from the paper "
        f"({_format(printed)}): unexplained"
    )
