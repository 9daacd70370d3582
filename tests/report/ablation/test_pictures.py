"""Figure 2 and Table 4 show the numbers they are given, words as text, and the same bytes twice."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from mutspad.cli.main import main
from mutspad.config.sections import AblationParams
from mutspad.files import write_json, write_text
from mutspad.plan.layout import Layout
from mutspad.plan.plan import write_plan
from mutspad.report.ablation.drops import AblatedRun, Ablation
from mutspad.report.ablation.unit_words import UnitWords, to_json
from mutspad.report.figures import max_drop_frame, plot_max_drops
from mutspad.report.tables.table4 import render_page, table4
from mutspad.tasks import TASKS, Task

PARAMS = AblationParams(method="tuned", sentences=None, min_support=5, classes=2, words=3)
NASTY = "</script><b>&|*_"


@pytest.fixture
def run():
    rng = np.random.default_rng(4)
    ablations = {
        task: Ablation(
            task=task,
            classes=("B-NP", "<i>", "rare", "unhurt"),
            supports=np.array([40, 20, 4, 10]),
            base=np.array([80.0, 70.0, 60.0, 50.0]),
            drops=np.c_[rng.random((6, 3)) * [2, 4, 90], -rng.random(6)].round(4),
            sentences=9,
            words=74,
        )
        for task in TASKS
    }
    return AblatedRun("tests", "tuned", 1, ablations)


@pytest.fixture
def words():
    return {
        unit: UnitWords(((NASTY, 0.9), (f"up{unit}", 0.5)), ((f"down{unit}", -0.8), ("x", -0.1)))
        for unit in range(6)
    }


def write_run(folder, run, words):
    for task, ablation in run.ablations.items():
        record = ablation.to_record(experiment=run.experiment, run=run.run, seed=run.seed)
        write_json(folder / f"{task}.json", record)
        write_text(folder / f"{task}.csv", ablation.to_frame().to_csv())
    write_json(folder / "activations.json", to_json(words))


def test_the_map_shows_the_greatest_drop_of_a_frequent_class(run):
    drops = max_drop_frame(run, PARAMS.min_support)
    assert list(drops.columns) == ["pos", "chunk", "ner", "dep"]
    for task in TASKS:
        wanted = run.ablations[task].drops[:, [0, 1, 3]].max(axis=1)
        assert drops[str(task)].tolist() == pytest.approx(wanted.tolist())
    figure = plot_max_drops(drops, "tests")
    (image,) = figure.axes[0].get_images()
    np.testing.assert_allclose(image.get_array(), drops.to_numpy().T)
    assert image.get_clim() == (0, drops.to_numpy().max())
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [
        "POS",
        "CK",
        "NER",
        "DP",
    ]


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_a_map_of_units_that_nobody_needs_can_be_drawn(value):
    drops = pd.DataFrame({str(task): [value, value] for task in TASKS})
    plot_max_drops(drops, "tests").canvas.draw()


def test_the_table_shows_the_classes_that_lose_most(run, words):
    table = table4(run, words, PARAMS)
    chunk = run.ablations[Task.CHUNK].drops
    rows = table.frame[table.frame.task == "chunk"]
    assert rows["class"].unique().tolist() == sorted(
        ["B-NP", "<i>"], key=lambda name: -chunk[:, ["B-NP", "<i>"].index(name)].max()
    )
    first = rows.iloc[0]
    assert first.unit == chunk[:, :2].max(axis=1).argmax()
    assert first["drop"] == pytest.approx(chunk[:, :2].max())
    assert rows.word.tolist()[:3] == [NASTY, f"down{first.unit}", f"up{first.unit}"]
    assert table.frame.task.unique().tolist() == ["chunk", "dep", "ner"]
    assert "rare" not in table.markdown
    assert "unhurt" not in table.markdown
    assert f"down{first.unit} (\u2212); up{first.unit} (+)" in table.markdown
    # A word cannot end its cell or its row.
    assert r"\</script\>\<b\>\&\|\*\_ (+)" in table.markdown
    lines = [line for line in table.markdown.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1


def test_the_page_holds_everything_and_takes_words_as_text(run, words):
    page = render_page(run, words, PARAMS)
    assert NASTY not in page
    assert "<b>" not in page
    assert "<i>" not in page
    assert page.count("</script>") == 2
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert not re.search(r"https?://|@import|url\(", page)
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page)
    data = json.loads(text)
    assert data["units"] == list(range(6))
    for place, task in enumerate(TASKS):
        shown = data["tasks"][place]
        assert shown["classes"] == ["B-NP", "<i>", "rare", "unhurt"]
        assert shown["counted"] == [True, True, False, True]
        np.testing.assert_allclose(
            np.array(shown["drops"]).T, run.ablations[task].drops, atol=0.0051
        )
    assert data["words"][2]["strongest"] == [[NASTY, 0.9], ["down2", -0.8], ["up2", 0.5]]


@pytest.mark.parametrize(
    ("verb", "names"),
    [
        ("plot-ablation", ["figures/figure2.pdf", "figures/figure2.png", "figures/figure2.csv"]),
        ("tabulate --number=4", ["tables/table4.csv", "tables/table4.md", "tables/table4.html"]),
    ],
)
def test_the_verbs_write_the_same_bytes_twice(verb, names, run, words, plan_of, tmp_path):
    plan = plan_of(ablation=PARAMS.model_dump(exclude={"method"}))
    written = []
    for results in (tmp_path / "one", tmp_path / "two"):
        write_run(Layout(results).ablation(plan.ablated, plan.seeds[0]), run, words)
        write_plan(plan, Layout(results))
        files = ["--plan", f"{results}/plan.json", "--results", str(results)]
        with pytest.raises(SystemExit) as stopped:
            main(["step", *verb.split(), *files])
        assert stopped.value.code == 0
        written.append([(results / name).read_bytes() for name in names])
    assert written[0] == written[1]
    if verb == "plot-ablation":
        frame = pd.read_csv(tmp_path / "one" / names[2], index_col="unit")
        np.testing.assert_allclose(frame, max_drop_frame(run, PARAMS.min_support))
