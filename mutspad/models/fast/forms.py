"""Characters of the distinct forms of a whole corpus, read only once."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import torch

from mutspad.data.batching import FormStates, collate_forms
from mutspad.data.buckets import word_batches
from mutspad.data.vocab import Vocabulary
from mutspad.models.fast import enabled

if TYPE_CHECKING:
    from mutspad.models.mutspad import MuTSPad

CHARS = 2048
"""Characters of a corpus that are read at once, padding included."""


def encode_forms(
    model: "MuTSPad", vocabulary: Vocabulary, texts: Iterable[Iterable[str]]
) -> FormStates | None:
    """Encode the characters of every distinct form of some texts, without dropout or gradient.

    The states take four bytes a number: 800 a form at the paper's sizes. The word encoder is in
    evaluation mode afterwards.

    Parameters
    ----------
    model, vocabulary
        A trained model, on the device that is to compute, and its vocabulary.
    texts
        The words of each sentence.

    Returns
    -------
    FormStates | None
        None when the model reads no characters, there is no form, or the fast paths are off: then
        each batch encodes its own.
    """
    encoder = model.encoder
    forms = sorted({form for words in texts for form in words}, key=lambda form: (len(form), form))
    if encoder is None or not forms or not enabled("corpus_forms"):
        return None
    encoder.eval()
    with torch.inference_mode():
        states = []
        for rows in word_batches([len(form) for form in forms], CHARS):
            chars, lens = collate_forms(vocabulary, [forms[row] for row in rows])
            states.append(encoder.encode_characters(chars.to(model.device), lens.to(model.device)))
        return FormStates({form: row for row, form in enumerate(forms)}, torch.cat(states))
