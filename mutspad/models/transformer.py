"""Hugging Face encoders: words in, the vectors of every layer out, of pieces or their mean.

The paper has none; how pieces become words, and what happens to long sentences, is ours.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from mutspad.config.sections import Pooling
from mutspad.data.buckets import word_batches
from mutspad.data.encoder_files import MODEL_FILES, find_local
from mutspad.data.lines import excerpt
from mutspad.errors import EncoderError
from mutspad.models.precision import widened

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CONFIG, TOKENIZER, PIECES = _CONFIG_FILES = ("config.json", "tokenizer.json", "pieces.json")

_WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
_VOCABULARIES = (
    TOKENIZER,
    "vocab.txt",
    "vocab.json",
    "spiece.model",
    "sentencepiece.bpe.model",
    "tokenizer.model",
)
_HUB_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)?(?:@[\w./-]+)?")
_WORDS_A_BATCH = 512  # one core reads larger batches no faster
_OVERLAP = 4  # a window shares this part of its words with the next
_SAVED = "the saved encoder"
_RARE = "\U0001202d"  # a cuneiform sign: few vocabularies hold it, and no normaliser drops it


class Pieces:
    """Cut words into the pieces of an encoder, and long sentences into windows.

    Parameters
    ----------
    tokenizer
        A `tokenizers` tokenizer; its truncation and padding become those of `limit` and `padding`.
    padding, unknown
        Pieces to fill up with, and to stand for a word of which nothing is left; None for none.
    limit
        Pieces that the encoder can read at once, special ones included.
    pooling
        Whether a word is the mean of its pieces or the first of them.
    forms
        Text in words -> the form that the encoder knows.
    source
        Where the tokenizer comes from, for errors.
    """

    def __init__(
        self,
        tokenizer: "Tokenizer",
        *,
        padding: int,
        unknown: int | None,
        limit: int,
        pooling: Pooling = "mean",
        forms: Mapping[str, str] | None = None,
        source: str = _SAVED,
    ) -> None:
        # A published tokenizer may cut at 128 pieces and fill up to as many.
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self.tokenizer, self.padding, self.unknown, self.limit = tokenizer, padding, unknown, limit
        self.pooling, self.forms, self.source = pooling, dict(forms or {}), source
        self._controls = re.compile("(?!)")
        self._before = " " if _is_bare_byte_level(tokenizer) else ""
        probe = tokenizer.encode(["a"], is_pretokenized=True)
        self._special = {
            piece
            for piece, special in zip(probe.ids, probe.special_tokens_mask, strict=True)
            if special
        }
        room = limit - sum(probe.special_tokens_mask)
        if all(probe.special_tokens_mask):
            raise ValueError("a tokenizer that drops the word 'a'")
        self._controls = self._find_controls()
        # A tokenizer may promise a piece for the unknown and lack it: the first rare word shows it.
        self._encode([[[_RARE]]])
        if room < 1:
            raise ValueError(f"a model that reads only {limit} pieces at once")
        # Windows overlap, so that no word stands without context.
        tokenizer.enable_truncation(limit, stride=room // _OVERLAP)
        tokenizer.enable_padding(pad_id=padding)

    def settings(self) -> dict[str, Any]:
        """Return what the tokenizer's own JSON does not say."""
        names = ("padding", "unknown", "limit", "pooling", "forms")
        return {name: getattr(self, name) for name in names}

    @property
    def n_rows(self) -> int:
        """Count the rows that an embedding of these pieces must have."""
        unknown = [] if self.unknown is None else [self.unknown]
        known = self.tokenizer.get_vocab().values()
        return max([*known, self.padding, *self._special, *unknown]) + 1

    def cut(self, sentences: Sequence[Sequence[str]]) -> list[list["Window"]]:
        """Return the windows of each sentence, all of the same length.

        Raises
        ------
        EncoderError
            When the tokenizer fails, or nothing is left of a word and it has no piece for the
            unknown.
        ValueError
            For a sentence without words.
        """
        for sentence in sentences:
            if not sentence:
                raise ValueError("a sentence: expected at least one word, found none")
        parts = [[self._part(self._known(word)) for word in words] for words in sentences]
        try:
            windows = self._encode(parts)
            if self._mark_lost(sentences, parts, windows):
                windows = self._encode(parts)
        except EncoderError:
            raise
        except Exception as error:  # what the library raises for a damaged vocabulary
            raise EncoderError(
                f"{self.source}: expected a tokenizer that can cut any word, found "
                f"{_short(error)}. Choose another encoder or copy the model's files again"
            ) from None
        return windows

    def _encode(self, sentences: Sequence[Sequence[Sequence[str]]]) -> list[list["Window"]]:
        """Cut sentences, given as the parts of each word, with the library."""
        owners = [[word for word, parts in enumerate(words) for _ in parts] for words in sentences]
        encodings = self.tokenizer.encode_batch(
            [[*chain.from_iterable(words)] for words in sentences], is_pretokenized=True
        )
        return [
            [
                Window(
                    window.ids,
                    window.attention_mask,
                    [None if part is None else own[part] for part in window.word_ids],
                )
                for window in (encoding, *encoding.overflowing)
            ]
            for encoding, own in zip(encodings, owners, strict=True)
        ]

    def _mark_lost(
        self,
        sentences: Sequence[Sequence[str]],
        parts: Sequence[list[list[str]]],
        windows: Sequence[Sequence["Window"]],
    ) -> bool:
        """Put the unknown for words of which nothing is left; return whether there are any.

        BERT drops a joiner or a variation selector.
        """
        text = None if self.unknown is None else self.tokenizer.id_to_token(self.unknown)
        found = False
        for sentence, cut, own in zip(sentences, parts, windows, strict=True):
            kept = {word for window in own for word in window.words}
            for word in set(range(len(cut))) - kept:
                if text is None:
                    raise EncoderError(
                        f"{self.source}: expected a piece for the word {excerpt(sentence[word])}, "
                        "found none and no piece for the unknown. Choose another encoder"
                    )
                cut[word] = [text]
                found = True
        return found

    def _part(self, word: str) -> list[str]:
        """Part a word within the text of every control piece: `[SEP]` is a word like any other."""
        starts = [match.start() + 1 for match in self._controls.finditer(word)]
        first, *others = (word[a:b] for a, b in pairwise([0, *starts, len(word)]))
        return [f"{self._before}{first}", *others]

    def _find_controls(self) -> re.Pattern[str]:
        """Return a pattern of the places where the text of a control piece begins."""
        added = self.tokenizer.get_added_tokens_decoder()
        ids = {row for row, token in added.items() if token.special}
        ids |= {self.padding, *self._special}
        ids |= set() if self.unknown is None else {self.unknown}
        texts = {self.tokenizer.id_to_token(row) or "" for row in ids}
        # Overlapping ones, too; one of a single character cannot be parted.
        choice = "|".join(re.escape(text) for text in sorted(texts) if len(text) > 1)
        return re.compile(f"(?={choice})" if choice else "(?!)")

    def _known(self, word: str) -> str:
        """Give a word the form that the encoder knows."""
        for form, known in self.forms.items():
            word = word.replace(form, known)
        return word


@dataclass(frozen=True, slots=True)
class Window:
    """Hold what the encoder reads at once, piece by piece."""

    ids: Sequence[int]
    mask: Sequence[int]  # 0 for padding
    words: Sequence[int | None]  # None for special pieces and padding


class HuggingFaceEncoder(nn.Module):
    """Read sentences with a Hugging Face model.

    Parameters
    ----------
    model
        A bare encoder of `transformers`.
    pieces
        Its tokenizer.

    Raises
    ------
    ValueError
        When the model is not an encoder of the tokenizer's pieces.
    """

    def __init__(self, model: nn.Module, pieces: Pieces) -> None:
        config: Any = model.config
        if getattr(config, "is_encoder_decoder", False):
            raise ValueError("an encoder with a decoder")
        # Nobody reads the pooled vector; its weights would be saved and never trained.
        if getattr(model, "pooler", None) is not None:
            model.pooler = nn.Identity()
        rows = model.get_input_embeddings().num_embeddings  # type: ignore[operator]
        if pieces.n_rows > rows:
            raise ValueError(
                f"an embedding of {rows} rows for a tokenizer of {pieces.n_rows} pieces"
            )
        if config.num_hidden_layers < 1:
            raise ValueError(f"{config.num_hidden_layers} layers")
        super().__init__()
        self.n_layers, self.dim = int(config.num_hidden_layers) + 1, int(config.hidden_size)
        self.model, self.pieces = model, pieces

    @classmethod
    def from_source(
        cls, source: str, *, pooling: Pooling = "mean", forms: Mapping[str, str] | None = None
    ) -> "HuggingFaceEncoder":
        """Read a published encoder, in evaluation mode and on the CPU; no random number is drawn.

        Only safetensors are read, and no code that comes with a model is run.

        Parameters
        ----------
        source
            A folder; `package:<module>/<folder>`, a folder of an installed package; or a name on
            the Hugging Face hub, `<owner>/<name>` or `<owner>/<name>@<revision>`, which is
            downloaded once.
        pooling, forms
            How words become pieces, see `Pieces`.

        Raises
        ------
        EncoderError
            When the source is not there, not complete or not an encoder.
        """
        folder = _find_folder(source)
        _check_files(source, folder)
        # The libraries raise whatever they like for a damaged file, the tokenizer a bare Exception.
        try:
            with _quiet(), torch.random.fork_rng(devices=[]):
                pieces, model, unfit = _load(source, folder, pooling, forms or {})
                encoder = cls(model, pieces)
        except Exception as error:
            raise EncoderError(
                f"{source}: expected a Hugging Face encoder with a fast tokenizer, "
                f"found {_short(error)}. Choose another encoder or copy the model's files again"
            ) from None
        unfit &= encoder.model.state_dict().keys()
        if unfit:
            raise EncoderError(
                f"{source}: expected all weights of {type(model).__name__}, found {len(unfit)} "
                f"missing or of another shape, such as {min(unfit)}. Copy the model's files again"
            )
        return encoder.eval()

    @classmethod
    def from_config_files(cls, files: Mapping[str, str]) -> "HuggingFaceEncoder":
        """Rebuild from `config_files()`, on the CPU, its weights still arbitrary.

        The state of the random generators is left as it was.

        Raises
        ------
        EncoderError
            When a file is missing or damaged.
        """
        try:
            config, tokenizer, settings = (files[name] for name in _CONFIG_FILES)
            with _quiet(), torch.random.fork_rng(devices=[]):
                from tokenizers import Tokenizer
                from transformers import AutoConfig, AutoModel

                described = AutoConfig.for_model(**json.loads(config))
                model = AutoModel.from_config(
                    described, trust_remote_code=False, dtype=torch.float32
                )
                pieces = Pieces(Tokenizer.from_str(tokenizer), **json.loads(settings))
                return cls(model, pieces).eval()
        except Exception as error:
            raise EncoderError(
                f"{_SAVED}: expected {', '.join(_CONFIG_FILES)}, found {_short(error)}. "
                "Train the model again"
            ) from None

    def config_files(self) -> dict[str, str]:
        """Return all but the weights, as JSON files by name; equal encoders give equal bytes."""
        config: Any = self.model.config
        values = json.loads(config.to_json_string(use_diff=False))
        # Where the model once lay is nobody's business.
        values.pop("_name_or_path", None)
        return {
            CONFIG: _to_json(values),
            TOKENIZER: self.pieces.tokenizer.to_str(),
            PIECES: _to_json(self.pieces.settings()),
        }

    def layers(self) -> list[list[nn.Parameter]]:
        """Return the parameters of each layer; the embeddings, and what layers share, are below.

        A network that has no list of its layers, such as ALBERT, is one layer.
        """
        stacks = (module for module in self.model.modules() if isinstance(module, nn.ModuleList))
        stack = next((stack for stack in stacks if len(stack) == self.n_layers - 1), ())
        layers = [list(layer.parameters()) for layer in stack]
        known = set(chain.from_iterable(layers))
        return [[weight for weight in self.parameters() if weight not in known], *layers]

    def forward(self, sentences: Sequence[Sequence[str]]) -> Tensor:
        """Return the vectors of all layers, with gradients, `[batch, words, layers, dim]`.

        The first layer is the embeddings; beyond a sentence's end stands zero.
        """
        return pad_sequence([*self._pool(sentences)], batch_first=True)

    def embed(self, sentences: Sequence[Sequence[str]]) -> list[Tensor]:
        """Return the vectors of each sentence without dropout or gradients, `[layers, words, dim]`.

        Sentences of similar length are read together; which ones changes no vector beyond rounding.
        The encoder is in evaluation mode afterwards.
        """
        embedded: list[Tensor] = [torch.empty(0)] * len(sentences)
        self.eval()
        with torch.inference_mode():
            for indices in word_batches([*map(len, sentences)], _WORDS_A_BATCH):
                rows = self._pool([sentences[index] for index in indices])
                for index, vectors in zip(indices, rows, strict=True):
                    embedded[index] = vectors.transpose(0, 1)
        return embedded

    def _pool(self, sentences: Sequence[Sequence[str]]) -> Sequence[Tensor]:
        """Turn the pieces of each word into one, a tensor `[words, layers, dim]` a sentence."""
        lengths = [len(words) for words in sentences]
        firsts = accumulate(lengths, initial=0)
        cut = [*zip(firsts, self.pieces.cut(sentences), strict=False)]
        windows = [window for _, sentence in cut for window in sentence]
        device = next(self.parameters()).device
        states = self.model(
            input_ids=torch.tensor([window.ids for window in windows], device=device),
            attention_mask=torch.tensor([window.mask for window in windows], device=device),
            output_hidden_states=True,
        ).hidden_states
        owners = [
            None if word is None else first + word
            for first, sentence in cut
            for window in sentence
            for word in window.words
        ]
        places = [place for place, word in enumerate(owners) if word is not None]
        words = [word for word in owners if word is not None]
        if self.pieces.pooling == "first":
            # Of the places of a word, the last that the dictionary is given is the first.
            found = dict(zip(reversed(words), reversed(places), strict=True))
            words = [*range(sum(lengths))]
            places = [found[word] for word in words]
        layers = torch.stack(states, dim=2).flatten(0, 1)
        pieces = widened(layers.index_select(0, torch.tensor(places, device=device)))
        rows = torch.tensor(words, device=device)
        sums = pieces.new_zeros(sum(lengths), *pieces.shape[1:]).index_add(0, rows, pieces)
        counts = torch.bincount(rows, minlength=len(sums))[:, None, None]
        return torch.split(sums / counts, lengths)


def _is_bare_byte_level(tokenizer: "Tokenizer") -> bool:
    """Return whether words must bring the space before them, as GPT-2's and RoBERTa's pieces do."""
    if tokenizer.pre_tokenizer is None:
        return False
    # The whole tokenizer is written by counting to its largest piece, which may be damaged.
    splitter = json.loads(tokenizer.pre_tokenizer.__getstate__())
    return any(
        part["type"] == "ByteLevel" and not part["add_prefix_space"]
        for part in splitter.get("pretokenizers", [splitter])
    )


def _load(
    source: str, folder: Path, pooling: Pooling, forms: Mapping[str, str]
) -> tuple[Pieces, nn.Module, set[str]]:
    """Load tokenizer and model of a folder, and name the weights that the folder cannot give."""
    # Imported here because it takes a second, and most runs have no such encoder.
    from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedTokenizerFast

    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    # BERTweet names a slow class beside the file of a fast tokenizer.
    is_named_slow = getattr(config, "tokenizer_class", None) == "BertweetTokenizer"
    reader: Any = AutoTokenizer
    if is_named_slow and (folder / TOKENIZER).is_file():
        reader = PreTrainedTokenizerFast
    tokenizer = reader.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    if not tokenizer.is_fast:
        raise ValueError(f"the slow tokenizer {type(tokenizer).__name__}")
    model, info = AutoModel.from_pretrained(
        folder,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=torch.float32,
        ignore_mismatched_sizes=True,  # they are named below, which its error does not do
        output_loading_info=True,
    )
    backend = tokenizer.backend_tokenizer
    # Without its class a tokenizer knows no names of special pieces; the network and its file do.
    unknown = tokenizer.unk_token or getattr(backend.model, "unk_token", None)
    pieces = Pieces(
        backend,
        padding=tokenizer.pad_token_id or getattr(config, "pad_token_id", None) or 0,
        unknown=None if unknown is None else backend.token_to_id(unknown),
        limit=_limit(model, tokenizer.model_max_length),
        pooling=pooling,
        forms=forms,
        source=source,
    )
    return pieces, model, {*info["missing_keys"], *(key for key, *_ in info["mismatched_keys"])}


def _limit(model: nn.Module, announced: float) -> int:
    """Find how many pieces a model can read at once."""
    limits = [announced, getattr(model.config, "max_position_embeddings", None)]
    for name, module in model.named_modules():
        # RoBERTa counts positions from behind its padding: 514 rows are 512 positions.
        if name.endswith("position_embeddings") and isinstance(module, nn.Embedding):
            padding = module.padding_idx
            limits.append(module.num_embeddings - (0 if padding is None else padding + 1))
    return int(min(limit for limit in [sys.maxsize, *limits] if limit is not None and limit > 0))


def _find_folder(source: str) -> Path:
    """Find the folder that a source means; a name of the hub is downloaded."""
    folder = find_local(source)
    if folder is not None:
        return folder
    if not _HUB_NAME.fullmatch(source) or source.startswith("."):
        raise EncoderError(
            f"{source}: expected the folder of a Hugging Face model, found none. "
            "Correct the encoder's source"
        )
    from huggingface_hub import snapshot_download

    name, _, revision = source.partition("@")
    try:
        with _quiet():
            return Path(
                snapshot_download(
                    name,
                    revision=revision or None,
                    allow_patterns=[*MODEL_FILES],
                    ignore_patterns=["*/*"],
                )
            )
    # What the hub raises without a network, for a wrong name and for one that needs a licence.
    except (OSError, ValueError) as error:
        raise EncoderError(
            f"{source}: expected a folder or a model of the Hugging Face hub, found "
            f"{_short(error)}. Correct the encoder's source, or give the folder of a copy"
        ) from None


def _check_files(source: str, folder: Path) -> None:
    """Check that the files are there: `transformers` would make up a vocabulary that is not."""
    needs = {
        "a Hugging Face model": (CONFIG,),
        "weights in safetensors, not in pickles": _WEIGHTS,
        "a tokenizer": _VOCABULARIES,
    }
    for what, names in needs.items():
        if not any((folder / name).is_file() for name in names):
            found = ", ".join(sorted(path.name for path in folder.iterdir())[:8]) or "nothing"
            raise EncoderError(
                f"{source}: expected {what} ({' or '.join(names)}), found {found}. "
                "Choose another encoder or copy the model's files again"
            )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep `transformers` from drawing bars and from reporting what is checked here."""
    from transformers.utils import logging

    verbosity, had_bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if had_bars:
            logging.enable_progress_bar()


def _to_json(values: Mapping[str, Any]) -> str:
    """Write readable JSON with sorted keys."""
    return json.dumps(values, indent=2, sort_keys=True) + "\n"


def _short(error: Exception) -> str:
    """Format an error on one line."""
    if isinstance(error, KeyError):
        return f"no {error}"
    text = " ".join(str(error).split()) or type(error).__name__
    return excerpt(text, 240)
