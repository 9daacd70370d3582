"""Draw the trees, entities and chunks of texts on a page.

Example: mutspad view tweets.txt --output page.html --model results/demo/models/tweets.all/seed1

page.html    drawings by displaCy; needs no network
"""

from itertools import islice
from pathlib import Path

import click

from mutspad.cli.options import encoder_option, tagger_option, tokenised_option
from mutspad.files import write_text
from mutspad.tagging.reading import read_texts
from mutspad.tagging.tokenise import split_at_spaces, tokenise


@click.command("view")
@click.argument("source", metavar="FILE|-", type=click.Path(exists=True, allow_dash=True))
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The page to write.",
)
@tagger_option
@encoder_option
@tokenised_option
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="Texts to draw at most: a browser takes long for thousands of drawings.",
)
def command(
    *,
    source: str,
    output: Path,
    model: Path | None,
    encoder: Path | None,
    tokenised: bool,
    limit: int,
) -> None:
    """Tag the texts of FILE, one a line, and draw those that have words."""
    # Imported only now: a mistake in the arguments need not wait for torch.
    from mutspad.tagging.pipeline import load
    from mutspad.tagging.view import draw_page

    pipeline = load(
        model, encoder_folder=encoder, tokeniser=split_at_spaces if tokenised else tokenise
    )
    with click.open_file(source, "rb") as stream:
        name = "standard input" if source == "-" else source
        texts = (text for text in read_texts(stream, name) if pipeline.tokeniser(text))
        page = draw_page(pipeline.pipe(islice(texts, limit)), title=Path(name).name)
    write_text(output, page)
