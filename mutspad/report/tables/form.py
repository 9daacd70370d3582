"""Build tables with notes and render them as Markdown and CSV."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd
from tabulate import tabulate

from mutspad.report.paper import read_paper
from mutspad.report.records import CorpusSummary, Setting

NOT_APPLICABLE = "n/a"
DECIMALS = 4
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Table:
    """A finished table: its title, typed numbers for machines, and Markdown for people."""

    title: str
    frame: pd.DataFrame
    markdown: str

    def to_csv(self) -> str:
        """Render the frame."""
        return self.frame.round(DECIMALS).to_csv(index=False, lineterminator="\n")


class Section(NamedTuple):
    """One table of a Markdown text, with its heading."""

    heading: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass
class Notes:
    """Collect the notes of a table: numbered ones that cells point at, and general ones."""

    marked: list[str] = field(default_factory=list)
    general: list[str] = field(default_factory=list)

    def mark(self, text: str) -> str:
        """Return the mark of a note; equal notes share one."""
        if text not in self.marked:
            self.marked.append(text)
        return str(self.marked.index(text) + 1).translate(_SUPERSCRIPTS)

    def render(self) -> str:
        """Render both kinds as Markdown lists."""
        numbered = [f"{number}. {_end(text)}" for number, text in enumerate(self.marked, start=1)]
        bullets = [f"- {_end(text)}" for text in self.general]
        return "\n\n".join("\n".join(lines) for lines in (numbered, bullets) if lines)


def build_title(number: int, setting: Setting, subject: str) -> str:
    """Build a title with the name of the experiment; mark synthetic data."""
    kind = f"{setting.experiment}: synthetic data" if setting.synthetic else setting.experiment
    return f"Table {number} ({kind}): {subject}"


def render(sections: Sequence[Section], notes: Notes) -> str:
    """Render tables and their common notes as Markdown that also reads as plain text."""
    parts = [
        f"{'#' if section is sections[0] else '##'} {section.heading}\n\n"
        + tabulate(section.rows, section.headers, tablefmt="github", disable_numparse=True)
        for section in sections
    ]
    return "\n\n".join([*parts, notes.render()]) + "\n"


def note_paper(setting: Setting) -> str:
    """Build the note on the values in brackets and their comparability."""
    text = f"In brackets: as printed in the paper, {read_paper().source}"
    if setting.synthetic:
        text += (
            ". The paper's values belong to real corpora, ours here to synthetic ones: they are "
            "shown for orientation and are not comparable"
        )
    return text


def note_data(setting: Setting) -> list[str]:
    """Build the notes on substitutes, word vectors and sampled training data."""
    notes = [
        f"Substitute: {name_task(summary)} uses {name_corpora(summary)} in place of "
        f"{summary.substitute_for}, which is licensed and was not supplied"
        + (f": {lacking}" if (lacking := setting.lacking.get(summary.substitute_for)) else "")
        for summary in setting.summaries
        if summary.substitute_for is not None
    ]
    vectors = setting.vectors
    if vectors.substitute_for is not None:
        notes.append(
            f"Substitute: word vectors {vectors.source} in place of {vectors.substitute_for}, "
            f"which could not be had"
        )
    elif vectors.source == "none":
        notes.append("Word vectors: none, trained from random values")
    else:
        notes.append(f"Word vectors: {vectors.source}")
    cut = [
        f"{name_task(summary)} {summary.used['train'].tokens:,} training tokens of at most "
        f"{summary.token_budget.tokens:,}"
        for summary in setting.summaries
        if summary.token_budget is not None
    ]
    if cut:
        notes.append(f"Train and dev were sampled down to a token budget: {', '.join(cut)}")
    return notes


def _end(text: str) -> str:
    """End a note with exactly one full stop."""
    return text if text.endswith(".") else f"{text}."


def name_task(summary: CorpusSummary) -> str:
    """Name a domain's task: `News POS`."""
    return f"{summary.domain.capitalize()} {summary.task.spec.label}"


def name_corpora(summary: CorpusSummary) -> str:
    """Name the corpora behind a domain's task, with versions."""
    return " + ".join(f"{corpus.name} {corpus.version}" for corpus in summary.corpora)
