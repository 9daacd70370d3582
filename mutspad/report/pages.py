"""Convert Markdown to self-contained HTML pages."""

from html import escape

from markdown_it import MarkdownIt

# Colours follow the reader's light or dark setting; a wide table scrolls, its first column stays.
STYLE = """
:root {
  color-scheme: light dark;
  --ink: #1b1f24; --paper: #ffffff; --line: #d0d7de; --tint: #f3f5f7;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --paper: #16191d; --line: #3b424a; --tint: #20252b; }
}
body {
  margin: 1.5rem; color: var(--ink); background: var(--paper);
  font: 15px/1.5 system-ui, sans-serif;
}
h1 { font-size: 1.35rem; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
h3 { font-size: 1rem; }
p, li { max-width: 80ch; }
li { margin: 0.3rem 0; overflow-wrap: anywhere; }
.scroll {
  overflow-x: auto; max-width: max-content; margin: 1rem 0;
  border: 1px solid var(--line); border-radius: 6px;
}
table { border-collapse: separate; border-spacing: 0; font-variant-numeric: tabular-nums; }
th, td {
  padding: 0.35rem 0.7rem; text-align: left; white-space: nowrap;
  border-bottom: 1px solid var(--line);
}
tr { background: var(--paper); }
thead tr, tbody tr:nth-child(even) { background: var(--tint); }
th:first-child, td:first-child {
  position: sticky; left: 0; background: inherit; border-right: 1px solid var(--line);
}
td:first-child { white-space: normal; min-width: 13rem; max-width: 24rem; }
tbody tr:last-child td { border-bottom: 0; }
code { font: 0.92em ui-monospace, monospace; }
@media print {
  .scroll { overflow: visible; border: 0; }
  th, td { white-space: normal; }
}
""".strip()


def build_page(markdown: str) -> str:
    """Build a self-contained page from a Markdown text whose first line is its heading.

    HTML in the text is escaped.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("table_open", _open_table)
    parser.add_render_rule("table_close", _close_table)
    title = escape(markdown.partition("\n")[0].lstrip("# "))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n"
        f"{parser.render(markdown)}</body>\n</html>\n"
    )


def _open_table(*_: object) -> str:
    """Open a scrollable box with a table; the box can have the focus, for keyboard users."""
    return '<div class="scroll" tabindex="0">\n<table>\n'


def _close_table(*_: object) -> str:
    """Close a table and its box."""
    return "</table>\n</div>\n"
