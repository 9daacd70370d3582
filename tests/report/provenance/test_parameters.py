from pathlib import Path

import pytest
import yaml

from mutspad.config import parse_params
from mutspad.report.provenance.parameters import describe_parameters
from mutspad.report.records import Setting

PARAMS = Path(__file__).resolve().parents[3] / "params.yaml"


def parse(experiment, **changes):
    raw = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    return parse_params({**raw, "experiment": experiment, **changes})


@pytest.fixture
def describe(summaries, vectors):
    def call(experiment, **changes):
        setting = Setting.read(experiment, summaries.values(), vectors)
        return describe_parameters(parse(experiment, **changes), setting)

    return call


def cells(text, first):
    """Find the row of a table by its first cell."""
    for line in text.splitlines():
        row = [cell.strip() for cell in line.strip("|").split("|")]
        if row[0] == first:
            return row
    raise AssertionError(f"{first} not in {text}")


def test_values_are_the_experiment_s_and_stand_beside_the_paper_s(describe):
    assert cells(describe("paper"), "`model.char_dim`") == ["`model.char_dim`", "`50`", "`50`"]
    demo = describe("demo")
    assert cells(demo, "`model.char_dim`") == ["`model.char_dim`", "`16`", "`50`"]
    assert cells(demo, "`training.momentum`")[1:] == ["`0.9`", ""]
    assert cells(demo, "`seeds`") == ["`seeds`", "`[1]`"]
    assert cells(demo, "`corpora.demo.tweets.dev`")[1] == "`40`"


def test_no_parameter_is_left_out(describe):
    params = parse("demo")
    text = describe("demo")
    for section in params.model_dump():
        assert f"## {section}\n" in text or f"`{section}`" in text
    for name, method in params.methods.items():
        assert f"`{method.tasks}`" in cells(text, f"`{name}`")
    assert cells(text, "`pretrain.max_epochs`")[1] == "`8`"


def test_a_model_s_own_values_stand_in_its_row(describe):
    row = cells(describe("demo"), "`news.dep`")
    assert {"`10`", "`0.5`"} <= set(row)


def test_a_method_that_is_left_out_stands_there_empty(describe):
    raw = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    text = describe("demo", methods={**raw["methods"], "mutspad_encoder": None})
    assert set(cells(text, "`mutspad_encoder`")[1:]) == {""}


def test_substitutes_are_named(describe, summaries, vectors):
    assert "Substitute" not in describe("paper")
    summaries["news", "ner"] |= {
        "corpora": [{"name": "wikigold", "version": "1"}],
        "substitute_for": "conll2003",
    }
    vectors |= {"source": "spacy:x", "substitute_for": "glove-42b"}
    text = describe("paper")
    assert cells(text, "News NER") == ["News NER", "wikigold 1", "conll2003", "203,621"]
    assert "- Substitute: News NER uses wikigold 1 in place of conll2003" in text
    assert "- Substitute: word vectors spacy:x in place of glove-42b" in text


def test_synthetic_corpora_are_called_so(describe):
    assert "synthetic" in describe("demo")
    assert "synthetic" not in describe("paper").split("## general")[0]
