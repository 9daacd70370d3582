"""Make a trained model ready to publish.

Example: mutspad export results/demo/models/tweets.all/seed1 --output model
         --words-of results/demo/corpora/tweets --scores results/demo/scores/tweets.all/seed1.json

model/
├── model.json
├── weights.safetensors    half precision, the vectors that are kept
└── README.md              the model card
"""

from pathlib import Path

import click

from mutspad.errors import MutspadError
from mutspad.files import read_json


@click.command("export")
@click.argument("model", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--output", type=click.Path(path_type=Path), required=True, help="The folder to write."
)
@click.option(
    "--words-of",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    help="Corpora of a domain: keep the vectors of their training words only. Repeatable.",
)
@click.option(
    "--words",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="A list, one word a line: keep their vectors, too. Repeatable.",
)
@click.option(
    "--scores",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The scores of the model, for the card.",
)
@click.option(
    "--parent",
    "parents",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    help="A model that it was adapted from, for the card. Repeatable.",
)
def command(
    *,
    model: Path,
    output: Path,
    words_of: tuple[Path, ...],
    words: tuple[Path, ...],
    scores: Path | None,
    parents: tuple[Path, ...],
) -> None:
    """Write MODEL smaller and with a card; without a choice of words all vectors are kept."""
    # Imported only now: a mistake in the arguments need not wait for torch.
    from mutspad.data.conllup import read_conllup
    from mutspad.data.lines import read_lines
    from mutspad.models.checkpoint import load_model
    from mutspad.models.description import WEIGHTS
    from mutspad.tagging.export import export_model
    from mutspad.tagging.pipeline import find_model

    if output.resolve() == model.resolve():
        raise click.BadParameter("expected another folder than the model's", param_hint="--output")
    kept: set[str] = set()
    for folder in words_of:
        files = sorted(folder.glob("*/train.conllup"))
        if not files:
            raise MutspadError(f"{folder}: expected <task>/train.conllup, found none")
        for file in files:
            kept.update(word for sentence in read_conllup(file) for word in sentence.words)
    for path in words:
        kept.update(line.strip() for _, line in read_lines(path))
    loaded = load_model(find_model(model))
    before = len(loaded.vocabulary.words)
    exported = export_model(
        loaded,
        output,
        words=kept if words_of or words else None,
        scores=None if scores is None else read_json(scores),
        ancestors=[load_model(find_model(parent)).run for parent in parents],
    )
    after = len(exported.vocabulary.words)
    sizes = [folder.joinpath(WEIGHTS).stat().st_size / 1e6 for folder in (model, output)]
    click.echo(
        f"{output}: {after} of {before} word vectors, {sizes[1]:.1f} MB of weights "
        f"(before: {sizes[0]:.1f} MB)"
    )
