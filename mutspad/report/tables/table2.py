"""Table 2: all methods on the target domain, ours beside the paper's (paper 5.4.1)."""

from collections.abc import Iterable, Sequence

import pandas as pd

from mutspad.config.base import Split
from mutspad.plan.rows import Description
from mutspad.report.paper import Paper, read_paper
from mutspad.report.tables.form import NOT_APPLICABLE, Notes, Section, Table, build_title, render
from mutspad.report.tables.rows import (
    MNRG,
    NO_WEIGHTS,
    NOT_RUN,
    TASK_ORDER,
    Column,
    Results,
    Row,
    build_frame,
    list_columns,
    list_scored,
    main_column,
    note_scores,
    print_scores,
)

BEST_ON_TEST = "mutspad_best_on_test"
CHOSEN_ON_DEV = "mutspad_chosen_on_dev"
AS_IS_NOTES = {
    "mono_task_pretraining_as_is": [
        "Trained on the source domain only and applied as it is, possible where both domains have "
        "the same labels (paper 5.2.1)"
    ]
}
SINCE_NOTE = (
    "Since 2020: as others published, on the real corpora; what was used, and how it was scored, "
    "stands in each note. Only the rows with pre-training `none` do without a language model, as "
    "MuTSPad does"
)
# The source of an encoder that stands for the language model trained here.
OWN_LANGUAGE_MODEL = "language_model"

NotedRow = tuple[Row, list[str]]


def table2(results: Results) -> Table:
    """Tabulate all methods, then rows that the paper does not have: ours and other people's."""
    paper = read_paper()
    own = results.own_rows
    beyond = {name: _own_row(name, row, results) for name, row in own.items()}
    main = [
        *_literature_rows(paper),
        *_method_rows(paper, results, beyond),
        _mutspad_row(
            paper,
            results,
            "test",
            BEST_ON_TEST,
            "MuTSPad (best of Table 3 per task on test, as the paper does)",
        ),
        _mutspad_row(
            paper, results, "dev", CHOSEN_ON_DEV, "MuTSPad (variant chosen per task on dev)"
        ),
    ]
    others = [beyond[name] for name, row in own.items() if row.after not in paper.table2.rows]
    published = _published_rows(paper)
    notes = Notes(general=[*note_scores(results), SINCE_NOTE])
    title = build_title(2, results.setting, "test scores on the target domain, ours (the paper's)")
    markdown = render(
        [
            _build_section(title, main, list_columns(), notes),
            _build_section("Beyond the paper: rows of our own", others, list_columns(), notes),
            _build_section(
                "Since 2020 (not in the paper; different pre-training, splits and scoring)",
                published,
                [column for column in list_columns() if column is not MNRG],
                notes,
            ),
        ],
        notes,
    )
    rows = [row for row, _ in (*main, *others, *published)]
    return Table(title, build_frame(rows), markdown)


def list_metrics(frame: pd.DataFrame) -> dict[str, dict[str, float]]:
    """List the mean scores of the rows that have run: row -> score -> value."""
    rows = frame[frame["seeds"].notna()].set_index("row")[[column.key for column in list_columns()]]
    return {
        str(row): {str(key): round(float(value), 4) for key, value in scores.dropna().items()}
        for row, scores in rows.iterrows()
    }


def _build_section(
    heading: str, rows: Iterable[NotedRow], columns: Sequence[Column], notes: Notes
) -> Section:
    """Build a section of rows, each with the marks of its notes."""
    headers = ["Method", "Pre-training", *(column.header for column in columns)]
    lines = [
        [
            row.label + " ".join(map(notes.mark, texts)),
            row.pretraining or NOT_APPLICABLE,
            *map(row.cell, columns),
        ]
        for row, texts in rows
    ]
    return Section(heading, headers, lines)


def _literature_rows(paper: Paper) -> list[NotedRow]:
    """Build the rows that the paper took from the literature, with their citations."""
    rows = {**paper.table2.literature, "best_sota": paper.table2.best_sota}
    return [
        (
            Row(name, row.label, row.pretraining, paper=print_scores(row.scores)),
            [row.citation] if row.citation else [],
        )
        for name, row in rows.items()
    ]


def _method_rows(paper: Paper, results: Results, beyond: dict[str, NotedRow]) -> Iterable[NotedRow]:
    """Build the rows of the baselines, each followed by ours that belong behind it."""
    for name, method in paper.table2.rows.items():
        row = Row(
            name,
            method.label,
            method.pretraining,
            results.measure(results.report.table2.get(name, {})),
            print_scores(method.scores, method.mnrg),
            results.expect(list_scored(method.scores)),
            NO_WEIGHTS if name in results.unavailable else NOT_RUN,
        )
        yield row, [*AS_IS_NOTES.get(name, []), *_note_weights(name, results)]
        for other, spec in results.own_rows.items():
            if spec.after == name:
                yield beyond[other]


def _own_row(name: str, spec: Description, results: Results) -> NotedRow:
    """Build a row of ours that the paper does not have; its label names the encoder."""
    runs = results.report.table2.get(name, {})
    encoder = _name_encoders(runs.values(), results) or spec.encoder
    row = Row(
        name,
        f"{spec.label} ({encoder})" if encoder else spec.label,
        spec.pretraining,
        results.measure(runs),
        expected=results.expect(runs or TASK_ORDER),
        missing=NO_WEIGHTS if name in results.unavailable else NOT_RUN,
    )
    return row, [*([spec.note] if spec.note else []), *_note_weights(name, results)]


def _name_encoders(runs: Iterable[str], results: Results) -> str:
    """Name the contextual encoders of runs; nothing where there is none.

    Our own language model is known by how much text it has seen.
    """
    model = results.setting.language_model
    own = "ours" if model is None else f"ours, {_format_tokens(model.tokens)} tokens"
    return "; ".join(
        own if source == OWN_LANGUAGE_MODEL else name
        for name, source in results.book.encoders_of(runs).items()
    )


def _format_tokens(count: int) -> str:
    """Round a number of tokens: `0.6 M`, below a tenth of a million `9 k`."""
    return f"{count / 1e6:.1f} M" if count >= 100_000 else f"{count / 1e3:.0f} k"


def _note_weights(name: str, results: Results) -> list[str]:
    """Build the note on why the weights of a row are missing and how to get them."""
    if name not in results.unavailable:
        return []
    return [
        f"Weights not available: {results.unavailable[name]}. `mutspad download <entry>` fetches "
        f"the files of the registry's entry (elmo-small, elmo-large, all-mpnet-base-v2); without "
        f"network, put them at `<entry>/` below raw/ or the folder that MUTSPAD_MIRROR or "
        f"MUTSPAD_LICENSED names; then run again"
    ]


def _mutspad_row(paper: Paper, results: Results, split: Split, name: str, label: str) -> NotedRow:
    """Build a row of the best variants of Table 3, one a task, chosen on a split.

    The paper prints only the choice on test, so only that row has its values.
    """
    method = paper.table2.mutspad_best
    chosen = results.choose(split)
    row = Row(
        name,
        label,
        method.pretraining,
        results.measure({task: results.report.table3[of][task] for task, of in chosen.items()}),
        print_scores(method.scores, method.mnrg) if split == "test" else {},
        results.expect(list_scored(method.scores)),
    )
    choices = "; ".join(
        f"{main_column(task).header} of {results.name_row(chosen[task])}"
        if task in chosen
        else f"{main_column(task).header} {NOT_RUN}"
        for task in TASK_ORDER
    )
    missing = [results.name_row(of) for of, runs in results.unification_rows.items() if not runs]
    gaps = f". Without {', '.join(missing)}: {NOT_RUN}" if missing and chosen else ""
    return row, [f"By the mean score on {split}: {choices}{gaps}"]


def _published_rows(paper: Paper) -> list[NotedRow]:
    """Build the rows that others published since the paper."""
    columns = {column.key: column for column in list_columns()}
    return [
        (
            Row(
                name,
                row.label,
                row.pretraining,
                published={columns[key]: score for key, score in row.scores.items()},
            ),
            [row.note],
        )
        for name, row in paper.table2.since_2020.items()
    ]
