"""The report is one self-contained page with every table and figure."""

import base64
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from matplotlib.figure import Figure

from mutspad.report.pages import build_page

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS = "results/demo"
PAGES = ("parameters", "table1", "table2", "table3", "table4", "claims", "silver")
FIGURES = ("convergence", "figure2")
EMBEDDED = {
    *(f"{RESULTS}/report/{name}.html" for name in PAGES),
    *(f"{RESULTS}/figures/{name}.png" for name in FIGURES),
    f"{RESULTS}/tables/table4.html",
}
# A table that is far wider than the window, as Table 2 is.
WIDE = "# {name}\n\n| Method |{heads}\n|---|{rules}\n{rows}\n\n- Substitute: one for another.\n"
BROWSER = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--virtual-time-budget=4000",
]


def write_page(path: Path) -> None:
    """Write a page of the kind that `describe` writes."""
    rows = "\n".join(f"| Method {n} |" + " 12.34 ± 0.56 (78.90) |" * 20 for n in range(12))
    markdown = WIDE.format(name=path.stem, heads=" POS (acc) |" * 20, rules="---|" * 20, rows=rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(build_page(markdown), encoding="utf-8")


def write_figure(path: Path) -> None:
    """Write a picture."""
    figure = Figure(figsize=(4, 3))
    figure.subplots().plot([0, 1, 4, 9])
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the report of an experiment of which only the results to be shown are there."""
    world = tmp_path_factory.mktemp("world")
    for name in ("Snakefile", "params.yaml", "workflow"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, world / name)
    for name in EMBEDDED:
        (write_page if name.endswith(".html") else write_figure)(world / name)
    path = world / "report.html"
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--config", "experiment=demo", "--report", path],
        cwd=world,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return path


@pytest.fixture(scope="module")
def results(report: Path) -> dict[str, Any]:
    """Read what the report embeds."""
    (line,) = re.findall(r"^\s*var results = (\{.*\});$", report.read_text("utf-8"), re.MULTILINE)
    loaded: dict[str, Any] = json.loads(line)
    return loaded


@pytest.fixture(scope="module")
def browser() -> str:
    """Find the browser."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed: nobody looks at the report in a browser")
    return path


def browse(browser: str, page: Path, *arguments: str) -> str:
    """Open a page and return what the browser prints."""
    done = subprocess.run(
        [
            browser,
            *BROWSER,
            f"--user-data-dir={page.parent / 'profile'}",
            *arguments,
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def with_script(page: Path, name: str, *steps: str) -> Path:
    """Copy a page with a script that takes these steps one after the other, as a reader would."""
    timers = "".join(
        f"setTimeout(function () {{ {step} }}, {500 * (number + 1)});"
        for number, step in enumerate(steps)
    )
    head, _, tail = page.read_text("utf-8").rpartition("</body>")
    copy = page.parent / name
    copy.write_text(f"{head}<script>{timers}</script></body>{tail}", encoding="utf-8")
    return copy


def strip_scripts(dom: str) -> str:
    """Leave what a reader sees of a page."""
    return re.sub(r"<(script|style)\b.*?</\1>", "", dom, flags=re.DOTALL)


def test_every_table_figure_and_the_parameters_are_embedded(
    report: Path, results: dict[str, Any]
) -> None:
    assert set(results) == EMBEDDED
    for name, result in results.items():
        head, _, data = result["data_uri"].partition(";base64,")
        assert head.startswith("data:")
        assert base64.b64decode(unquote(data)) == (report.parent / name).read_bytes()
        assert result["caption"], name
        assert len(result["labels"]) == 1, name


def test_the_report_loads_nothing_from_elsewhere(report: Path) -> None:
    text = report.read_text("utf-8")
    assert not re.findall(r"<(?:script|img|iframe)\b[^>]*\bsrc=[\"']?(?!data:)", text[:10_000])
    assert "<link " not in strip_scripts(text)


def test_a_wide_table_scrolls_in_its_box_and_not_with_the_page(report: Path, browser: str) -> None:
    measure = (
        "const box = document.querySelector('.scroll');"
        "document.title = [box.scrollWidth > box.clientWidth + 100,"
        "document.documentElement.scrollWidth <= innerWidth].join();"
    )
    page = with_script(report.parent / RESULTS / "report" / "table2.html", "wide.html", measure)
    seen = browse(browser, page, "--window-size=900,700", "--dump-dom")
    assert "<title>true,true</title>" in seen
