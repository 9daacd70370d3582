"""A trained model as a function from texts to documents."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, overload

from mutspad.config.params import Run
from mutspad.data.anonymise import anonymise
from mutspad.data.labels import UNIVERSAL_TAGS
from mutspad.data.sentence import Layer, Origin, Sentence, is_word
from mutspad.data.vocab import Vocabulary
from mutspad.errors import CheckpointError, MutspadError
from mutspad.models.description import DESCRIPTION, open_description
from mutspad.tagging.document import Document
from mutspad.tagging.light import LightModel
from mutspad.tagging.tokenise import Offsets, decode_entity, tokenise
from mutspad.tasks import TASKS, Task

BATCH_WORDS = 2048
"""Words that are predicted at once, padding included."""
PRETRAINED = Path(__file__).resolve().parent.parent / "pretrained"
"""The model that ships with the package, where one does."""
WINDOW_WORDS = 8 * BATCH_WORDS
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


class Model(Protocol):
    """A trained model that predicts."""

    run: Run
    vocabulary: Vocabulary

    def annotate(self, sentences: Sequence[Sentence], batch_words: int) -> list[Sentence]:
        """Return sentences with all layers of the model, in batches of at most so many words."""


class Pipeline:
    """Tag texts with a trained model.

    Parameters
    ----------
    model
        The model.
    tokeniser
        Text -> where each token begins and ends.
    """

    def __init__(
        self, model: Model, *, tokeniser: Callable[[str], Iterable[Offsets]] = tokenise
    ) -> None:
        self.model = model
        self.tasks = tuple(task for task in TASKS if task in model.run.tasks)
        self.tokeniser = tokeniser
        labels = model.vocabulary.labels.get(Task.POS, ())
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
        annotated = iter(self.model.annotate(parts, BATCH_WORDS))
        for prepared, places in zip(window, cuts, strict=True):
            layers = _join([next(annotated) for _ in places], self.tasks)
            yield Document(prepared.text, prepared.offsets, layers, self.universal_pos)


def load(
    path: str | Path | None = None,
    *,
    encoder_folder: str | Path | None = None,
    tokeniser: Callable[[str], Iterable[Offsets]] = tokenise,
) -> Pipeline:
    """Open a model folder as a pipeline, by default the model that ships with the package.

    Parameters
    ----------
    path
        A folder with `model.json` and `weights.safetensors`.
    encoder_folder
        Where an ELMo's `options.json` and `weights.hdf5` are, for a model that reads one.
    tokeniser
        As in `Pipeline`.

    Raises
    ------
    CheckpointError
        When the folder holds no model, or none ships.
    EncoderError
        When the encoder that the model reads cannot be had.
    """
    folder = find_model(path)
    description = open_description(folder)
    model: Model
    if description.values.get("contextual") is None and description.run.training.device == "cpu":
        model = LightModel.load(folder)
    else:
        # Imported only here: torch takes longer to load than everything else.
        from mutspad.tagging.full import FullModel

        model = FullModel.load(folder, encoder_folder)
    return Pipeline(model, tokeniser=tokeniser)


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
