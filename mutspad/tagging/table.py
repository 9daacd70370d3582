"""Show a document on the terminal, one line a token."""

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from mutspad.data.labels import OUTSIDE, split_label
from mutspad.tagging.document import NAMES, Document
from mutspad.tasks import TASKS, Scheme

_COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "red")


def draw_table(document: Document) -> Table:
    """Draw a table of the tokens with the columns that the model has, one colour a label type."""
    layers = document.layers
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("", justify="right", style="dim")
    shown = [task for task in TASKS if task in layers and task.spec.scheme is not Scheme.TREE]
    for header in ("token", *(NAMES.get(task, task) for task in shown)):
        table.add_column(header)
    if document.heads:
        table.add_column("head")
        table.add_column("relation")
    colours: dict[str, str] = {}
    tokens = document.tokens
    for index, token in enumerate(tokens):
        # As Text: brackets of a tweet are no markup.
        cells = [Text(str(index + 1)), Text(token)]
        for task in shown:
            label = layers[task].labels[index]
            kind = split_label(label)[1]
            colour = colours.setdefault(kind, _COLOURS[len(colours) % len(_COLOURS)])
            outside = label == OUTSIDE and task.spec.scheme is Scheme.IOB2
            cells.append(Text("", "dim") if outside else Text(label, colour))
        if document.heads:
            head = document.heads[index]
            cells.append(Text(f"{head} {tokens[head - 1]}" if head else "-", "dim"))
            cells.append(Text(document.deprels[index]))
        table.add_row(*cells)
    return table
