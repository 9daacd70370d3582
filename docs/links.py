"""Hooks of MkDocs: pages from beyond docs/, links that leave docs/, and equations as MathML.

The pages stay readable where they lie: their links are those of the repository, and a page from
beyond docs/ is named under `extra: pages:` in mkdocs.yml.
"""

import html
import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
FENCE = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
MATH = re.compile(r'<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>', re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from beyond docs/ and the pictures that they show."""
    for page, source in config.extra["pages"].items():
        path, _, section = source.partition("#")
        text = (ROOT / path).read_text(encoding="utf-8")
        if section:
            text = cut_section(text, section)
        files.append(File.generated(config, page, content=text))
        for mark, _, target in LINK.findall(text):
            if mark and "://" not in target:
                picture = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
                place = str(ROOT / picture)
                files.append(File.generated(config, picture, abs_src_path=place))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, **_: Any) -> str:
    """Turn links between files of the repository into links between pages."""
    sources: dict[str, str] = config.extra["pages"]
    pages = {source: name for name, source in sources.items()}
    here = page.file.src_uri
    source = sources.get(here, f"docs/{here}").partition("#")[0]
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    documented = re.findall(r"^::: (\S+)", reference, re.MULTILINE)

    def relocate(match: re.Match[str]) -> str:
        mark, text, target = match.groups()
        if "://" in target or target.startswith(("#", "mailto:")):
            return match[0]
        path, hash_, anchor = target.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        module = path.removesuffix(".py").replace("/", ".")
        known = next((name for name in documented if f"{name}.".startswith(f"{module}.")), None)
        if path.startswith("docs/"):
            place = path.removeprefix("docs/")
        elif f"{path}#{anchor}" in pages:
            place, anchor = pages[f"{path}#{anchor}"], ""
        elif path in pages:
            place = pages[path]
        elif known:
            place, hash_, anchor = "reference.md", "#", known
        elif mark:
            place = path
        else:
            # No page shows it; where the repository lies, `repo_url` would say.
            return f"[{text}]({config.repo_url}/{path})" if config.repo_url else text
        place = posixpath.relpath(place, posixpath.dirname(here) or ".")
        return f"{mark}[{text}]({place}{hash_ if anchor else ''}{anchor})"

    return _outside_fences(markdown, lambda text: LINK.sub(relocate, text))


def on_page_content(content: str, **_: Any) -> str:
    """Turn the TeX of equations into MathML."""
    return MATH.sub(
        lambda match: convert(
            html.unescape(match[2]), display="inline" if match[1] == "span" else "block"
        ),
        content,
    )


def cut_section(text: str, slug: str) -> str:
    """Cut the section of a heading of the second level out of a page, as a page of its own."""
    for section in re.split(r"^(?=## )", text, flags=re.MULTILINE):
        heading = section.partition("\n")[0].removeprefix("## ")
        if re.sub(r"[^\w]+", "-", heading.lower()) == slug:
            return _outside_fences(
                section, lambda part: re.sub(r"^##", "#", part, flags=re.MULTILINE)
            )
    raise KeyError(slug)


def _outside_fences(text: str, change: Callable[[str], str]) -> str:
    """Change a page, its code blocks left alone."""
    return "".join(
        part if number % 2 else change(part) for number, part in enumerate(FENCE.split(text))
    )
