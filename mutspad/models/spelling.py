"""The characters of many sentences, read once."""

from collections.abc import Iterable

import torch

from mutspad.data.batching import Spellings, collate_forms, word_batches
from mutspad.data.vocab import Vocabulary
from mutspad.models.mutspad import MuTSPad

CHARS = 2048
"""Characters read at once, padding included; counted so that a long URL pads no crowd of forms."""


def spell(
    model: MuTSPad, vocabulary: Vocabulary, texts: Iterable[Iterable[str]]
) -> Spellings | None:
    """Read the characters of every distinct form of some texts once, without dropout or gradient.

    A form that stands in several batches is read once, not once a batch. The states take four bytes
    a number: 800 a form at the paper's sizes.

    Parameters
    ----------
    model, vocabulary
        A trained model, on the device that is to compute, and its vocabulary.
    texts
        The words of each sentence.

    Returns
    -------
    Spellings | None
        None when the model reads no characters, or there is no form.
    """
    encoder = model.encoder
    forms = sorted({form for words in texts for form in words}, key=lambda form: (len(form), form))
    if encoder is None or not forms:
        return None
    was_training = encoder.training
    encoder.eval()
    try:
        with torch.inference_mode():
            states = []
            for rows in word_batches([len(form) for form in forms], CHARS):
                chars, lens = collate_forms(vocabulary, [forms[row] for row in rows])
                states.append(encoder.spell(chars.to(model.device), lens.to(model.device)))
            return Spellings({form: row for row, form in enumerate(forms)}, torch.cat(states))
    finally:
        encoder.train(was_training)
