from pathlib import Path

import pytest
import yaml

from mutspad.config.load import load_params
from mutspad.report.provenance.parameters import describe_parameters

PARAMS = Path(__file__).resolve().parents[3] / "params.yaml"


@pytest.fixture
def describe(build_setting):
    def call(experiment):
        params = load_params(PARAMS, {"experiment": experiment})
        return params, describe_parameters(params, build_setting(experiment))

    return call


def test_every_parameter_is_there_as_the_experiment_has_it(describe):
    params, text = describe("demo")
    (_, block, _) = text.split("```")
    assert yaml.safe_load(block.removeprefix("yaml")) == params.model_dump(mode="json")


def test_substitutes_are_named(describe, summaries, vectors):
    assert "Substitute" not in describe("paper")[1]
    summaries["news", "ner"] |= {
        "corpora": [{"name": "wikigold", "version": "1"}],
        "substitute_for": "conll2003",
    }
    vectors |= {"source": "spacy:x", "substitute_for": "glove-42b"}
    _, text = describe("paper")
    assert "- Substitute: News NER uses wikigold 1 in place of conll2003" in text
    assert "- Substitute: word vectors spacy:x in place of glove-42b" in text
