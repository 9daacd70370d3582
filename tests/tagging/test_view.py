"""A page shows every token, runs nothing and loads nothing."""

import re

import pytest

from mutspad.cli.main import main
from mutspad.tagging.view import describe_tree, draw_page

TWEET = "@ada_l Ada Lund sails to Bergen lol https://t.co/x"


def test_a_page_has_trees_entities_and_chunks(model_folder, tmp_path):
    texts, page = tmp_path / "tweets.txt", tmp_path / "page.html"
    texts.write_text(f"\n{TWEET}\n\nSee Oslo\n", encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        main(["view", str(texts), "--output", str(page), "--model", str(model_folder)])
    assert not stopped.value.code
    html = page.read_text(encoding="utf-8")
    assert html.count("<svg") == html.count("<section>") == 2
    assert "nsubj" in html
    assert "location" in html
    assert "Content-Security-Policy" in html


def test_a_limit_leaves_the_rest_out(model_folder, tmp_path):
    texts, page = tmp_path / "tweets.txt", tmp_path / "page.html"
    texts.write_text("See Oslo\n" * 5)
    arguments = ("view", texts, "--output", page, "--model", model_folder, "--limit", 2)
    with pytest.raises(SystemExit):
        main([*map(str, arguments)])
    assert page.read_text().count("<section>") == 2


def test_texts_and_names_are_escaped_and_nothing_is_loaded(nlp):
    html = draw_page([nlp("<script>alert(1)</script> Ada Lund <img src=x> & Oslo")], title="<b>")
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>" not in html
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", html)


def test_arcs_lead_from_head_to_dependent(nlp):
    tree = describe_tree(nlp(TWEET))
    assert [word["text"] for word in tree["words"]] == TWEET.split()
    assert tree["arcs"][0] == {"start": 0, "end": 3, "label": "vocative", "dir": "left"}
    assert tree["arcs"][-1] == {"start": 3, "end": 7, "label": "list", "dir": "right"}
    assert len(tree["arcs"]) == 7


def test_a_model_of_tags_draws_no_tree(tagger_folder):
    from mutspad.tagging.pipeline import load

    assert "<svg" not in draw_page([load(tagger_folder)("See Oslo")], title="a")
