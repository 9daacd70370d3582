"""Export the models that are best on dev."""

from pathlib import Path

from mutspad.files import read_json
from mutspad.models.checkpoint import load_model
from mutspad.plan.layout import Layout
from mutspad.plan.plan import read_plan
from mutspad.tagging.export import export_model


def export_best(results: Path) -> list[Path]:
    """Write the models that the report names as best, a folder each if there are several."""
    layout = Layout(results)
    plan = read_plan(layout.plan)
    # Seed of each model, once; a row of one model for all tasks names it several times.
    seeds = {
        name: row["seed"]
        for row in read_json(results / "best.json")
        for name in row["models"].values()
    }
    folders = []
    for name, seed in seeds.items():
        parent, tasks = plan.models[name].parent, "-".join(plan.models[name].tasks)
        folders.append(results / "model" / ("" if len(seeds) == 1 else tasks))
        export_model(
            load_model(layout.model(name, seed)),
            folders[-1],
            scores=read_json(layout.scores(name, seed)),
            ancestors=[] if parent is None else [plan.resolve(parent)],
        )
    return folders
