"""Write a recipe for a domain of your own, to be filled in.

Example: mutspad new my-domain

my-domain/
└── recipe.yaml    commented; `mutspad adapt` reads it
"""

from pathlib import Path

import click

from mutspad.adapt.recipe import TEMPLATE
from mutspad.errors import MutspadError
from mutspad.files import write_text


@click.command("new")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def command(*, folder: Path) -> None:
    """Make FOLDER with a recipe."""
    path = folder / "recipe.yaml"
    if path.exists():
        raise MutspadError(f"{path}: expected no recipe yet, found one. Choose another folder")
    text = TEMPLATE.read_text(encoding="utf-8").replace("NAME", folder.resolve().name, 1)
    write_text(path, text)
    to_fill = [
        f"  line {number}: {line.strip()}"
        for number, line in enumerate(text.splitlines(), 1)
        if "<" in line and not line.lstrip().startswith("#")
    ]
    click.echo(f"{path}: fill in your files, and delete the corpora that you have not:")
    click.echo("\n".join(to_fill))
    click.echo(f"Then: mutspad adapt {path} --check")
