"""Draw the import graph of the package into `docs/architecture.md`: `python docs/draw.py`.

A room is a folder of the package, or a module beside the folders. An arrow leads from a room to one
that it imports; arrows that follow from others are left out.
"""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- picture:begin -->\n", "<!-- picture:end -->"
# Folders that are shown room by room.
OPEN = ("report",)

Graph = dict[str, set[str]]


def read_graph(root: Path = ROOT) -> Graph:
    """Read which room imports which; the workflow calls the command line and imports the rest."""
    package = root / "mutspad"
    graph: Graph = {}
    for path in sorted(package.rglob("*.py")):
        room = name_room(path, package)
        if room is not None:
            names = list_imports(path.read_text(encoding="utf-8"))
            targets = {target for name in names if (target := find_room(name, root))}
            graph.setdefault(room, set()).update(targets - {room})
    rules = [root / "Snakefile", *sorted((root / "workflow").rglob("*.smk"))]
    text = "\n".join(path.read_text(encoding="utf-8") for path in rules)
    modules = re.findall(r"(?:from|import|-m) (mutspad[\w.]+)", text)
    graph["workflow"] = {target for name in modules if (target := find_room(name, root))}
    return graph


def name_room(path: Path, package: Path) -> str | None:
    """Name the room of a file: None for the marker of the package itself or of an open folder."""
    parts = path.relative_to(package).with_suffix("").parts
    depth = 2 if parts[0] in OPEN else 1
    room = parts[:depth]
    return None if room[-1] == "__init__" else "/".join(room)


def find_room(module: str, root: Path) -> str | None:
    """Find the room of a dotted name, which may end in a name that its module defines."""
    stem = root.joinpath(*module.split("."))
    for place in (stem, stem.parent):
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.is_file():
                return name_room(path, root / "mutspad")
    return None


def list_imports(code: str) -> list[str]:
    """List the imported names of the package; a `from` import gives one name per alias."""
    names: list[str] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return [name for name in names if name.startswith("mutspad.")]


def reduce(graph: Graph) -> Graph:
    """Leave out each arrow that a longer way replaces.

    Raises
    ------
    graphlib.CycleError
        When rooms import each other in a circle.
    """
    reached: Graph = {}
    for room in TopologicalSorter(graph).static_order():
        near = graph.get(room, set())
        reached[room] = near.union(*(reached[target] for target in near))
    return {
        room: {target for target in near if not any(target in reached[other] for other in near)}
        for room, near in graph.items()
    }


def draw(graph: Graph) -> str:
    """Draw a graph as Mermaid code, the open folders as boxes."""
    rooms = sorted(graph)
    lines = ["flowchart TD"]
    for folder in ("", *OPEN):
        inside = [room for room in rooms if room.rpartition("/")[0] == folder]
        nodes = [f"  {_id(room)}[{room.rpartition('/')[2]}]" for room in inside]
        lines += [f"  subgraph {folder}", *nodes, "  end"] if folder else nodes
    arrows = [(room, target) for room in rooms for target in sorted(reduce(graph)[room])]
    lines += [f"  {_id(room)} --> {_id(target)}" for room, target in arrows]
    return "```mermaid\n" + "\n".join(lines) + "\n```\n"


def replace_picture(page: str, picture: str) -> str:
    """Replace what stands between the markers of a page."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + picture + END + rest.partition(END)[2]


def _id(room: str) -> str:
    """Turn a room's name into an identifier of Mermaid."""
    return f"room_{room.replace('/', '_')}"


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(replace_picture(text, draw(read_graph())), encoding="utf-8")
