"""The four tasks and their order, the one vocabulary that every room shares (paper 3.3)."""

from enum import StrEnum


class Task(StrEnum):
    """Name a task; members stand in the paper's constant order, low level to high level (4.2.1)."""

    POS = "pos"
    CHUNK = "chunk"
    NER = "ner"
    DEP = "dep"


TASKS: tuple[Task, ...] = tuple(Task)
IOB_TASKS: tuple[Task, ...] = (Task.CHUNK, Task.NER)
