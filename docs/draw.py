"""Draw the import graph of the package into `docs/architecture.md`: `python docs/draw.py`.

A part is a folder of the package, or a module beside the folders. An arrow leads from a part to one
that it imports; arrows that follow from others are left out.
"""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- picture:begin -->\n", "<!-- picture:end -->"
# Folders that are shown part by part.
OPEN = ("report",)

Graph = dict[str, set[str]]


def read_graph(root: Path = ROOT) -> Graph:
    """Read which part imports which; the workflow calls the command line and imports the rest."""
    package = root / "mutspad"
    graph: Graph = {}
    for path in sorted(package.rglob("*.py")):
        part = name_part(path, package)
        if part is not None:
            names = list_imports(path.read_text(encoding="utf-8"))
            targets = {target for name in names if (target := find_part(name, root))}
            graph.setdefault(part, set()).update(targets - {part})
    rules = [root / "Snakefile", *sorted((root / "workflow").rglob("*.smk"))]
    text = "\n".join(path.read_text(encoding="utf-8") for path in rules)
    modules = re.findall(r"(?:from|import|-m) (mutspad[\w.]+)", text)
    graph["workflow"] = {target for name in modules if (target := find_part(name, root))}
    return graph


def name_part(path: Path, package: Path) -> str | None:
    """Name the part of a file: None for the marker of the package itself or of an open folder."""
    parts = path.relative_to(package).with_suffix("").parts
    depth = 2 if parts[0] in OPEN else 1
    part = parts[:depth]
    return None if part[-1] == "__init__" else "/".join(part)


def find_part(module: str, root: Path) -> str | None:
    """Find the part of a dotted name, which may end in a name that its module defines."""
    stem = root.joinpath(*module.split("."))
    for place in (stem, stem.parent):
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.is_file():
                return name_part(path, root / "mutspad")
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
        When parts import each other in a circle.
    """
    reached: Graph = {}
    for part in TopologicalSorter(graph).static_order():
        near = graph.get(part, set())
        reached[part] = near.union(*(reached[target] for target in near))
    return {
        part: {target for target in near if not any(target in reached[other] for other in near)}
        for part, near in graph.items()
    }


def draw(graph: Graph) -> str:
    """Draw a graph as Mermaid code, the open folders as boxes."""
    parts = sorted(graph)
    lines = ["flowchart TD"]
    for folder in ("", *OPEN):
        inside = [part for part in parts if part.rpartition("/")[0] == folder]
        nodes = [f"  {_id(part)}[{part.rpartition('/')[2]}]" for part in inside]
        lines += [f"  subgraph {folder}", *nodes, "  end"] if folder else nodes
    arrows = [(part, target) for part in parts for target in sorted(reduce(graph)[part])]
    lines += [f"  {_id(part)} --> {_id(target)}" for part, target in arrows]
    return "```mermaid\n" + "\n".join(lines) + "\n```\n"


def replace_picture(page: str, picture: str) -> str:
    """Replace what stands between the markers of a page."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + picture + END + rest.partition(END)[2]


def _id(part: str) -> str:
    """Turn a part's name into an identifier of Mermaid."""
    return f"part_{part.replace('/', '_')}"


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(replace_picture(text, draw(read_graph())), encoding="utf-8")
