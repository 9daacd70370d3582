"""The pages of docs/ hang together: links, menu, messages, commands; none of it needs MkDocs."""

import ast
import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from mutspad.cli.main import cli

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# Their messages are not ours.
FOREIGN = {"Directory cannot be locked", "mutspad needs Python 3.11 or newer"}


class Loader(yaml.SafeLoader):
    """Read mkdocs.yml, the names of Python objects as text."""


Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: suffix)


def slugs(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


def menu(nav: Any) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    entries = nav.values() if isinstance(nav, dict) else nav
    return [page for entry in entries for page in menu(entry)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^()\s]+)\)", FENCE.sub("", page.read_text())):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        assert place.exists(), target
        if anchor and place.suffix == ".md":
            assert anchor in slugs(place), target


def test_the_menu_has_every_page_and_no_other() -> None:
    site = yaml.load((ROOT / "mkdocs.yml").read_text(), Loader)  # noqa: S506 - a SafeLoader
    beyond = site["extra"]["pages"]
    for source in beyond.values():
        path, _, section = source.partition("#")
        assert not section or section in slugs(ROOT / path)
    assert sorted(menu(site["nav"])) == sorted(
        {*beyond, *(page.name for page in DOCS.glob("*.md"))}
    )


def test_messages_are_those_of_the_code() -> None:
    strings = []
    for path in (ROOT / "mutspad").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = (p.value if isinstance(p, ast.Constant) else "\0" for p in node.values)
                strings.append("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                strings.append(node.value)
    page = (DOCS / "troubleshooting.md").read_text()
    messages = set(re.findall(r"^\| `([^`]+)`", page, re.MULTILINE)) - FOREIGN
    assert len(messages) > 20
    for message in messages:
        pattern = re.sub(r"<pattern>|model\\\.json", lambda _: ".*", re.escape(message))
        assert any(re.search(pattern, text) for text in strings), message


def commands() -> list[str]:
    blocks = [b for page in PAGES for kind, b in FENCE.findall(page.read_text()) if kind == "bash"]
    lines = [line for b in blocks for line in b.replace("\\\n", " ").splitlines()]
    return sorted({line.partition(" #")[0].strip() for line in lines if line.strip()})


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith("mutspad ")])
def test_verbs_and_options_exist(command: str) -> None:
    _, verb, *words = command.split()
    found = cli.get_command(click.Context(cli), verb)
    assert found is not None
    known = {name for parameter in found.params for name in parameter.opts}
    assert {w.partition("=")[0] for w in words if w.startswith("--")} <= known


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith("snakemake ")])
def test_targets_exist(command: str) -> None:
    rules = "\n".join(p.read_text() for p in (ROOT / "workflow").rglob("*.smk"))
    rules += (ROOT / "Snakefile").read_text()
    words = re.sub(r"'[^']*'|--\w[\w-]* \S+", "", command).split()[1:]
    for target in (word for word in words if re.fullmatch(r"[a-z_]+", word)):
        assert re.search(rf"^rule {target}:", rules, re.MULTILINE), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_blocks_are_python(page: Path) -> None:
    for kind, block in FENCE.findall(page.read_text()):
        if kind == "python":
            ast.parse(block)


def test_the_citation_is_that_of_the_file() -> None:
    page = (DOCS / "cite.md").read_text()
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    (paper,) = citation["references"]
    for text in (citation["title"], citation["version"], paper["title"], paper["doi"]):
        assert text in page
    for author in paper["authors"]:
        assert f"{author['family-names']}, {author['given-names']}" in page
