"""The tasks, one record each: what the rest of the package has to know about a task (paper 3.3).

A new task is a record and a member here, its numbers in `params.yaml` (`training.loss_weights`,
`model.dropout`), its corpora there and in the registry, and a reader where their format is new.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Scheme(StrEnum):
    """Name how the labels of a sentence hang together, which decides how they are scored."""

    PLAIN = "plain"
    IOB2 = "iob2"
    TREE = "tree"


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """Hold the facts of a task.

    Parameters
    ----------
    column
        Where its labels stand in CoNLL-U Plus; heads of a tree stand in HEAD.
    conllu
        Where they stand in CoNLL-U: a column, or else the name of a feature in MISC.
    scheme
        How its labels hang together.
    reads
        The tasks whose features its branch reads, low level to high level (equations 2 to 5).
    metric
        The score by which the paper compares models on it (5.1).
    measure
        What the score is called in Table 1.
    head
        The kind of its head.
    label
        Its short name in tables and figures, the paper's.
    heading
        The heading of its column in Table 2.
    """

    column: str
    conllu: str
    scheme: Scheme
    reads: tuple[str, ...]
    metric: str
    measure: str
    head: Literal["tagger", "parser"]
    label: str
    heading: str


SPECS: Mapping[str, TaskSpec] = {
    "pos": TaskSpec(
        column="mutspad:pos",
        conllu="UPOS",
        scheme=Scheme.PLAIN,
        reads=(),
        metric="accuracy",
        measure="accuracy",
        head="tagger",
        label="POS",
        heading="POS (acc)",
    ),
    "chunk": TaskSpec(
        column="mutspad:chunk",
        conllu="Chunk",
        scheme=Scheme.IOB2,
        reads=("pos",),
        metric="f1",
        measure="exact-match F1",
        head="tagger",
        label="CK",
        heading="CK (F1)",
    ),
    "ner": TaskSpec(
        column="mutspad:ner",
        conllu="NER",
        scheme=Scheme.IOB2,
        reads=("pos", "chunk"),
        metric="f1",
        measure="exact-match F1",
        head="tagger",
        label="NER",
        heading="NER (F1)",
    ),
    "dep": TaskSpec(
        column="deprel",
        conllu="DEPREL",
        scheme=Scheme.TREE,
        reads=("pos", "chunk"),
        metric="las",
        measure="LAS",
        head="parser",
        label="DP",
        heading="DP (LAS)",
    ),
}


class Task(StrEnum):
    """Name a task; members stand in the paper's constant order, low level to high level (4.2.1)."""

    POS = "pos"
    CHUNK = "chunk"
    NER = "ner"
    DEP = "dep"

    @property
    def spec(self) -> TaskSpec:
        """Return the facts of the task."""
        return SPECS[self]


TASKS: tuple[Task, ...] = tuple(Task)
MISC_TASKS = tuple(task for task in TASKS if task.spec.conllu not in ("UPOS", "DEPREL"))
"""Tasks whose labels stand in MISC of CoNLL-U."""
