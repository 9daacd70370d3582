import dataclasses

import pytest
import torch

from mutspad.data.batching import collate, encode
from mutspad.models import fast
from mutspad.models.fast import forms
from mutspad.models.fast.forms import encode_forms
from mutspad.tasks import TASKS


@pytest.fixture
def texts(sentences):
    return [sentence.words for sentence in sentences]


@pytest.mark.parametrize("chars", [1, 9, 2048])
def test_states_are_those_of_each_form_alone(build_model, vocabulary, texts, monkeypatch, chars):
    monkeypatch.setattr(forms, "CHARS", chars)
    model = build_model()
    form_states = encode_forms(model, vocabulary, texts)
    assert set(form_states.rows) == {form for words in texts for form in words}
    assert sorted(form_states.rows.values()) == list(range(len(form_states.states)))
    for form, row in form_states.rows.items():
        rows = torch.tensor([vocabulary.char_ids(form)])
        alone = model.encoder.encode_characters(rows, torch.tensor([len(form)]))
        torch.testing.assert_close(form_states.states[row], alone[0])


def test_a_long_form_pads_no_other(build_model, vocabulary, texts, monkeypatch):
    model = build_model()
    read = []
    encode_some = model.encoder.encode_characters
    monkeypatch.setattr(
        model.encoder,
        "encode_characters",
        lambda chars, lens: read.append(chars.numel()) or encode_some(chars, lens),
    )
    encode_forms(model, vocabulary, [*texts, ("w" * 5000,)])
    assert len(read) == 2
    assert read[-1] == 5000


def test_a_batch_with_known_states_is_read_as_one_without(
    build_model, vocabulary, sentences, texts
):
    model = build_model().eval()
    rows = [encode(vocabulary, sentence) for sentence in sentences]
    # More forms than the batch has, so that its rows are not the table's.
    form_states = encode_forms(model, vocabulary, [("Aardvarks", "sweep"), *reversed(texts)])
    altered = dataclasses.replace(form_states, states=form_states.states + 1)
    with torch.inference_mode():
        known, other = (
            model.features(collate(vocabulary, rows, table), TASKS)
            for table in (form_states, altered)
        )
        read = model.features(collate(vocabulary, rows), TASKS)
    for task in TASKS:
        torch.testing.assert_close(known[task], read[task])
        assert not torch.allclose(other[task], read[task])


def test_a_model_in_training_encodes_as_one_that_predicts(build_model, vocabulary, texts):
    model = build_model()
    predicting = encode_forms(model.eval(), vocabulary, texts)
    training = encode_forms(model.train(), vocabulary, texts)
    assert torch.equal(training.states, predicting.states)
    assert not model.encoder.training


def test_states_of_other_forms_are_refused(build_model, vocabulary, sentences):
    form_states = encode_forms(build_model(), vocabulary, [("Go",)])
    with pytest.raises(KeyError, match="Ana"):
        collate(vocabulary, [encode(vocabulary, sentences[1])], form_states)


def test_plain_formulas_keep_no_states(build_model, vocabulary, texts):
    with fast.plain():
        assert encode_forms(build_model(), vocabulary, texts) is None


def test_without_forms_there_are_no_states(build_model, vocabulary):
    assert encode_forms(build_model(), vocabulary, []) is None


def test_a_model_without_characters_has_no_states(build_model, vocabulary, texts):
    model = build_model()
    model.encoder = None
    assert encode_forms(model, vocabulary, texts) is None
