"""The tasks, one record each: what the rest of the package has to know about a task (paper 3.3).

The four of the paper are here. A sequence-labelling task of one's own is an entry of `tasks` in
`params.yaml` or in a recipe (`mutspad.config.own_tasks.TaskParams`), whose record joins these when
the file is read; the files of a model hold it, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Literal
from zlib import crc32

from mutspad.errors import UnknownTaskError

if TYPE_CHECKING:
    from pydantic_core import CoreSchema


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
        The score by which models are compared on it (5.1), on dev after each epoch, too.
    measure
        What the score is called in Table 1.
    head
        The kind of its head.
    label
        Its short name in tables and figures.
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


_SPECS: dict[str, TaskSpec] = {
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


class Task(str):
    """Name a task that has a record; there is one object a name.

    Raises
    ------
    UnknownTaskError
        When no task has the name.
    """

    __slots__ = ()
    POS: ClassVar["Task"]
    CHUNK: ClassVar["Task"]
    NER: ClassVar["Task"]
    DEP: ClassVar["Task"]

    def __new__(cls, name: str) -> "Task":
        """Return the one object of this name."""
        if name not in _SPECS:
            known = ", ".join(_SPECS)
            raise UnknownTaskError(f"expected one of the tasks {known}, found {name!r}")
        return _TASKS.get(name) or _TASKS.setdefault(name, super().__new__(cls, name))

    def __reduce__(self) -> tuple[type["Task"], tuple[str]]:
        return Task, (str(self),)

    @property
    def spec(self) -> TaskSpec:
        """Return the facts of the task."""
        return _SPECS[self]

    @property
    def stream(self) -> int:
        """Number the task's stream of random numbers, whatever other tasks are known."""
        own = self not in PAPER_TASKS
        return _OWN_STREAMS + crc32(self.encode()) if own else PAPER_TASKS.index(self)

    @property
    def branch(self) -> str:
        """Name its branch in a network; no method of torch's has such a name."""
        return str(self) if self in PAPER_TASKS else f"own-{self}"

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> "CoreSchema":
        """Let pydantic read the name of a task as that task."""
        from pydantic_core import PydanticCustomError, core_schema

        def read(name: str) -> Task:
            if name not in _SPECS:
                known = ", ".join(f"'{each}'" for each in _SPECS)
                raise PydanticCustomError("task", f"Input should be one of {known}")
            return Task(name)

        return core_schema.no_info_after_validator_function(
            read,
            core_schema.str_schema(),
            serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json"),
        )


# Below it are the streams of the paper's tasks and a few that belong to no task.
_OWN_STREAMS = 16
_TASKS: dict[str, Task] = {}
Task.POS, Task.CHUNK, Task.NER, Task.DEP = map(Task, _SPECS)

TASKS: list[Task] = list(map(Task, _SPECS))
"""The tasks that are known, in the paper's constant order, low level to high level (4.2.1); those
of one's own come last."""
PAPER_TASKS: tuple[Task, ...] = tuple(TASKS)
"""The four of the paper."""


def misc_tasks() -> list[Task]:
    """List the tasks whose labels stand in MISC of CoNLL-U."""
    return [task for task in TASKS if task.spec.conllu not in ("UPOS", "DEPREL")]


def add_tasks(specs: Mapping[str, TaskSpec]) -> None:
    """Make tasks of one's own known to this process, or none of them if one cannot be.

    A task that is known already takes the new names and metric.

    Raises
    ------
    ValueError
        When a name or a column is taken, or a task is known with another scheme or other reads.
    """
    known = dict(_SPECS)
    for name, spec in sorted(specs.items()):
        if name in PAPER_TASKS:
            raise ValueError(f"'{name}' is a task of the paper: choose another name")
        before = known.get(name, spec)
        if (before.scheme, before.reads) != (spec.scheme, spec.reads):
            raise ValueError(
                f"'{name}' is another task in this process, with scheme {before.scheme} and reads "
                f"{', '.join(before.reads) or 'none'}: choose another name, or start a new process"
            )
        same = [other for other, each in known.items() if each.conllu == spec.conllu]
        if same not in ([], [name]):
            raise ValueError(
                f"'{name}' and '{same[0]}' are both {spec.conllu} in CoNLL-U: rename one"
            )
        known[name] = spec
    _SPECS.update(known)
    TASKS[:] = map(Task, _SPECS)
