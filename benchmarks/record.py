"""What is stored of a line once it is measured; everything else is computed from it."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from mutspad.files import read_json, write_text

Samples = dict[str, dict[str, list[float]]]
"""Side -> mode -> one value a repetition. `ours` and `peer` are compared;
others explain them, `ours: load` a part of `ours`."""


class Settings(BaseModel):
    """Hold how much is measured.

    Parameters
    ----------
    repetitions
        Values of each side and mode.
    steps
        Batches of 16 sentences that a training is measured on, after the warm-up.
    sentences
        Dev sentences of the ablation; None = all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    repetitions: int
    steps: int
    sentences: int | None = None


class Record(BaseModel):
    """Hold a measured line.

    Parameters
    ----------
    samples
        What was measured; empty when nothing could be.
    remark
        What the samples do not say, such as why there are none.
    settings
        How much was measured; None where the line reads a file.
    code
        The fingerprint of our code that was measured.
    busy
        How busy other work kept the processors just before, in per cent.
    """

    model_config = ConfigDict(extra="forbid")

    samples: Samples = {}
    remark: str = ""
    settings: Settings | None = None
    code: str = ""
    busy: float | None = None


class Results(BaseModel):
    """Hold `results.json`: the machine, the versions and every line that was measured on it."""

    model_config = ConfigDict(extra="forbid")

    machine: dict[str, str]
    versions: dict[str, dict[str, str]]
    lines: dict[str, Record] = {}

    @classmethod
    def read(cls, path: Path) -> "Results":
        """Read stored results."""
        return cls.model_validate(read_json(path))

    def write(self, path: Path) -> None:
        """Write them atomically, sides and modes in the order in which they were measured."""
        write_text(path, self.model_dump_json(indent=2) + "\n")
