"""Tag raw text: parts of speech, chunks, entities and dependencies.

Example: mutspad tag "@you look at this lol" --model results/demo/models/tweets.all/seed1
         mutspad tag tweets.txt --output tweets.conllu --model results/demo/models/tweets.all/seed1

tweets.conllu    one block a text; chunks and entities in MISC
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from mutspad.cli.options import encoder_option, tagger_option, tokenised_option
from mutspad.files import atomic_path
from mutspad.tagging.document import Document
from mutspad.tagging.formats import FORMATS, write_documents
from mutspad.tagging.reading import read_texts
from mutspad.tagging.tokenise import split_at_spaces, tokenise

ENDINGS = {form.ending: name for name, form in FORMATS.items()}
STANDARD_INPUT = "-"


@click.command("tag")
@click.argument("source", metavar="TEXT|FILE|-")
@tagger_option
@encoder_option
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write; its ending names the format.",
)
@click.option(
    "--format", "format_name", type=click.Choice([*FORMATS]), help="Format of the output."
)
@tokenised_option
def command(
    *,
    source: str,
    model: Path | None,
    encoder: Path | None,
    output: Path | None,
    format_name: str | None,
    tokenised: bool,
) -> None:
    """Tag a text, the texts of a file, one a line, or those of the standard input (-).

    One text is shown as a table; otherwise CoNLL-U is written.
    """
    is_text = source != STANDARD_INPUT and not is_there(source)
    format_name = format_name or find_format(output)
    # Imported only now: a mistake in the arguments need not wait for torch.
    from mutspad.tagging.pipeline import load

    pipeline = load(
        model, encoder_folder=encoder, tokeniser=split_at_spaces if tokenised else tokenise
    )
    if is_text:
        documents: Iterable[Document] = [pipeline(source)]
        if format_name is None:
            show(*documents)
            return
        write(documents, format_name, output)
        return
    with click.open_file(source, "rb") as stream:
        name = "standard input" if source == STANDARD_INPUT else source
        documents = pipeline.pipe(read_texts(stream, name))
        shown = output is not None or not sys.stdout.isatty()
        write(with_progress(documents) if shown else documents, format_name or "conllu", output)


def is_there(source: str) -> bool:
    """Return whether a file is meant; refuse what looks like a file and is none."""
    try:
        if Path(source).is_file():
            return True
    except OSError:
        return False  # a text too long for a name
    except ValueError:
        return False  # a text with a null character
    endings = (".txt", ".tsv", ".csv", ".json", *ENDINGS)
    if source.endswith(endings) and not source.split()[1:]:
        raise click.BadParameter(
            f"expected a file or a text, found no file {source}", param_hint="TEXT|FILE|-"
        )
    return False


def find_format(output: Path | None) -> str | None:
    """Name the format of a file by its ending."""
    if output is None:
        return None
    if output.suffix.lower() not in ENDINGS:
        raise click.BadParameter(
            f"expected an ending of {', '.join(ENDINGS)}, or --format, found {output.name}",
            param_hint="--output",
        )
    return ENDINGS[output.suffix.lower()]


def show(document: Document) -> None:
    """Print the table of a document."""
    from mutspad.tagging.table import draw_table

    Console(highlight=False).print(draw_table(document))


def write(documents: Iterable[Document], format_name: str, output: Path | None) -> None:
    """Write documents to a file, atomically, or to the standard output."""
    pieces = write_documents(documents, format_name)
    if output is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece.encode())
        sys.stdout.buffer.flush()
        return
    with (
        atomic_path(output) as temporary,
        temporary.open("w", encoding="utf-8", newline="\n") as file,
    ):
        file.writelines(pieces)


def with_progress(documents: Iterable[Document]) -> Iterator[Document]:
    """Pass documents on and show on the terminal how fast they come."""
    terminal = Console(stderr=True)
    progress = Progress(
        SpinnerColumn(),
        BarColumn(),
        TextColumn("{task.fields[texts]} texts, {task.completed:.0f} words"),
        TextColumn("{task.fields[rate]:.0f} words/s"),
        console=terminal,
        disable=not terminal.is_terminal,
    )
    with progress:
        bar = progress.add_task("tag", total=None, texts=0, rate=0.0)
        for texts, document in enumerate(documents, 1):
            yield document
            elapsed = progress.tasks[0].elapsed or 0.0
            words = progress.tasks[0].completed + len(document)
            progress.update(
                bar, advance=len(document), texts=texts, rate=words / elapsed if elapsed else 0.0
            )
