import pytest
import torch

from mutspad.data.batching import collate, encode
from mutspad.models import spelling
from mutspad.models.spelling import spell
from mutspad.tasks import TASKS


@pytest.mark.parametrize("together", [1, 3, 256])
def test_states_are_those_of_each_form_alone(
    build_model, vocabulary, sentences, monkeypatch, together
):
    monkeypatch.setattr(spelling, "FORMS", together)
    model = build_model()
    texts = [sentence.words for sentence in sentences]
    spellings = spell(model, vocabulary, texts)
    assert set(spellings.rows) == {form for words in texts for form in words}
    assert sorted(spellings.rows.values()) == list(range(len(spellings.states)))
    for form, row in spellings.rows.items():
        chars = torch.tensor([vocabulary.char_ids(form)])
        alone = model.encoder.spell(chars, torch.tensor([len(form)]))
        torch.testing.assert_close(spellings.states[row], alone[0])


def test_a_batch_with_known_states_is_read_as_one_without(build_model, vocabulary, sentences):
    model = build_model().eval()
    rows = [encode(vocabulary, sentence) for sentence in sentences]
    # More forms than the batch has, so that its rows are not the table's.
    texts = [("Aardvarks", "sweep"), *(sentence.words for sentence in reversed(sentences))]
    spellings = spell(model, vocabulary, texts)
    with torch.inference_mode():
        known = model.features(collate(vocabulary, rows, spellings), TASKS)
        read = model.features(collate(vocabulary, rows), TASKS)
    for task in TASKS:
        torch.testing.assert_close(known[task], read[task])


def test_without_forms_there_are_no_states(build_model, vocabulary):
    assert spell(build_model(), vocabulary, []) is None


def test_a_model_without_characters_has_no_states(build_model, vocabulary, sentences):
    model = build_model()
    model.encoder = None
    assert spell(model, vocabulary, [sentence.words for sentence in sentences]) is None
