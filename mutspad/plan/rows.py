"""The rows of Tables 2 and 3 as methods describe them."""

from collections.abc import Mapping

from pydantic import Field

from mutspad.config.base import Closed
from mutspad.config.sections import MethodParams
from mutspad.plan.models import Cells
from mutspad.tasks import Task

RowModels = Mapping[str, Mapping[Task, str]]
"""Row -> task -> model."""


class Description(Closed):
    """Describe a row that the paper may not have.

    Parameters
    ----------
    label
        Its name.
    pretraining
        The paper's kind of pre-training.
    encoder
        The contextual encoder to name in brackets, or None.
    after
        The row behind which it stands; None for behind all.
    note
        Its footnote, or None.
    """

    label: str
    pretraining: str
    encoder: str | None = None
    after: str | None = None
    note: str | None = None


class Rows(Closed):
    """The model behind every cell; a row without cells has not run.

    Parameters
    ----------
    table2, table3
        Row -> task -> model.
    described
        What the methods say of their rows.
    """

    table2: dict[str, Cells]
    table3: dict[str, Cells]
    described: dict[str, Description] = Field(default_factory=dict)

    def models(self) -> list[str]:
        """List every model behind a cell, once, in the order of the tables."""
        rows = [*self.table2.values(), *self.table3.values()]
        return list(dict.fromkeys(model for row in rows for model in row.values()))


def describe_method(name: str, method: MethodParams, encoder: str | None) -> Description:
    """Describe the row of a method.

    Parameters
    ----------
    encoder
        How its contextual encoder is called in the tables.
    """
    kinds = ["unsupervised"] if method.encoder else []
    if any(stage.adversarial for stage in method.stages):
        kinds.append("adversarial")
    elif len(method.stages) > 1 or method.apply_to:
        kinds.append("multi-task, supervised" if method.tasks == "all" else "supervised")
    return Description(
        label=method.label or name.replace("_", " ").capitalize(),
        pretraining=", then ".join(kinds) or "none",
        encoder=encoder,
        after=method.after,
        note=method.note,
    )
