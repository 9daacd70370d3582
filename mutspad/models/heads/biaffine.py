"""The dependency branch: the Stanford arc-factored parser (paper 3.2; Qi et al., 2018).

Sizes and formulas are those of stanfordnlp 0.2.0; its word representation is replaced by the shared
one, and words of the loss are masked everywhere, where it lets padding into two of the four terms.
"""

import math
from collections.abc import Sequence
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mutspad.config.network import ParserParams
from mutspad.data.batching import IGNORED, Batch
from mutspad.data.labels import ROOT_RELATION
from mutspad.models import fast
from mutspad.models.dropout import Dropout
from mutspad.models.fast import biaffine as fast_biaffine
from mutspad.models.heads.head import Head, Prediction
from mutspad.models.mst import maximum_spanning_tree
from mutspad.models.precision import widened
from mutspad.models.recurrent import HighwayBiLSTM
from mutspad.tasks import Task


class DeepBiaffine(nn.Module):
    """Score pairs of a dependent and a head, `[d; 1] W [h; 1]` for each output.

    `d` and `h` are one-layer projections with ReLU and dropout; `W` starts at zero. Its last corner
    is the bias: stanfordnlp declares another one but never adds it.

    Parameters
    ----------
    input_dim
        Size of a position's vector.
    dim
        Size of a projection.
    n_outputs
        Scores a pair; the first dimension of `weight`.
    dropout
        Rate on inputs and projections, each with a mask of its own.
    """

    def __init__(self, input_dim: int, dim: int, n_outputs: int, dropout: float) -> None:
        super().__init__()
        self.dependent = nn.Linear(input_dim, dim)
        self.head = nn.Linear(input_dim, dim)
        # [outputs, dependents' dim + 1, heads' dim + 1]: rows are outputs, so that a label keeps
        # its rows when a model is adapted.
        self.weight = nn.Parameter(torch.zeros(n_outputs, dim + 1, dim + 1))
        self.dropout = Dropout(dropout)

    def all_pairs(self, positions: Tensor) -> Tensor:
        """Return the first output for all pairs, `[batch, dependents, heads]`.

        `positions` is `[batch, positions, input_dim]`.
        """
        dependents = self._project(self.dependent, positions)
        heads = self._project(self.head, positions)
        return widened(dependents @ F.linear(heads, self.weight[0]).transpose(1, 2))

    def pairs(self, positions: Tensor, dependents: Tensor, heads: Tensor) -> Tensor:
        """Return all outputs for some pairs only, `[pairs, outputs]`.

        Parameters
        ----------
        positions
            `[batch, positions, input_dim]`.
        dependents, heads
            Rows of the flattened positions, `[pairs]`, sentence after sentence; the two of a pair
            stand in one sentence.
        """
        flat = positions.flatten(0, 1)
        d, h = self._project(self.dependent, flat), self._project(self.head, flat)
        if fast.enabled("pairs") and not flat.is_cuda:
            scores = fast_biaffine.score_pairs(d, h, self.weight, dependents, heads, len(positions))
        else:
            scores = torch.einsum("pd,odh,ph->po", d[dependents], self.weight, h[heads])
        return widened(scores)

    def _project(self, linear: nn.Module, positions: Tensor) -> Tensor:
        """Return projections with a 1 appended, `[..., dim + 1]`."""
        projected: Tensor = self.dropout(F.relu(linear(self.dropout(positions))))
        return F.pad(projected, (0, 1), value=1.0)


class BiaffineParser(Head):
    """Find the head of each word and the relation to it.

    Position 0 of the features is the artificial root: a vector of the branch, since the word
    representation is shared with tasks that know no root.

    Parameters
    ----------
    input_dim
        Size of an input vector.
    rels
        The relations.
    params
        Sizes and rates.
    """

    label_parameters: ClassVar[tuple[str, ...]] = ("label.weight",)

    def __init__(self, *, input_dim: int, rels: Sequence[str], params: ParserParams) -> None:
        super().__init__()
        self.root_rel = rels.index(ROOT_RELATION) if ROOT_RELATION in rels else None
        self.root = nn.Parameter(torch.randn(input_dim) / math.sqrt(input_dim))
        self.dropped_word = nn.Parameter(torch.randn(input_dim) / math.sqrt(input_dim))
        self.word_dropout = params.word_dropout
        self.dropout = Dropout(params.dropout)
        self.lstm = HighwayBiLSTM(
            input_dim, params.hidden, layers=params.layers, dropout=params.dropout
        )
        self.feature_dim = self.lstm.output_dim
        self.arc, self.label, self.linearisation, self.distance = (
            DeepBiaffine(self.feature_dim, params.biaffine, n_outputs, params.dropout)
            for n_outputs in (1, len(rels), 1, 1)
        )

    def features(self, inputs: Tensor, lens: Tensor) -> Tensor:
        """Return `h`, `[batch, 1 + words, 2 * hidden]`, of inputs `[batch, words, input_dim]`."""
        inputs = torch.cat([self.root.expand(len(inputs), 1, -1), inputs], dim=1)
        if self.training:
            dropped = torch.rand(inputs.shape[:2], device=inputs.device) < self.word_dropout
            inputs = torch.where(dropped[:, :, None], self.dropped_word, inputs)
        outputs: Tensor = self.lstm(self.dropout(inputs), lens + 1)
        return outputs

    def arc_scores(self, features: Tensor, lens: Tensor) -> tuple[Tensor, Tensor]:
        """Score every pair of positions.

        Linearisation says on which side the head stands, distance how far. Both shift the arc
        scores but learn from their own losses only.

        Parameters
        ----------
        features
            `[batch, 1 + words, 2 * hidden]`.
        lens
            Words of each sentence, `[batch]`.

        Returns
        -------
        s_arc
            Arc scores with both shifts, `[batch, dependents, heads]`; -inf for a position heading
            itself and for padding as a head.
        shifts
            The sum of the log-likelihoods of side and distance, of the same shape, not detached.
        """
        places = torch.arange(features.shape[1], device=features.device)
        sides = self.linearisation.all_pairs(features)
        offset = (places[None, :] - places[:, None]).to(sides)
        side = F.logsigmoid(sides * offset.sign())
        expected = 1 + F.softplus(self.distance.all_pairs(features))
        distance = -torch.log((offset.abs() - expected).square() / 2 + 1)
        shifts = side + distance
        impossible = (offset == 0) | (places > lens[:, None])[:, None, :]
        s_arc = (self.arc.all_pairs(features) + shifts.detach()).masked_fill(impossible, -math.inf)
        return s_arc, shifts

    def loss(self, features: Tensor, batch: Batch) -> Tensor:
        """Return the sum of the four losses a word, roots counted, of the sentences with trees."""
        gold = torch.full_like(batch.words, IGNORED) if batch.heads is None else batch.heads
        sentences, words = (gold != IGNORED).nonzero(as_tuple=True)
        heads = gold[sentences, words]
        first = sentences * features.shape[1]
        dependents = first + words + 1
        s_arc, shifts = (
            scores.flatten(0, 1).index_select(0, dependents)
            for scores in self.arc_scores(features, batch.lens)
        )
        s_rel = self.label.pairs(features, dependents, first + heads)
        rels = batch.labels[Task.DEP][sentences, words]
        # The Stanford parser takes the cross entropy of [-s/2, s/2] for the side of the gold head,
        # which is the negated log-sigmoid that shifts the arc scores.
        total = (
            F.cross_entropy(s_arc, heads, reduction="sum")
            + F.cross_entropy(s_rel, rels, ignore_index=IGNORED, reduction="sum")
            - shifts.gather(1, heads[:, None]).sum()
        )
        n_roots = (gold != IGNORED).any(dim=1).sum()
        return total / (len(heads) + n_roots).clamp(min=1)

    def predict(self, features: Tensor, batch: Batch, *, multi_root: bool) -> list[Prediction]:
        """Return the best tree of each sentence and the best possible relation of each arc."""
        s_arc, _ = self.arc_scores(features, batch.lens)
        logits = s_arc.double().log_softmax(dim=-1).cpu().numpy()
        trees = [
            maximum_spanning_tree(
                sentence[: length + 1, : length + 1], multi_root=multi_root
            ).tolist()
            for sentence, length in zip(logits, batch.lens.tolist(), strict=True)
        ]
        sentences, words = batch.mask.nonzero(as_tuple=True)
        heads = torch.tensor([head for tree in trees for head in tree], device=words.device)
        first = sentences * features.shape[1]
        s_rel = self.label.pairs(features, first + words + 1, first + heads)
        best = self.possible_rels(s_rel, heads).argmax(dim=-1)
        rels = torch.split(best, batch.lens.tolist())
        return [Prediction(row.tolist(), tree) for row, tree in zip(rels, trees, strict=True)]

    def possible_rels(self, s_rel: Tensor, heads: Tensor) -> Tensor:
        """Return scores of relations in which a root may only be `root`, and nothing else may be.

        Parameters
        ----------
        s_rel
            `[..., rels]`; without a relation `root` they stay as they are.
        heads
            The head of each dependent, 0 for a root, `[...]`.
        """
        if self.root_rel is None:
            return s_rel
        rels = torch.arange(s_rel.shape[-1], device=s_rel.device)
        impossible = (rels == self.root_rel) != (heads == 0)[..., None]
        return s_rel.masked_fill(impossible, -math.inf)
