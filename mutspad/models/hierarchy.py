"""Who reads whose features (paper 3.3, equations 2 to 5)."""

from collections.abc import Iterable, Sequence

from mutspad.tasks import TASKS, Task


def read_tasks(task: Task, present: Iterable[Task]) -> tuple[Task, ...]:
    """Return the tasks whose features `task` reads in a model that has only the tasks present."""
    having = set(present)
    return tuple(lower for lower in map(Task, task.spec.reads) if lower in having)


def needed_tasks(asked: Sequence[Task], present: Iterable[Task]) -> tuple[Task, ...]:
    """Return the tasks asked and those they read, at any remove, low level to high level.

    Raises
    ------
    ValueError
        When a task asked is not present.
    """
    having = [task for task in TASKS if task in set(present)]
    absent = [task for task in asked if task not in having]
    if absent:
        raise ValueError(f"tasks: expected some of {having}, found {absent}")
    needed: set[Task] = set()
    waiting = list(asked)
    while waiting:
        task = waiting.pop()
        if task not in needed:
            needed.add(task)
            waiting.extend(read_tasks(task, having))
    return tuple(task for task in having if task in needed)
