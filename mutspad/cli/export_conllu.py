"""Write predictions or gold files in the ten columns of CoNLL-U, for official scorers.

Example: cd results/demo/predictions/tuned-multi/seed1
         mutspad export-conllu pos.test.conllup dep.test.conllup --output system.conllu

system.conllu    tags in UPOS or XPOS, trees with one root, chunks and entities in MISC
"""

from pathlib import Path

import click

from mutspad.data.conllup import read_conllup
from mutspad.evaluation.conllu import merge_layers, to_conllu
from mutspad.files import write_text


@click.command("export-conllu")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option(
    "--output", type=click.Path(path_type=Path), required=True, help="The CoNLL-U file to write."
)
def command(*, files: tuple[Path, ...], output: Path) -> None:
    """Merge the layers of FILES and write them as CoNLL-U.

    FILES are .conllup files of the same sentences, such as the predictions of several tasks on one
    test set. The scorer of the CoNLL 2018 shared task reads the result. It takes trees with one
    root only, so further roots of a tweet hang on the first by `parataxis`: export the gold file
    the same way.
    """
    write_text(output, to_conllu(merge_layers(map(read_conllup, files))))
