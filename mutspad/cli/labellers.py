"""Models that label, as verbs are told of them: TASK=FOLDER."""

from pathlib import Path

import click

from mutspad.models.description import open_description
from mutspad.tasks import TASKS, Task


def parse_task_folder(pair: str) -> tuple[Task, Path]:
    """Split TASK=FOLDER.

    Raises
    ------
    BadParameter
        When it is something else.
    CheckpointError
        When the task is unknown and the folder holds no model, which might define it.
    """
    task, _, folder = pair.partition("=")
    if folder and task not in TASKS:
        # A task of one's own is known once the description of its model is read.
        open_description(Path(folder))
    if task not in TASKS or not folder:
        raise click.BadParameter(
            f"expected TASK=FOLDER with one of {', '.join(TASKS)}, found {pair}"
        )
    return Task(task), Path(folder)
