"""The characters of many sentences, read once."""

from collections.abc import Iterable

import torch

from mutspad.data.batching import Spellings, collate_forms
from mutspad.data.vocab import Vocabulary
from mutspad.models.mutspad import MuTSPad

FORMS = 256
"""Forms read at once: of so many forms, and more, products are no faster."""


def spell(
    model: MuTSPad, vocabulary: Vocabulary, texts: Iterable[Iterable[str]]
) -> Spellings | None:
    """Read the characters of every distinct form of some texts once, without gradient.

    Batches of one corpus share half of their forms and more. The states take four bytes a number:
    800 a form at the paper's sizes.

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
    states = []
    with torch.inference_mode():
        for start in range(0, len(forms), FORMS):
            chars, lens = collate_forms(vocabulary, forms[start : start + FORMS])
            states.append(encoder.spell(chars.to(model.device), lens.to(model.device)))
        return Spellings({form: row for row, form in enumerate(forms)}, torch.cat(states))
