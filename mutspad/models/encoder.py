"""The word representation shared by all tasks (WRE, paper 3.1)."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mutspad.data.batching import Batch
from mutspad.data.vocab import PAD_ID, UNK_ID
from mutspad.errors import VectorsError
from mutspad.models.recurrent import BiLSTM

TOGETHER = 64
"""Forms of a batch that are read at once; in one go, the longest would pad some 250 forms."""


class WordEncoder(nn.Module):
    """Represent each word by its vector and by a bidirectional LSTM over its characters.

    Parameters
    ----------
    n_words, n_chars
        Rows of the vocabulary, padding and unknown included.
    word_dim, char_dim
        Size of a word's and of a character's vector.
    char_hidden
        Size of one direction of the character LSTM.
    unknown_rate
        Share of words shown as unknown in training, so that the unknown row learns.
    unknown_char_rate
        Share of characters shown as unknown in training, for the same reason.
    lower_rows
        The row of each row's lower-cased form: its vector then stands beside that of the word as
        written. None reads the word as written alone.
    """

    def __init__(
        self,
        *,
        n_words: int,
        n_chars: int,
        word_dim: int,
        char_dim: int,
        char_hidden: int,
        unknown_rate: float,
        unknown_char_rate: float,
        lower_rows: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        # Sparse: a batch touches hundreds of rows; a dense gradient and update would pass over all
        # 10^7 weights and cost more than the rest of a step.
        self.words = nn.Embedding(n_words, word_dim, padding_idx=PAD_ID, sparse=True)
        self.chars = nn.Embedding(n_chars, char_dim, padding_idx=PAD_ID)
        self.char_lstm = BiLSTM(char_dim, char_hidden)
        self.unknown_rate, self.unknown_char_rate = unknown_rate, unknown_char_rate
        self.lower_rows: Tensor | None
        self.register_buffer("lower_rows", None if lower_rows is None else torch.tensor(lower_rows))
        n_vectors = 1 if lower_rows is None else 2
        self.output_dim = n_vectors * word_dim + self.char_lstm.output_dim
        for embedding in (self.words, self.chars):
            _initialise(embedding)

    def load_vectors(self, matrix: Tensor, has_vector: Tensor) -> None:
        """Start words from pretrained vectors; rows without one keep their random start.

        Parameters
        ----------
        matrix
            `[n_words, word_dim]`.
        has_vector
            Which rows of `matrix` count, `[n_words]` booleans.

        Raises
        ------
        VectorsError
            When the shapes are not the model's.
        """
        weight = self.words.weight
        if matrix.shape != weight.shape or has_vector.shape != weight.shape[:1]:
            raise VectorsError(
                f"word vectors: expected shape {list(weight.shape)} and a mask "
                f"{list(weight.shape[:1])}, found {list(matrix.shape)} and {list(has_vector.shape)}"
            )
        with torch.no_grad():
            weight[has_vector] = matrix[has_vector].to(weight)

    def forward(self, batch: Batch) -> Tensor:
        """Return `x`, word vectors then character states, `[batch, words, output_dim]`."""
        words = batch.words
        if self.training:
            hidden = torch.rand(words.shape, device=words.device) < self.unknown_rate
            words = words.masked_fill(hidden & batch.mask, UNK_ID)
        states = batch.form_states
        if states is None:
            chars = batch.chars
            if self.training:
                # What stands at padding is never read.
                hidden = torch.rand(chars.shape, device=chars.device) < self.unknown_char_rate
                chars = chars.masked_fill(hidden, UNK_ID)
            # Short forms first: one long form would pad all others. On a GPU padding costs nothing.
            size = len(chars) if chars.is_cuda else TOGETHER
            parts = zip(torch.split(chars, size), torch.split(batch.char_lens, size), strict=True)
            states = torch.cat([self.encode_characters(*part) for part in parts])
        of_words = states.index_select(0, batch.forms.flatten()).view(*words.shape, -1)
        vectors = [self.words(words)]
        if self.lower_rows is not None:
            vectors.append(self.words(self.lower_rows[words]))
        return torch.cat([*vectors, of_words], dim=-1)

    def encode_characters(self, chars: Tensor, lens: Tensor) -> Tensor:
        """Return the character states of some forms, `[forms, 2 * char_hidden]`.

        Parameters
        ----------
        chars
            Their characters, `[forms, chars]`.
        lens
            How many each has, at least 1, `[forms]`.
        """
        # A GPU reads all forms at once: the longest is as wide as `chars`, and is not waited for.
        width = chars.shape[1] if chars.is_cuda else int(lens.max())
        embedded = self.chars(chars[:, :width])
        return self.char_lstm.final_states(embedded, lens)


def _initialise(embedding: nn.Embedding) -> None:
    """Draw vectors of unit expected squared norm (Ma and Hovy, 2016); the padding row is zero."""
    bound = math.sqrt(3 / embedding.embedding_dim)
    nn.init.uniform_(embedding.weight, -bound, bound)
    with torch.no_grad():
        embedding.weight[PAD_ID].zero_()
