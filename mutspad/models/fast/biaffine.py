"""Biaffine scores of chosen pairs, with one product for each head instead of one for each pair."""

import torch
import torch.nn.functional as F
from torch import Tensor


def score_pairs(
    projected_dependents: Tensor,
    projected_heads: Tensor,
    weight: Tensor,
    dependents: Tensor,
    heads: Tensor,
    n_sentences: int,
) -> Tensor:
    """Return `d W h` of some pairs, `[pairs, outputs]`.

    Half of all words head none, so the product with the weights is done for each head; all pairs of
    a sentence, then, cost next to nothing.

    Parameters
    ----------
    projected_dependents, projected_heads
        `[positions, dim]`, the sentences of the batch one after the other.
    weight
        `[outputs, dim, dim]`.
    dependents, heads
        Rows of the positions, `[pairs]`, sentence after sentence; the two of a pair stand in one
        sentence.
    n_sentences
        Sentences of the batch, each with as many positions.
    """
    n_positions = len(projected_heads) // n_sentences
    distinct, own = torch.unique(heads, return_inverse=True)
    chosen_dependents = projected_dependents.index_select(0, dependents)
    chosen_heads = projected_heads.index_select(0, distinct)
    n_outputs, dim, _ = weight.shape
    # The heads of pairs are fewer than the dependents, and this is one product over the weights as
    # they lie in memory.
    halves = F.linear(chosen_heads, weight.flatten(0, 1)).view(len(distinct), n_outputs, dim)
    n_heads, n_pairs = (
        (rows // n_positions).bincount(minlength=n_sentences) for rows in (distinct, dependents)
    )
    places = own - (n_heads.cumsum(0) - n_heads).repeat_interleave(n_pairs)
    sizes = n_pairs.tolist()
    scores = [
        (half.flatten(0, 1) @ sentence.t())
        .view(len(half), n_outputs, len(place))
        .gather(0, place.expand(1, n_outputs, -1))
        .squeeze(0)
        for half, sentence, place in zip(
            torch.split(halves, n_heads.tolist()),
            torch.split(chosen_dependents, sizes),
            torch.split(places, sizes),
            strict=True,
        )
    ]
    return torch.cat(scores, dim=1).t()
