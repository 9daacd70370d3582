"""A trained model by torch, for what numpy alone cannot do: contextual vectors, and a GPU."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mutspad.data.batching import VectorSource
from mutspad.data.sentence import Sentence
from mutspad.models.checkpoint import LoadedModel, load_model
from mutspad.models.encoders import FrozenEncoder, open_encoder
from mutspad.training.device import place_model
from mutspad.training.predict import annotate


class FullModel:
    """Predict all layers of sentences.

    Parameters
    ----------
    loaded
        The model.
    encoder
        The frozen contextual encoder that it reads, if it reads one.
    """

    def __init__(self, loaded: LoadedModel, encoder: FrozenEncoder | None = None) -> None:
        self.run, self.vocabulary = loaded.run, loaded.vocabulary
        self._encoder = encoder
        self._model = place_model(loaded)

    @classmethod
    def load(cls, folder: Path, encoder_folder: str | Path | None) -> "FullModel":
        """Read a model, and the encoder that it reads, if any, from their folders."""
        loaded = load_model(folder)
        encoder = None
        contextual, params = loaded.model.contextual, loaded.run.encoder
        if contextual is not None and contextual.encoder is None and params is not None:
            encoder = open_encoder(params, encoder_folder)
        return cls(loaded, encoder)

    def annotate(self, sentences: Sequence[Sentence], batch_words: int) -> list[Sentence]:
        """Predict every layer of the model; arguments as for `LightModel.annotate`."""
        return annotate(
            self._model,
            self.vocabulary,
            sentences,
            self.run.tasks,
            multi_root=self.run.multi_root,
            contextual=self._embed(sentences),
            batch_words=batch_words,
        )

    def _embed(self, sentences: Sequence[Sentence]) -> VectorSource | None:
        """Compute what a frozen encoder gives for sentences."""
        if self._encoder is None:
            return None
        distinct = list(dict.fromkeys(sentence.words for sentence in sentences))
        vectors = {}
        for words, layers in zip(distinct, self._encoder.embed(distinct), strict=True):
            # Half precision, as the cache has it that the model was trained on.
            rows = layers.detach().cpu().numpy().transpose(1, 0, 2)
            vectors[words] = rows.astype(np.float16)
        return lambda words: lambda: vectors[words]
