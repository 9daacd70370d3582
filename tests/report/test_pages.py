import re

import pytest

from mutspad.report.pages import build_page

TEXT = """# Table 9 (demo): a & b < c

| Method* | POS |
|---------|-----|
| x <b>y¹ | 1 ± 2 (3) |

1. A note with `code` and *.fixed.conllu files.

- A general note.
"""


@pytest.fixture
def page():
    return build_page(TEXT)


def test_a_table_and_its_notes_become_html(page):
    assert "<title>Table 9 (demo): a &amp; b &lt; c</title>" in page
    assert "<td>1 ± 2 (3)</td>" in page
    assert "<th>Method*</th>" in page
    assert "<code>code</code> and *.fixed.conllu" in page
    assert page.count("<li>") == 2


def test_html_in_a_cell_is_text(page):
    assert "<b>" not in page
    assert "x &lt;b&gt;y¹" in page


def test_every_table_stands_in_a_box_that_scrolls(page):
    assert page.count('<div class="scroll" tabindex="0">\n<table>') == 1
    assert page.count("</table>\n</div>") == 1


def test_a_page_needs_nothing_beside_itself(page):
    assert not re.search(r"(src|href|url)\s*[=(]", page)
    assert "@import" not in page
