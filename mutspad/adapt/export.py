"""Export the models that are best on dev."""

from pathlib import Path

from mutspad.files import read_json
from mutspad.models.checkpoint import load_model
from mutspad.plan.layout import Layout
from mutspad.plan.plan import read_plan
from mutspad.tagging.export import export_model


def export_best(results: Path) -> list[Path]:
    """Write the models that the report names as best, one of all tasks or one a task."""
    layout, best = Layout(results), read_json(results / "best.json")
    plan = read_plan(layout.plan)
    names = list(dict.fromkeys(best["models"].values()))
    folders = []
    for name in names:
        parent, tasks = plan.models[name].parent, "-".join(plan.models[name].tasks)
        folders.append(results / "model" / ("" if len(names) == 1 else tasks))
        export_model(
            load_model(layout.model(name, best["seed"])),
            folders[-1],
            scores=read_json(layout.scores(name, best["seed"])),
            ancestors=[] if parent is None else [plan.resolve(parent)],
        )
    return folders
