import pytest
import torch

from mutspad.data.sentence import Sentence
from mutspad.data.vocab import PAD_ID, UNK_ID
from mutspad.errors import VectorsError
from mutspad.models import encoder as module
from mutspad.models.encoder import WordEncoder


@pytest.fixture
def build(vocabulary):
    """Return a function that makes an encoder."""
    return lambda unknown_rate=0.0, unknown_char_rate=0.0, lower_rows=None: WordEncoder(
        n_words=len(vocabulary.words),
        n_chars=len(vocabulary.chars),
        word_dim=9,
        char_dim=4,
        char_hidden=5,
        unknown_rate=unknown_rate,
        unknown_char_rate=unknown_char_rate,
        lower_rows=lower_rows,
    )


def test_x_is_the_word_vector_then_both_ends_of_the_characters(build, batch, vocabulary, sentences):
    encoder = build()
    x = encoder(batch)
    assert x.shape == (3, 6, encoder.output_dim)
    torch.testing.assert_close(x[..., :9], encoder.words(batch.words))
    for row, sentence in enumerate(sentences):
        for place, word in enumerate(sentence.words):
            chars = torch.tensor([vocabulary.char_ids(word)])
            states = encoder.char_lstm.final_states(encoder.chars(chars), torch.tensor([len(word)]))
            torch.testing.assert_close(x[row, place, 9:], states[0])


def test_forms_in_parts_give_what_all_at_once_give(build, batch, monkeypatch):
    encoder = build()
    whole = encoder(batch)
    monkeypatch.setattr(module, "TOGETHER", 2)
    torch.testing.assert_close(encoder(batch), whole)


def test_words_are_shown_as_unknown_in_training_only(build, build_batch):
    encoder = build(unknown_rate=0.25)
    batch = build_batch([Sentence("many", ("owls",) * 2000), Sentence("one", ("owls",))])
    unknown = encoder.words.weight[UNK_ID]
    shown = (encoder(batch)[..., :9] == unknown).all(dim=-1)
    assert abs(shown[0].float().mean().item() - 0.25) < 0.04
    assert not shown[1, 1:].any()
    encoder.eval()
    assert not (encoder(batch)[..., :9] == unknown).all(dim=-1).any()


def test_the_vector_of_the_lower_cased_form_stands_beside_that_of_the_word(
    build, batch, vocabulary
):
    rows = list(range(len(vocabulary.words)))
    rows[5] = 3
    encoder = build(lower_rows=rows)
    x = encoder(batch)
    words = encoder.words.weight
    torch.testing.assert_close(x[..., :9], words[batch.words])
    torch.testing.assert_close(x[..., 9:18], words[torch.tensor(rows)[batch.words]])
    assert x.shape[-1] == encoder.output_dim
    assert (batch.words == 5).any()


def test_the_row_of_the_unknown_character_learns_in_training_only(build, build_batch):
    encoder = build(unknown_char_rate=0.25)
    batch = build_batch([Sentence("one", ("owls", "sing"))])

    def gradient():
        encoder.zero_grad()
        encoder(batch).square().sum().backward()
        return encoder.chars.weight.grad[UNK_ID].abs().sum().item()

    assert any(gradient() > 0 for _ in range(20))
    encoder.eval()
    assert gradient() == 0


def test_pretrained_vectors_replace_only_the_rows_that_have_one(build):
    encoder = build()
    before = encoder.words.weight.detach().clone()
    has_vector = torch.zeros(len(before), dtype=torch.bool)
    has_vector[[3, 5]] = True
    encoder.load_vectors(torch.full(before.shape, 2.0, dtype=torch.float64), has_vector)
    after = encoder.words.weight.detach()
    assert (after[has_vector] == 2.0).all()
    assert torch.equal(after[~has_vector], before[~has_vector])
    assert not after[PAD_ID].any()
    assert encoder.words.weight.requires_grad


def test_vectors_of_another_size_are_refused(build, vocabulary):
    rows = len(vocabulary.words)
    with pytest.raises(VectorsError, match=rf"expected shape \[{rows}, 9\].*found \[{rows}, 8\]"):
        build().load_vectors(torch.zeros(rows, 8), torch.ones(rows, dtype=torch.bool))


def test_the_word_gradient_touches_only_the_words_of_the_batch(build, batch):
    encoder = build()
    encoder(batch).sum().backward()
    gradient = encoder.words.weight.grad
    assert gradient.is_sparse
    rows = set(gradient.coalesce().indices()[0].tolist())
    assert rows == set(batch.words.unique().tolist()) - {PAD_ID}
