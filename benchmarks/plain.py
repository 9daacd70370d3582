"""The network without its fast paths: what it has to equal, and to score as, however fast it is.

The same formulas in the obvious way, in fp32: the characters of every word of a batch, packed
sequences, the labels of all pairs, an update a parameter. Batches, and the sparse gradients of word
vectors, stay as they are: another way there would be another method.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from mutspad.config import TrainingParams
from mutspad.data.batching import Batch
from mutspad.data.vocab import UNK_ID
from mutspad.models.encoder import WordEncoder
from mutspad.models.heads.biaffine import DeepBiaffine
from mutspad.models.recurrent import BiLSTM
from mutspad.training.optimiser import Optimiser


@contextmanager
def plain_paths() -> Iterator[None]:
    """Replace the fast paths of the network and of its training while the block lasts."""
    with ExitStack() as stack:
        for owner, name, plain in REPLACEMENTS:
            stack.enter_context(patch.object(owner, name, plain))
        yield


def represent(encoder: WordEncoder, batch: Batch) -> Tensor:
    """Spell every word, also one that stands there twice, `[batch, words, output_dim]`."""
    words = batch.words
    if encoder.training:
        hidden = torch.rand(words.shape, device=words.device) < encoder.unknown_rate
        words = words.masked_fill(hidden & batch.mask, UNK_ID)
    forms = batch.forms.flatten()
    spelled = encoder.char_lstm.final_states(
        encoder.chars(batch.chars[forms]), batch.char_lens[forms]
    )
    vectors = [encoder.words(words)]
    if encoder.lower_rows is not None:
        vectors.append(encoder.words(encoder.lower_rows[words]))
    return torch.cat([*vectors, spelled.view(*words.shape, -1)], dim=-1)


def read(layer: BiLSTM, inputs: Tensor, lens: Tensor) -> Tensor:
    """Read packed sequences in both directions, `[batch, words, 2 * hidden]`."""
    ahead, _ = _read_packed(layer.ahead, inputs, lens, layer._state(0, len(inputs)))
    back, _ = _read_packed(layer.back, _flip(inputs, lens), lens, layer._state(1, len(inputs)))
    return torch.cat([ahead, _flip(back, lens)], dim=-1)


def read_to_the_ends(layer: BiLSTM, inputs: Tensor, lens: Tensor) -> Tensor:
    """Return the last states of packed sequences, `[batch, 2 * hidden]`."""
    _, ahead = _read_packed(layer.ahead, inputs, lens, layer._state(0, len(inputs)))
    _, back = _read_packed(layer.back, _flip(inputs, lens), lens, layer._state(1, len(inputs)))
    return torch.cat([ahead, back], dim=-1)


def score_pairs(
    biaffine: DeepBiaffine, positions: Tensor, dependents: Tensor, heads: Tensor
) -> Tensor:
    """Score all outputs for all pairs and choose from them, `[pairs, outputs]`."""
    n_positions = positions.shape[1]
    scores = torch.einsum(
        "bid,odh,bjh->bijo",
        biaffine._project(biaffine.dependent, positions),
        biaffine.weight,
        biaffine._project(biaffine.head, positions),
    )
    return scores.flatten(0, 1)[dependents, heads % n_positions]


_start_optimiser = Optimiser.__init__


def start_optimiser(
    optimiser: Optimiser, model: nn.Module, params: TrainingParams, *, n_tasks: int
) -> None:
    """Start an optimiser that updates one parameter after the other."""
    _start_optimiser(optimiser, model, params, n_tasks=n_tasks)
    for group in optimiser.groups():
        if "fused" in group:
            group.update(fused=False, foreach=False)


def _read_packed(
    lstm: nn.LSTM, inputs: Tensor, lens: Tensor, state: tuple[Tensor, Tensor] | None
) -> tuple[Tensor, Tensor]:
    """Return outputs `[batch, words, hidden]`, zero at padding, and last states."""
    packed = pack_padded_sequence(inputs, lens.cpu(), batch_first=True, enforce_sorted=False)
    outputs, (last, _) = lstm(packed, state)
    padded, _ = pad_packed_sequence(outputs, batch_first=True, total_length=inputs.shape[1])
    return padded, last[0]


def _flip(inputs: Tensor, lens: Tensor) -> Tensor:
    """Reverse each sequence within its length, `[batch, words, dim]`; padding becomes zero."""
    flipped = [row[:length].flip(0) for row, length in zip(inputs, lens.tolist(), strict=True)]
    padded = pad_sequence(flipped, batch_first=True)
    return F.pad(padded, (0, 0, 0, inputs.shape[1] - padded.shape[1]))


REPLACEMENTS = (
    (WordEncoder, "forward", represent),
    (BiLSTM, "forward", read),
    (BiLSTM, "final_states", read_to_the_ends),
    (DeepBiaffine, "pairs", score_pairs),
    (Optimiser, "__init__", start_optimiser),
)
"""What is fast, and what takes its place."""
