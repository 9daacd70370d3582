"""Write predictions or gold files in the ten columns of CoNLL-U, for official scorers.

Example: cd results/demo/predictions/news.tweets.all/seed1
         mutspad export-conllu test.conllup --task dep --output system.conllu

system.conllu    tags in UPOS or XPOS, trees with one root, chunks and entities in MISC
"""

from pathlib import Path

import click

from mutspad.cli.options import path_option
from mutspad.data.conllup import read_conllup
from mutspad.evaluation.conllu import merge_layers, to_conllu
from mutspad.files import write_text
from mutspad.plan.plan import read_plan
from mutspad.tasks import TASKS, Task


@click.command("export-conllu")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@path_option("--output", help="The CoNLL-U file to write.")
@click.option(
    "--task",
    "tasks",
    multiple=True,
    help="Only sentences that carry this task's layer: a file of predictions has those of all.",
)
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The plan of the experiment, results/<experiment>/plan.json, where it has tasks of its "
    "own: it says what they are.",
)
def command(
    *, files: tuple[Path, ...], output: Path, tasks: tuple[str, ...], plan_file: Path | None
) -> None:
    """Merge the layers of FILES and write them as CoNLL-U.

    FILES are .conllup files of the same sentences, such as the predictions of several tasks on one
    test set. The scorer of the CoNLL 2018 shared task reads the result. It takes trees with one
    root only, so further roots of a tweet hang on the first by `parataxis`: export the gold file
    the same way.
    """
    if plan_file is not None:
        read_plan(plan_file)
    for task in tasks:
        if task not in TASKS:
            known = ", ".join(TASKS)
            raise click.BadParameter(
                f"expected one of {known}, found {task}; --plan says what your own tasks are",
                param_hint="--task",
            )
    merged = merge_layers(map(read_conllup, files))
    kept = [s for s in merged if all(Task(task) in s.layers for task in tasks)]
    write_text(output, to_conllu(kept))
