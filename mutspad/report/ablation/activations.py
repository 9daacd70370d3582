"""Find the words that activate each unit of the POS features (paper 5.5; Kádár et al., 2017)."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from mutspad.data.batching import VectorSource, collate, encode
from mutspad.data.buckets import bucket_batches
from mutspad.data.sentence import Sentence
from mutspad.data.vocab import Vocabulary
from mutspad.errors import CheckpointError
from mutspad.models.fast.forms import encode_forms
from mutspad.models.mutspad import MuTSPad
from mutspad.report.ablation.unit_words import DECIMALS, UnitWords
from mutspad.tasks import Task

SENTENCES = 64
"""Sentences read at once."""


def distinct_sentences(corpora: Iterable[Iterable[Sentence]]) -> list[Sentence]:
    """Return the distinct sentences of several corpora, without layers."""
    words = dict.fromkeys(sentence.words for corpus in corpora for sentence in corpus)
    return [Sentence(str(number), text) for number, text in enumerate(words, start=1)]


def find_unit_words(
    model: MuTSPad,
    vocabulary: Vocabulary,
    sentences: Sequence[Sentence],
    *,
    count: int,
    contextual: VectorSource | None = None,
) -> dict[int, UnitWords]:
    """Find the words that activate each unit of h_pos most, of either sign.

    Each word form counts with its strongest activation in any sentence.

    Parameters
    ----------
    model, vocabulary
        A trained model in evaluation mode, with a POS branch; its vocabulary.
    sentences
        Where to look for words.
    count
        Words a unit and sign; fewer where fewer have that sign.
    contextual
        The cached vectors of the model's contextual encoder, if it reads any.

    Raises
    ------
    CheckpointError
        When the model has no POS branch.
    """
    if Task.POS not in model.tasks:
        raise CheckpointError(
            f"expected a model with a POS branch, found one of {', '.join(model.tasks)}; "
            f"name the method of such a model in ablation.method"
        )
    # In the order of the alphabet, so that equal activations break alike every time.
    forms = sorted({word for sentence in sentences for word in sentence.words})
    rows = {form: row for row, form in enumerate(forms)}
    highest, lowest = _extremes(model, vocabulary, sentences, rows, contextual)
    positive, negative = _rank(highest, forms, count), _rank(-lowest, forms, count)
    return {
        unit: UnitWords(words, tuple((word, -value) for word, value in others))
        for unit, (words, others) in enumerate(zip(positive, negative, strict=True))
    }


@torch.inference_mode()
def _extremes(
    model: MuTSPad,
    vocabulary: Vocabulary,
    sentences: Sequence[Sentence],
    rows: dict[str, int],
    contextual: VectorSource | None,
) -> tuple[Tensor, Tensor]:
    """Return the greatest and the least activations of each form, `[forms, units]` each."""
    # No activation is beyond 1: both tables start at what every word surpasses.
    highest = torch.full((len(rows), model.feature_dim(Task.POS)), -1.0)
    lowest = -highest
    encoded = [encode(vocabulary, sentence, contextual=contextual) for sentence in sentences]
    form_states = encode_forms(model, vocabulary, (item.forms for item in encoded))
    for indices in bucket_batches([len(item) for item in encoded], SENTENCES, None):
        batch = collate(vocabulary, [encoded[index] for index in indices], form_states)
        values = model.features(batch, [Task.POS])[Task.POS][batch.mask]
        places = torch.tensor([rows[form] for text in batch.texts for form in text])
        places = places[:, None].expand_as(values)
        highest.scatter_reduce_(0, places, values, "amax")
        lowest.scatter_reduce_(0, places, values, "amin")
    return highest, lowest


def _rank(values: Tensor, forms: Sequence[str], count: int) -> list[tuple[tuple[str, float], ...]]:
    """Return the forms with the greatest values above 0 of each unit, of `[forms, units]`."""
    ordered, places = values.sort(dim=0, descending=True, stable=True)
    ranked = zip(ordered[:count].t().tolist(), places[:count].t().tolist(), strict=True)
    return [
        tuple(
            (forms[place], round(value, DECIMALS))
            for value, place in zip(unit, chosen, strict=True)
            if value > 0
        )
        for unit, chosen in ranked
    ]
