"""Run a model without one unit of the POS features, for many units at once (paper 5.5).

A *variant* is the model in which nothing reads one unit of h_pos. What no variant changes is
computed once: the word representation, h_pos, and the product of both with every weight that reads
them. A variant changes the POS scores, and what the other branches read of POS, by a matrix of rank
one; only the branches above are run again, for all variants together. The rows of a batch are
sentences of one length times variants, so that nothing is padded and every product is large.

Each prediction is the one that the variant itself would make. Sums are taken in another order,
which can show only where two scores tie to some 1e-6.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from mutspad.data.batching import Batch
from mutspad.models.heads.biaffine import BiaffineParser
from mutspad.models.heads.tagger import Tagger
from mutspad.models.hierarchy import needed_tasks, read_tasks
from mutspad.models.mst import maximum_spanning_tree
from mutspad.models.mutspad import MuTSPad
from mutspad.models.recurrent import BiLSTM
from mutspad.tasks import Task

ROWS = 512
"""Sentences times variants of a batch. From 128 to 2048 the speed is that of the products alone;
more rows only take more memory."""
PAIRS = 1024
"""Pairs whose relations are scored in full at once; each takes relations x dim numbers."""
SLACK = 1e-3
"""By how much a relation must lead beyond the bound; rounding does a hundredth of that."""

Drive = Callable[[int], Tensor]
"""Gives the value of a linear map at a position, `[rows, outputs]`."""


@dataclass(frozen=True, slots=True, eq=False)
class VariantPredictions:
    """Predictions of some variants for some sentences of one length.

    Parameters
    ----------
    sentences
        Which sentences, of those given.
    first
        The place of the first of these variants.
    labels
        Label rows, `[variants, sentences, words]`.
    heads
        For dependencies only: heads counted from 1, 0 for a root, of the same shape.
    """

    sentences: slice
    first: int
    labels: NDArray[np.int64]
    heads: NDArray[np.int64] | None


@dataclass(frozen=True, slots=True, eq=False)
class _Inputs:
    """Inputs of a branch, position by position.

    Parameters
    ----------
    variants
        Which variants.
    known
        The word representation and the reduced POS features before ablation,
        `[positions, sentences, known]`.
    taken
        What the unit of each variant held, `[positions, sentences, variants]`.
    chunk
        The reduced chunk features, `[positions, rows, reduced]`; None when the branch reads none.
    """

    variants: slice
    known: Tensor
    taken: Tensor
    chunk: Tensor | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Return sentences and variants."""
        return self.taken.shape[1], self.taken.shape[2]


class _Map(NamedTuple):
    """A linear map, `inputs @ weight + bias`: `[inputs, outputs]` and `[outputs]`."""

    weight: Tensor
    bias: Tensor


class Variants:
    """Predict one task by all variants of a model.

    Parameters
    ----------
    model
        The model, in evaluation mode.
    task
        What to predict.
    units
        The units to ablate. One more variant, the last, is the model as it is.
    """

    def __init__(self, model: MuTSPad, task: Task, units: Sequence[int]) -> None:
        self._model = model
        self._task = task
        self._units = list(units)
        self._reduce, self._classifier = pos_readers(model)
        above = [branch for branch in needed_tasks([task], model.tasks) if branch is not Task.POS]
        columns = self._columns(self._reduce)
        self._maps: dict[Task, list[_FirstMap]] = {}
        for branch in above:
            reads_chunk = Task.CHUNK in read_tasks(branch, model.tasks)
            n_chunk = 0
            if reads_chunk:
                n_chunk = cast(nn.Linear, model.reductions[Task.CHUNK]).out_features
            self._maps[branch] = [
                _FirstMap(linear, columns, n_chunk) for linear in self._first_maps(branch)
            ]
        self._relations = _Relations(self._parser) if task is Task.DEP else None

    def predict(
        self, shared: Tensor, h_pos: Tensor, *, multi_root: bool
    ) -> Iterator[VariantPredictions]:
        """Yield the predictions for sentences of one length, part by part.

        Parameters
        ----------
        shared
            Word representations, `[sentences, words, shared]`.
        h_pos
            POS features, `[sentences, words, all units]`.
        multi_root
            Whether a tree may have several roots.
        """
        known = torch.cat([shared, self._reduce(h_pos)], dim=-1).transpose(0, 1)
        taken = F.pad(h_pos[:, :, self._units], (0, 1)).transpose(0, 1)
        for variants in parts(taken.shape[2], ROWS):
            n_variants = variants.stop - variants.start
            for chosen in parts(len(h_pos), max(1, ROWS // n_variants)):
                inputs = _Inputs(variants, known[:, chosen], taken[:, chosen, variants])
                labels, heads = self._predict(h_pos[chosen], inputs, multi_root=multi_root)
                yield VariantPredictions(chosen, variants.start, labels, heads)

    def _predict(
        self, h_pos: Tensor, inputs: _Inputs, *, multi_root: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
        """Return labels and heads, `[variants, sentences, words]`."""
        if self._task is Task.POS:
            scores = self._classifier(h_pos).transpose(0, 1)[:, :, None]
            changes = self._columns(self._classifier).t()[inputs.variants]
            scores = torch.addcmul(scores, inputs.taken[..., None], changes, value=-1)
            return scores.argmax(dim=-1).permute(2, 1, 0).numpy(), None
        if self._task is not Task.CHUNK and Task.CHUNK in self._maps:
            h_chunk = self._run_tagger(Task.CHUNK, inputs)
            inputs = replace(inputs, chunk=self._model.reductions[Task.CHUNK](h_chunk))
        if self._task is not Task.DEP:
            scores = self._tagger(self._task).classifier(self._run_tagger(self._task, inputs))
            rows = scores.argmax(dim=-1).view(-1, *inputs.shape)
            return rows.permute(2, 1, 0).numpy(), None
        features = self._run_parser(inputs).transpose(0, 1).contiguous()
        return self._parse(features, inputs.shape, multi_root=multi_root)

    def _run_tagger(self, task: Task, inputs: _Inputs) -> Tensor:
        """Return the features of a tagger, `[words, rows, 2 * hidden]`."""
        ahead, back = (linear.drive(inputs) for linear in self._maps[task])
        return _run_lstm(self._tagger(task).lstm, ahead, back, len(inputs.known))

    def _run_parser(self, inputs: _Inputs) -> Tensor:
        """Return the features of the parser, `[1 + words, rows, 2 * hidden]`."""
        lstms = self._parser.lstm
        inputs = _add_root(inputs, self._parser.root)
        drives = [linear.drive(inputs) for linear in self._maps[Task.DEP]]
        outputs = torch.empty(0)
        for layer, lstm in enumerate(lstms.lstms):
            if layer > 0:
                drives = [
                    _follow(linear, outputs)
                    for linear in (
                        *_lstm_maps(cast(BiLSTM, lstm)),
                        _linear_map(lstms.gates[layer]),
                        _linear_map(lstms.highways[layer]),
                    )
                ]
            ahead, back, gate, highway = drives
            outputs = _run_lstm(cast(BiLSTM, lstm), ahead, back, len(inputs.known))
            for position, output in enumerate(outputs):
                output.addcmul_(gate(position).sigmoid_(), highway(position).tanh_())
        return outputs

    def _parse(
        self, features: Tensor, shape: tuple[int, int], *, multi_root: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return relations and heads, `[variants, sentences, words]`."""
        if self._relations is None:
            raise ValueError("expected variants that parse")
        lens = torch.full((len(features),), features.shape[1] - 1)
        s_arc, _ = self._parser.arc_scores(features, lens)
        heads = find_trees(s_arc, multi_root=multi_root)
        by_variant = (1, 0, 2)
        rels = torch.stack(
            [
                self._relations.predict(sentence, torch.from_numpy(trees))
                for sentence, trees in zip(
                    features.view(*shape, *features.shape[1:]),
                    heads.reshape(*shape, -1),
                    strict=True,
                )
            ]
        )
        return (
            rels.permute(by_variant).numpy(),
            heads.reshape(*shape, -1).transpose(by_variant),
        )

    def _first_maps(self, branch: Task) -> list[_Map]:
        """List the linear maps that read the inputs of a branch."""
        if branch is not Task.DEP:
            return _lstm_maps(self._tagger(branch).lstm)
        lstms = self._parser.lstm
        return [
            *_lstm_maps(cast(BiLSTM, lstms.lstms[0])),
            _linear_map(lstms.gates[0]),
            _linear_map(lstms.highways[0]),
        ]

    def _columns(self, reader: nn.Linear) -> Tensor:
        """Return what is taken out of each variant, `[outputs, variants]`, zero for the last."""
        return F.pad(reader.weight[:, self._units], (0, 1))

    def _tagger(self, task: Task) -> Tagger:
        return cast(Tagger, self._model.heads[task])

    @property
    def _parser(self) -> BiaffineParser:
        return cast(BiaffineParser, self._model.heads[Task.DEP])


def pos_readers(model: MuTSPad) -> tuple[nn.Linear, nn.Linear]:
    """Return what reads h_pos: T_pos and the classifier of POS."""
    head = cast(Tagger, model.heads[Task.POS])
    return cast(nn.Linear, model.reductions[Task.POS]), head.classifier


def read_pos(model: MuTSPad, batch: Batch) -> tuple[Tensor, Tensor]:
    """Return the word representation and h_pos, `[batch, words, shared]` and `[..., units]`."""
    represented = [part(batch) for part in (model.encoder, model.contextual) if part is not None]
    shared = torch.cat(represented, dim=-1)
    return shared, cast(Tagger, model.heads[Task.POS]).features(shared, batch.lens)


def parts(count: int, size: int) -> Iterator[slice]:
    """Cut `count` places into slices of at most `size`, all of about one size."""
    n_parts = -(-count // size)
    for part in range(n_parts):
        yield slice(count * part // n_parts, count * (part + 1) // n_parts)


def find_trees(s_arc: Tensor, *, multi_root: bool) -> NDArray[np.int64]:
    """Return the best tree of each row, heads counted from 1, `[rows, words]`.

    Parameters
    ----------
    s_arc
        Arc scores of sentences of one length, `[rows, 1 + words, 1 + words]`.
    multi_root
        Whether a tree may have several roots.
    """
    heads: NDArray[np.int64] = s_arc.numpy().argmax(axis=2)
    heads[:, 0] = 0
    # Where every word's best head is a tree, nothing can be better, and no search is needed. After
    # k rounds each word points at its ancestor 2^k arcs above.
    above = heads
    for _ in range(math.ceil(math.log2(heads.shape[1]))):
        above = np.take_along_axis(above, above, axis=1)
    unresolved = above.any(axis=1)
    if not multi_root:
        unresolved |= (heads[:, 1:] == 0).sum(axis=1) != 1
    rows = np.flatnonzero(unresolved)
    logits = s_arc[torch.from_numpy(rows)].double().log_softmax(dim=-1).numpy()
    for row, scores in zip(rows, logits, strict=True):
        heads[row, 1:] = maximum_spanning_tree(scores, multi_root=multi_root)
    return heads[:, 1:]


def _linear_map(linear: nn.Module) -> _Map:
    """Return the map of a linear layer."""
    layer = cast(nn.Linear, linear)
    return _Map(layer.weight.t(), layer.bias)


def _lstm_maps(lstm: BiLSTM) -> list[_Map]:
    """Return what the two directions of an LSTM make of their inputs, both biases included."""
    return [
        _Map(
            cast(Tensor, cells.weight_ih_l0).t(),
            cast(Tensor, cells.bias_ih_l0) + cast(Tensor, cells.bias_hh_l0),
        )
        for cells in (lstm.ahead, lstm.back)
    ]


class _FirstMap:
    """Map the inputs of a branch: once what no variant changes, and what each takes away.

    Parameters
    ----------
    linear
        The map of all inputs: word representation, reduced POS features, reduced chunk features.
    columns
        What each variant lacks in T_pos, `[reduced, variants]`.
    n_chunk
        Size of the reduced chunk features, 0 when they are not read.
    """

    def __init__(self, linear: _Map, columns: Tensor, n_chunk: int) -> None:
        n_known = len(linear.weight) - n_chunk
        self.known = _Map(linear.weight[:n_known], linear.bias)
        self.taken = columns.t() @ linear.weight[n_known - len(columns) : n_known]
        self.chunk = linear.weight[n_known:]

    def drive(self, inputs: _Inputs) -> Drive:
        """Return the map of some inputs, position by position."""
        n_positions, n_sentences = inputs.known.shape[:2]
        known = torch.addmm(self.known.bias, inputs.known.flatten(0, 1), self.known.weight)
        known = known.view(n_positions, n_sentences, 1, -1)
        taken = self.taken[inputs.variants]

        def at(position: int) -> Tensor:
            value = torch.addcmul(
                known[position], inputs.taken[position][:, :, None], taken, value=-1
            ).flatten(0, 1)
            return (
                value if inputs.chunk is None else value.addmm_(inputs.chunk[position], self.chunk)
            )

        return at


def _follow(linear: _Map, inputs: Tensor) -> Drive:
    """Return the map of inputs `[positions, rows, inputs]`, position by position."""
    return lambda position: torch.addmm(linear.bias, inputs[position], linear.weight)


def _add_root(inputs: _Inputs, root: Tensor) -> _Inputs:
    """Put the artificial root, which no variant changes, before the words."""
    n_known = inputs.known.shape[2]
    known = root[:n_known].expand(1, inputs.known.shape[1], -1)
    chunk = None
    if inputs.chunk is not None:
        chunk = torch.cat([root[n_known:].expand(1, inputs.chunk.shape[1], -1), inputs.chunk])
    return replace(
        inputs,
        known=torch.cat([known, inputs.known]),
        taken=F.pad(inputs.taken, (0, 0, 0, 0, 1, 0)),
        chunk=chunk,
    )


def _run_lstm(lstm: BiLSTM, ahead: Drive, back: Drive, n_positions: int) -> Tensor:
    """Run both directions, `[positions, rows, 2 * hidden]`.

    By hand, because the library's LSTM computes the products with its inputs itself, and here most
    of them are known.
    """
    hidden_dim = lstm.ahead.hidden_size
    outputs = torch.empty(0)
    directions: tuple[tuple[nn.LSTM, Drive, Iterable[int]], ...] = (
        (lstm.ahead, ahead, range(n_positions)),
        (lstm.back, back, reversed(range(n_positions))),
    )
    for direction, (cells, drive, positions) in enumerate(directions):
        weight = cast(Tensor, cells.weight_hh_l0).t()
        place = slice(direction * hidden_dim, (direction + 1) * hidden_dim)
        hidden = cell = None
        for position in positions:
            gates = drive(position)
            if hidden is None or cell is None:
                if direction == 0:
                    outputs = gates.new_empty(n_positions, len(gates), 2 * hidden_dim)
                initial = gates.new_zeros(2, hidden_dim)
                if lstm.initial is not None:
                    initial = lstm.initial[direction]
                hidden, cell = initial[:, None].expand(-1, len(gates), -1).clone()
            gates.addmm_(hidden, weight)
            entered, kept, candidate, shown = gates.chunk(4, dim=1)
            gates[:, : 2 * hidden_dim].sigmoid_()
            cell.mul_(kept).addcmul_(entered, candidate.tanh_())
            hidden = torch.mul(shown.sigmoid_(), cell.tanh(), out=outputs[position, :, place])
    return outputs


class _Relations:
    """Find the best relation of arcs, in full only where that is needed.

    Let `d` and `h` be the projections of a dependent and its head in one variant, and `d0`, `h0`
    those in another with the same arc. The score `h' W d` of a relation differs from
    `h' W d0 + h0' W d - h0' W d0`, which costs little once the products with d0 and h0 are known,
    by `(d - d0)' W (h - h0)`, at most `|d - d0| |W| |h - h0|`. Where the best relation leads by
    more than that can make up for, it is the best; elsewhere all scores are computed.

    Parameters
    ----------
    parser
        The parser.
    """

    def __init__(self, parser: BiaffineParser) -> None:
        self._parser, self._label = parser, parser.label
        # What all relations have in common decides nothing.
        own = self._label.weight[:, :-1, :-1]
        own = own - own.mean(dim=0)
        self._bound = 2.0 * float(torch.linalg.matrix_norm(own, ord=2).max())

    def predict(self, features: Tensor, heads: Tensor) -> Tensor:
        """Return the relations of one sentence, `[variants, words]`.

        Parameters
        ----------
        features
            `[variants, 1 + words, features]`.
        heads
            `[variants, words]`.
        """
        dependents = self._project(self._label.dependent, features[:, 1:])
        all_heads = self._project(self._label.head, features)
        # The last variant stands for all: usually their trees are the same.
        same = heads[-1]
        chosen = all_heads[:, same]
        d0, h0 = dependents[-1], chosen[-1]
        weight = self._label.weight
        by_head = torch.einsum("ldh,wd->whl", weight, d0)
        by_dependent = torch.einsum("ldh,wh->wdl", weight, h0)
        both = torch.einsum("whl,wh->wl", by_head, h0)
        scores = torch.bmm(chosen.transpose(0, 1), by_head)
        scores = scores.baddbmm_(dependents.transpose(0, 1), by_dependent).sub_(both[:, None])
        best, rels = self._parser.possible_rels(scores, same[:, None]).topk(2, dim=-1)
        unknown = (dependents - d0).norm(dim=-1) * (chosen - h0).norm(dim=-1) * self._bound
        resolved = (best[..., 0] - best[..., 1]).t() > unknown + SLACK
        resolved &= heads == same
        found = rels[..., 0].t().contiguous()
        variants, words = (~resolved).nonzero(as_tuple=True)
        for part in parts(len(variants), PAIRS):
            places = variants[part], words[part]
            half = weight.flatten(0, 1) @ all_heads[places[0], heads[places]].t()
            half = half.view(*weight.shape[:2], -1)
            full = half.mul_(dependents[places].t()).sum(dim=1).t()
            found[places] = self._parser.possible_rels(full, heads[places]).argmax(dim=-1)
        return found

    def _project(self, linear: nn.Linear, positions: Tensor) -> Tensor:
        """Return projections with a 1 appended, as the biaffine makes them in evaluation mode."""
        return F.pad(F.relu(linear(positions)), (0, 1), value=1.0)
