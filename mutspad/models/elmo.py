"""ELMo: contextual word vectors of a bidirectional language model (Peters et al., 2018).

Weights are kept in the shapes and gate order of the published files, so that reading and writing
them is copying.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Self, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mutspad.data.buckets import bucket_batches
from mutspad.models.elmo_format import (
    DIRECTIONS,
    N_CHARACTERS,
    CharacterOptions,
    ElmoOptions,
    LstmOptions,
    read_options,
    read_weights,
    write_options,
    write_weights,
)

BEGIN_SENTENCE = "<S>"
END_SENTENCE = "</S>"
_BORDERS = {BEGIN_SENTENCE: 256, END_SENTENCE: 257}
_BEGIN_WORD, _END_WORD, _PADDING = 258, 259, 260
_FORGET = 1.0  # what TensorFlow's cells add to the forget gate and the files leave out
_WORDS_AT_ONCE = 256  # distinct words whose convolutions fit the cache
_SENTENCES_AT_ONCE = 64


def to_character_ids(word: str, max_characters: int) -> list[int]:
    """Return a word's character ids, `max_characters` of them: its UTF-8 bytes between borders."""
    if word in _BORDERS:
        content = [_BORDERS[word]]
    else:
        content = list(word.encode("utf-8", "ignore")[: max_characters - 2])
    ids = [_BEGIN_WORD, *content, _END_WORD]
    return ids + [_PADDING] * (max_characters - len(ids))


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Distinct words, those of few bytes first, with their character ids.

    Parameters
    ----------
    index
        Row of each word.
    characters
        Character ids, `[words, characters]`. Neighbours are of one length, so that convolutions
        pass over little padding.
    """

    index: Mapping[str, int]
    characters: Tensor

    @classmethod
    def of(cls, words: Iterable[str], max_characters: int) -> Self:
        """Collect the distinct ones of some words, and the borders of sentences."""
        distinct = sorted({BEGIN_SENTENCE, END_SENTENCE, *words})
        distinct.sort(key=lambda word: len(word.encode("utf-8", "ignore")))
        characters = torch.tensor([to_character_ids(word, max_characters) for word in distinct])
        return cls({word: row for row, word in enumerate(distinct)}, characters)

    def rows(self, words: Iterable[str]) -> Tensor:
        """Return the rows of a sentence between its borders, `[words + 2]`."""
        bordered = (BEGIN_SENTENCE, *words, END_SENTENCE)
        return torch.tensor([self.index[word] for word in bordered])


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The order in which two directions read a batch of sentences, without any padding.

    Step 0 reads one token of every sentence, step 1 the next one of those that have another; the
    rows of all steps stand below one another. Both directions have the same steps, as a sentence
    is as long from either end.

    Parameters
    ----------
    sizes
        Sentences at each step, never rising: longer sentences stand first.
    order
        Which token of the batch each row reads, the sentences' tokens one behind another,
        `[2, tokens]`.
    before
        The row that read the token before, in the direction of reading, for the rows behind the
        first step, `[tokens - sentences]`.
    """

    sizes: tuple[int, ...]
    order: Tensor
    before: Tensor

    @classmethod
    def of(cls, lens: Sequence[int]) -> Self:
        """Plan the reading of sentences with so many tokens, longest first."""
        sizes = [0] * lens[0]
        for length in lens:
            sizes[length - 1] += 1
        sizes = list(accumulate(reversed(sizes)))[::-1]
        starts = torch.tensor([0, *accumulate(lens[:-1])])
        ends = starts + torch.tensor(lens) - 1
        order = [
            torch.cat([starts[:size] + step for step, size in enumerate(sizes)]),
            torch.cat([ends[:size] - step for step, size in enumerate(sizes)]),
        ]
        offsets = [0, *accumulate(sizes)]
        rows = torch.arange(offsets[-1])
        before = [
            rows[offset : offset + size] for offset, size in zip(offsets, sizes[1:], strict=False)
        ]
        return cls(tuple(sizes), torch.stack(order), torch.cat([rows[:0], *before]))

    def restore(self, rows: Tensor) -> Tensor:
        """Return `[2, tokens, dim]` in the order of the batch, each direction for itself."""
        index = self.order.argsort(dim=1)[:, :, None].expand_as(rows)
        return rows.gather(1, index)


class CharacterEncoder(nn.Module):
    """Represent a word by convolutions over its characters, highways and a projection."""

    def __init__(self, options: CharacterOptions, projection_dim: int) -> None:
        super().__init__()
        self.options = options
        char_dim, n_filters = options.embedding.dim, options.n_filters
        self.characters = nn.Parameter(torch.empty(N_CHARACTERS, char_dim))
        self.filters = nn.ParameterList(
            torch.empty(width, char_dim, count) for width, count in options.filters
        )
        self.filter_biases = nn.ParameterList(torch.empty(count) for _, count in options.filters)
        # Gates first, then transformations.
        self.highways = nn.ParameterList(
            torch.empty(2, n_filters, n_filters) for _ in range(options.n_highway)
        )
        self.highway_biases = nn.ParameterList(
            torch.empty(2, n_filters) for _ in range(options.n_highway)
        )
        self.projection = nn.Parameter(torch.empty(n_filters, projection_dim))
        self.bias = nn.Parameter(torch.empty(projection_dim))

    def forward(self, characters: Tensor) -> Tensor:
        """Return a vector a word, `[words, projection_dim]`.

        Parameters
        ----------
        characters
            Ids as of `to_character_ids`, `[words, characters]`. Columns at the end that hold only
            padding may be left out as long as the widest filter still sees one place of padding
            alone.
        """
        embedded = F.embedding(characters, self.characters).transpose(1, 2)
        pooled = [
            F.conv1d(embedded, weight.permute(2, 1, 0), bias).amax(dim=2)
            for weight, bias in zip(self.filters, self.filter_biases, strict=True)
        ]
        words = torch.cat(pooled, dim=1)
        words = torch.tanh(words) if self.options.activation == "tanh" else torch.relu(words)
        for weights, biases in zip(self.highways, self.highway_biases, strict=True):
            gate = torch.sigmoid(torch.addmm(biases[0], words, weights[0]))
            words = torch.lerp(words, torch.relu(torch.addmm(biases[1], words, weights[1])), gate)
        return torch.addmm(self.bias, words, self.projection)

    def trim(self, characters: Tensor) -> Tensor:
        """Leave out columns that only repeat what a filter sees of padding."""
        used = int((characters != _PADDING).sum(dim=1).max())
        widest = max(width for width, _ in self.options.filters)
        return characters[:, : used + widest]

    def datasets(self) -> dict[str, Tensor]:
        """Return views of the weights by their names in the files."""
        named = {"char_embed": self.characters.data}
        for index, (weight, bias) in enumerate(zip(self.filters, self.filter_biases, strict=True)):
            named[f"CNN/W_cnn_{index}"] = weight.data[None]
            named[f"CNN/b_cnn_{index}"] = bias.data
        for index, (weight, bias) in enumerate(
            zip(self.highways, self.highway_biases, strict=True)
        ):
            for row, gate in enumerate(("carry", "transform")):
                named[f"CNN_high_{index}/W_{gate}"] = weight.data[row]
                named[f"CNN_high_{index}/b_{gate}"] = bias.data[row]
        named["CNN_proj/W_proj"] = self.projection.data
        named["CNN_proj/b_proj"] = self.bias.data
        return named


class ProjectedBiLSTM(nn.Module):
    """Read sentences in both directions with LSTMs whose outputs are projected and clipped.

    The directions take their steps together. Gates stand in the order input, candidate, forget,
    output.
    """

    def __init__(self, options: LstmOptions) -> None:
        super().__init__()
        self.options = options
        dim, projection_dim = options.dim, options.projection_dim
        # Rows of the input first, then those of the output before.
        self.kernel = nn.Parameter(torch.empty(DIRECTIONS, 2 * projection_dim, 4 * dim))
        self.bias = nn.Parameter(torch.empty(DIRECTIONS, 4 * dim))
        self.projection = nn.Parameter(torch.empty(DIRECTIONS, dim, projection_dim))

    def forward(self, inputs: Tensor, reading: Reading) -> Tensor:
        """Return the outputs of inputs in the order of reading, both `[2, tokens, projection_dim]`.

        Every sentence begins with states of zero.
        """
        dim, projection_dim = self.options.dim, self.options.projection_dim
        cell_clip, proj_clip = self.options.cell_clip, self.options.proj_clip
        # With candidates doubled, one sigmoid serves all gates: see `_tangent`.
        doubled = F.pad(self.bias.new_ones(dim), (dim, 2 * dim)) + 1
        forget = F.pad(self.bias.new_full((dim,), _FORGET), (2 * dim, dim))
        kernel, bias = self.kernel * doubled, (self.bias + forget) * doubled
        from_inputs = torch.baddbmm(bias[:, None], inputs, kernel[:, :projection_dim])
        recurrent = kernel[:, projection_dim:]
        hidden = inputs.new_zeros(DIRECTIONS, reading.sizes[0], projection_dim)
        cell = inputs.new_zeros(DIRECTIONS, reading.sizes[0], dim)
        outputs = []
        for size, step in zip(
            reading.sizes, torch.split(from_inputs, list(reading.sizes), dim=1), strict=True
        ):
            gates = torch.baddbmm(step, hidden[:, :size], recurrent).sigmoid()
            entering, candidate, kept, shown = torch.split(gates, dim, dim=2)
            cell = torch.addcmul(entering * _tangent(candidate), kept, cell[:, :size])
            cell = cell.clamp(-cell_clip, cell_clip)
            hidden = torch.bmm(shown * _tangent((2 * cell).sigmoid()), self.projection)
            hidden = hidden.clamp(-proj_clip, proj_clip)
            outputs.append(hidden)
        return torch.cat(outputs, dim=1)

    def datasets(self, layer: int) -> dict[str, Tensor]:
        """Return views of the weights by their names in the files."""
        return {
            f"RNN_{direction}/RNN/MultiRNNCell/Cell{layer}/LSTMCell/{name}": weight.data[direction]
            for direction in range(DIRECTIONS)
            for name, weight in (("W_0", self.kernel), ("B", self.bias), ("W_P_0", self.projection))
        }


def _tangent(sigmoid_of_double: Tensor) -> Tensor:
    """Return tanh(x) = 2 sigmoid(2x) - 1, given the sigmoid of 2x.

    On CPU the sigmoid takes an eighth of the time of the tangent; that saves a third of a step.
    """
    return 2 * sigmoid_of_double - 1


class Elmo(nn.Module):
    """Compute one vector a layer for every word, in its sentence.

    Layer 0 is the word by its characters, the same twice; each further one joins what the two
    directions say. From the second recurrent layer on, a layer's input is added to its output.

    Parameters
    ----------
    options
        The sizes.
    dropout
        Share of the recurrent layers' inputs to drop in training.
    """

    def __init__(self, options: ElmoOptions, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.options = options
        self.characters = CharacterEncoder(options.char_cnn, options.lstm.projection_dim)
        self.lstms = nn.ModuleList(
            ProjectedBiLSTM(options.lstm) for _ in range(options.lstm.n_layers)
        )
        self.dropout = nn.Dropout(dropout)

    @classmethod
    def from_files(cls, options: str | Path, weights: str | Path) -> Self:
        """Read a published model, frozen.

        No random number is drawn.

        Raises
        ------
        CheckpointError
            When a file is missing or damaged, or the weights are not those of the options.
        """
        sizes = read_options(options)
        with torch.device("meta"):  # no memory: the sizes may be those of a damaged file
            shapes = {name: tuple(each.shape) for name, each in cls(sizes).datasets().items()}
        values = read_weights(weights, shapes)
        model = cls(sizes)
        for name, weight in model.datasets().items():
            weight.copy_(torch.from_numpy(values[name]))
        return model.requires_grad_(False).eval()

    def to_files(self, options: str | Path, weights: str | Path) -> None:
        """Write the model in the published format; equal models give equal bytes."""
        write_options(options, self.options)
        write_weights(weights, {name: w.numpy() for name, w in self.datasets().items()})

    @property
    def n_layers(self) -> int:
        """Count the vectors of a word, the one of its characters included."""
        return self.options.lstm.n_layers + 1

    @property
    def dim(self) -> int:
        """Return the size of a vector."""
        return DIRECTIONS * self.options.lstm.projection_dim

    def n_parameters(self) -> int:
        """Count the weights."""
        return sum(parameter.numel() for parameter in self.parameters())

    def datasets(self) -> dict[str, Tensor]:
        """Return views of the weights by their names in the files."""
        named = self.characters.datasets()
        for layer, lstm in enumerate(self.lstms):
            named |= cast(ProjectedBiLSTM, lstm).datasets(layer)
        return named

    def forward(self, sentences: Sequence[Sequence[str]]) -> list[Tensor]:
        """Return the vectors of each sentence, `[layers, words, dim]`, without gradient.

        Ours: each sentence is read by itself, where AllenNLP goes on from the states of the batch
        before, so that its vectors depend on the batches (allenai/allennlp#2398).
        """
        with torch.inference_mode():
            lexicon = Lexicon.of(
                (word for words in sentences for word in words),
                self.options.char_cnn.max_characters_per_token,
            )
            vectors = self.embed(lexicon.characters.to(self.characters.bias.device))
            results: dict[int, Tensor] = {}
            lengths = [len(words) for words in sentences]
            for bucket in bucket_batches(lengths, _SENTENCES_AT_ONCE, None):
                batch = bucket[::-1]
                rows = [lexicon.rows(sentences[i]) for i in batch]
                lens = [len(sentence) for sentence in rows]
                tokens = vectors[torch.cat(rows).to(vectors.device)]
                reading = Reading.of(lens)
                layers = self.read(tokens, reading)
                both = torch.stack([torch.cat([*reading.restore(x)], dim=1) for x in layers])
                results |= zip(batch, torch.split(both, lens, dim=1), strict=True)
        # Copied outside: tensors made in inference mode cannot take part in training.
        return [results[i][:, 1:-1].clone() for i in range(len(sentences))]

    def read(self, tokens: Tensor, reading: Reading) -> list[Tensor]:
        """Run the layers over tokens; return each layer, `[2, tokens, projection_dim]`.

        Parameters
        ----------
        tokens
            The vectors of the tokens of a batch, borders included, `[tokens, projection_dim]`.
        reading
            The order of reading, in which each layer comes out.
        """
        inputs = tokens[reading.order]
        layers = [inputs]
        for number, lstm in enumerate(self.lstms):
            inputs = self.dropout(inputs)
            outputs = lstm(inputs, reading)
            inputs = outputs + inputs if number else outputs
            layers.append(inputs)
        return layers

    def embed(self, characters: Tensor) -> Tensor:
        """Return the vectors of words, `[words, projection_dim]`, by the rows of a lexicon."""
        chunks = torch.split(characters, _WORDS_AT_ONCE)
        return torch.cat([self.characters(self.characters.trim(chunk)) for chunk in chunks])
