"""A trained model as a function from texts to documents."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from mutspad.data.anonymise import anonymise
from mutspad.data.batching import VectorSource
from mutspad.data.sentence import Layer, Origin, Sentence, is_word
from mutspad.errors import CheckpointError, MutspadError
from mutspad.evaluation.conllu import UNIVERSAL_TAGS
from mutspad.models.checkpoint import DESCRIPTION, LoadedModel, load_model
from mutspad.models.encoders import FrozenEncoder, open_encoder
from mutspad.tagging.document import Document
from mutspad.tagging.tokenise import Offsets, decode_entity, tokenise
from mutspad.tasks import Task
from mutspad.training.device import place_model
from mutspad.training.predict import BATCH_WORDS, annotate

PRETRAINED = Path(__file__).resolve().parent.parent / "pretrained"
"""The model that ships with the package, where one does."""
WINDOW_WORDS = 16 * BATCH_WORDS
"""Words of a stream that are held at once, to be sorted by length."""
MOST_WORDS = 400
"""Words that are read as one sentence: a parser compares all pairs of them."""
_SENTENCE_ENDS = frozenset(".!?…。！？")  # noqa: RUF001

Text = str | Sequence[str]
"""A raw text, or the tokens of one."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A text with its tokens and what the model reads for each."""

    text: str
    offsets: tuple[Offsets, ...]
    forms: tuple[str, ...]


class Pipeline:
    """Tag texts with a trained model.

    Parameters
    ----------
    loaded
        The model.
    encoder
        The frozen contextual encoder that it reads, if it reads one.
    tokeniser
        Text -> where each token begins and ends.
    batch_words
        Most words that are predicted at once, padding included.

    Raises
    ------
    CheckpointError
        When the model reads a frozen encoder and none is given.
    """

    def __init__(
        self,
        loaded: LoadedModel,
        *,
        encoder: FrozenEncoder | None = None,
        tokeniser: Callable[[str], Iterable[Offsets]] = tokenise,
        batch_words: int = BATCH_WORDS,
    ) -> None:
        contextual = loaded.model.contextual
        if encoder is None and contextual is not None and contextual.encoder is None:
            raise CheckpointError(
                f"the model {loaded.run.name}: expected the encoder that it reads, found none"
            )
        self.loaded = loaded
        self.tasks = tuple(loaded.model.tasks)
        self.tokeniser = tokeniser
        self.batch_words = batch_words
        self._encoder = encoder
        self._model = place_model(loaded)
        labels = loaded.vocabulary.labels.get(Task.POS, ())
        self.universal_pos = set(labels) <= UNIVERSAL_TAGS

    # A text is an iterable of texts as well: the first fit counts.
    @overload
    def __call__(self, texts: str) -> Document: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, texts: Iterable[Text]) -> list[Document]: ...
    def __call__(self, texts: str | Iterable[Text]) -> Document | list[Document]:
        """Tag one text, or each of several texts or lists of tokens."""
        if isinstance(texts, str):
            return next(self.pipe([texts]))
        return list(self.pipe(texts))

    def pipe(self, texts: Iterable[Text]) -> Iterator[Document]:
        """Tag a stream of any length in constant memory, in its order.

        Texts are held until there are some thousand words, so that batches hold texts of similar
        length.

        Raises
        ------
        MutspadError
            For a token that is no word.
        """
        window: list[_Prepared] = []
        words = 0
        for text in texts:
            window.append(self._prepare(text))
            words += 1 + len(window[-1].forms)
            if words >= WINDOW_WORDS:
                yield from self._tag(window)
                window, words = [], 0
        yield from self._tag(window)

    def _prepare(self, text: Text) -> _Prepared:
        """Tokenise a text; of tokens, the text is what blanks between them make of it."""
        if isinstance(text, str):
            offsets = tuple(self.tokeniser(text))
            tokens = [decode_entity(text[start:end]) for start, end in offsets]
            return _Prepared(text, offsets, tuple(map(anonymise, tokens)))
        for token in text:
            if not is_word(token):
                raise MutspadError(
                    f"tokens: expected words, with single spaces at most inside, found {token!r}"
                )
        places: list[Offsets] = []
        for token in text:
            start = places[-1][1] + 1 if places else 0
            places.append((start, start + len(token)))
        return _Prepared(" ".join(text), tuple(places), tuple(map(anonymise, text)))

    def _tag(self, window: Sequence[_Prepared]) -> Iterator[Document]:
        """Predict the layers of some texts."""
        cuts = [cut(prepared.forms) for prepared in window]
        parts = [
            Sentence("", prepared.forms[start:end])
            for prepared, places in zip(window, cuts, strict=True)
            for start, end in places
        ]
        annotated = iter(
            annotate(
                self._model,
                self.loaded.vocabulary,
                parts,
                self.tasks,
                multi_root=self.loaded.run.multi_root,
                contextual=self._embed(parts),
                batch_words=self.batch_words,
            )
        )
        for prepared, places in zip(window, cuts, strict=True):
            layers = _join([next(annotated) for _ in places], self.tasks)
            yield Document(prepared.text, prepared.offsets, layers, self.universal_pos)

    def _embed(self, sentences: Sequence[Sentence]) -> VectorSource | None:
        """Compute what a frozen encoder gives for sentences."""
        if self._encoder is None:
            return None
        distinct = list(dict.fromkeys(sentence.words for sentence in sentences))
        vectors = {}
        for start in range(0, len(distinct), self._encoder.batch):
            part = distinct[start : start + self._encoder.batch]
            for words, layers in zip(part, self._encoder.embed(part), strict=True):
                # Half precision, as the cache has it that the model was trained on.
                rows = layers.detach().cpu().numpy().transpose(1, 0, 2).astype(np.float16)
                vectors[words] = _Rows(rows)
        return _Vectors(vectors)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The vectors of a sentence, `[words, layers, dim]`."""

    rows: NDArray[np.float16]

    def read(self) -> NDArray[np.float16]:
        return self.rows


@dataclass(frozen=True, slots=True, eq=False)
class _Vectors:
    """The vectors of the sentences of a window."""

    of_words: dict[tuple[str, ...], _Rows]

    def find(self, words: tuple[str, ...]) -> _Rows:
        return self.of_words[words]


def load(
    path: str | Path | None = None,
    *,
    encoder_folder: str | Path | None = None,
    tokeniser: Callable[[str], Iterable[Offsets]] = tokenise,
    batch_words: int = BATCH_WORDS,
) -> Pipeline:
    """Open a model folder as a pipeline, by default the model that ships with the package.

    Parameters
    ----------
    path
        A folder with `model.json` and `weights.safetensors`.
    encoder_folder
        Where an ELMo's `options.json` and `weights.hdf5` are, for a model that reads one.
    tokeniser, batch_words
        As in `Pipeline`.

    Raises
    ------
    CheckpointError
        When the folder holds no model, or none ships.
    EncoderError
        When the encoder that the model reads cannot be had.
    """
    loaded = load_model(find_model(path))
    encoder = None
    contextual, params = loaded.model.contextual, loaded.run.encoder
    if contextual is not None and contextual.encoder is None and params is not None:
        # Carried states would make a text's vectors depend on the texts before it.
        encoder = open_encoder(params.model_copy(update={"stateful": False}), encoder_folder)
    return Pipeline(loaded, encoder=encoder, tokeniser=tokeniser, batch_words=batch_words)


def find_model(path: str | Path | None) -> Path:
    """Return the folder of a model.

    Raises
    ------
    CheckpointError
        When there is none; the message says how to get one.
    """
    folder = PRETRAINED if path is None else Path(path)
    if (folder / DESCRIPTION).is_file():
        return folder
    if path is None:
        raise CheckpointError(
            "expected a model, as none ships with this version, found none: train one with "
            "'make demo' and name its folder, --model results/demo/models/<model>/seed1"
        )
    seeds = sorted(each.parent.name for each in folder.glob(f"*/{DESCRIPTION}"))
    hint = f". Name one of {', '.join(seeds)}" if seeds else ""
    raise CheckpointError(f"{folder}: expected a folder with {DESCRIPTION}, found none{hint}")


def cut(words: Sequence[str]) -> list[Offsets]:
    """Cut a long text into parts of at most `MOST_WORDS`, behind the end of a sentence if any."""
    cuts, start = [], 0
    while start < len(words):
        end = min(start + MOST_WORDS, len(words))
        if end < len(words):
            ends = (
                place for place in range(end, start, -1) if words[place - 1][-1] in _SENTENCE_ENDS
            )
            end = next(ends, end)
        cuts.append((start, end))
        start = end
    return cuts


def _join(parts: Sequence[Sentence], tasks: Sequence[Task]) -> dict[Task, Layer]:
    """Join the layers of the parts of a text; each part keeps its roots."""
    layers = {}
    for task in tasks:
        labels: list[str] = []
        heads: list[int] = []
        for part in parts:
            layer = part.layers[task]
            heads += [head and head + len(labels) for head in layer.heads or ()]
            labels += layer.labels
        trees = tuple(heads) if task is Task.DEP else None
        layers[task] = Layer(tuple(labels), Origin.SILVER, trees)
    return layers
