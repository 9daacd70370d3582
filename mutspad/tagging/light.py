"""A trained model by numpy alone: the prediction of `mutspad.models.mutspad` without torch.

Importing torch takes most of the time to the first tagged tweet, and small layers gain nothing from
it. A test keeps the two equal.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from mutspad.config.params import Run
from mutspad.data.buckets import word_batches
from mutspad.data.labels import ROOT_RELATION, iob1_to_iob2
from mutspad.data.sentence import Layer, Origin, Sentence
from mutspad.data.vocab import PAD_ID, Vocabulary
from mutspad.models.description import open_description
from mutspad.models.hierarchy import needed_tasks, read_tasks
from mutspad.models.mst import maximum_spanning_tree
from mutspad.tasks import Scheme, Task

Array = NDArray[np.float32]
Rows = NDArray[np.int64]
Weights = Mapping[str, Array]

_CHARACTERS = 8192
"""Characters that are read at once, padding included."""
_ARCS = 128
"""Arcs whose relations are scored at once: more would not fit a processor's cache."""


class LightModel:
    """Predict all layers of sentences.

    Parameters
    ----------
    run, vocabulary
        Those of the model.
    weights
        Its weights by their names, in single precision.
    """

    def __init__(self, run: Run, vocabulary: Vocabulary, weights: Weights) -> None:
        self.run, self.vocabulary = run, vocabulary
        self._weights = weights
        end = ".ahead.weight_ih_l0"
        self._lstms = {
            name.removesuffix(end): _BiLSTM(weights, name.removesuffix(end))
            for name in weights
            if name.endswith(end)
        }

    @classmethod
    def load(cls, folder: Path) -> "LightModel":
        """Read a model without contextual vectors from a folder.

        Raises
        ------
        CheckpointError
            When a file is missing or damaged, or the weights are not those of the description.
        """
        description = open_description(folder)
        numbers = {
            name: value.astype(np.float32)
            for name, value in load_file(description.find_weights(folder)).items()
            if np.issubdtype(value.dtype, np.floating)
        }
        return cls(description.run, description.vocabulary, numbers)

    def annotate(self, sentences: Sequence[Sentence], batch_words: int) -> list[Sentence]:
        """Predict every layer of the model; layers that sentences carry are not kept.

        Parameters
        ----------
        sentences
            Sentences with at least one word.
        batch_words
            Most words of a batch, padding included; sentences of similar length go together.
        """
        forms = dict.fromkeys(word for each in sentences for word in each.words)
        place = {form: row for row, form in enumerate(forms)}
        represented = self._represent(list(forms))
        annotated = list(sentences)
        for indices in word_batches([*map(len, sentences)], batch_words):
            batch = [sentences[index] for index in indices]
            rows, lens = _pad([[place[word] for word in each.words] for each in batch])
            layers = self._predict(represented[rows], lens)
            for number, index in enumerate(indices):
                bare = Sentence(batch[number].id, batch[number].words)
                annotated[index] = bare.with_layers(
                    {task: found[number] for task, found in layers.items()}
                )
        return annotated

    def _represent(self, forms: Sequence[str]) -> Array:
        """Return the word representation of distinct forms, `[forms, dim]`."""
        vocabulary, weights = self.vocabulary, self._weights
        lstm, states = self._lstms["encoder.char_lstm"], []
        order: list[int] = []
        for indices in word_batches([*map(len, forms)], _CHARACTERS):
            chars, lens = _pad([vocabulary.char_ids(forms[index]) for index in indices])
            states.append(lstm.read(weights["encoder.chars.weight"][chars], lens)[1])
            order += indices
        of_chars = np.empty((len(forms), lstm.output_dim), dtype=np.float32)
        if states:
            of_chars[order] = np.concatenate(states)
        words = np.array([vocabulary.word_id(form) for form in forms], dtype=np.int64)
        table = weights["encoder.words.weight"]
        parts = [table[words]]
        if self.run.model.both_cases:
            parts.append(table[np.array(vocabulary.lower_rows)[words]])
        return np.concatenate([*parts, of_chars], axis=1)

    def _predict(self, shared: Array, lens: Rows) -> dict[Task, list[Layer]]:
        """Return the layers of a batch, from its word representation `[batch, words, dim]`."""
        branches = self.vocabulary.labels
        features: dict[Task, Array] = {}
        reduced: dict[Task, Array] = {}
        layers: dict[Task, list[Layer]] = {}
        for task in needed_tasks(self.run.tasks, branches):
            lower_tasks = read_tasks(task, branches)
            for lower in lower_tasks:
                if lower not in reduced:
                    reduced[lower] = self._linear(f"reductions.{lower}", features[lower])
            inputs = np.concatenate([shared, *(reduced[lower] for lower in lower_tasks)], axis=-1)
            if task is Task.DEP:
                layers[task] = self._parse(inputs, lens)
            else:
                features[task], _ = self._lstms[f"heads.{task.branch}.lstm"].read(inputs, lens)
                if task not in self.run.tasks:
                    continue
                best = self._linear(f"heads.{task.branch}.classifier", features[task]).argmax(
                    axis=-1
                )
                layers[task] = [
                    self._to_layer(task, row[:length])
                    for row, length in zip(best.tolist(), lens.tolist(), strict=True)
                ]
        return layers

    def _parse(self, inputs: Array, lens: Rows) -> list[Layer]:
        """Return the trees of a batch."""
        root = self._weights["heads.dep.root"]
        outputs = np.concatenate(
            [np.broadcast_to(root, (len(inputs), 1, len(root))), inputs], axis=1
        )
        lens = lens + 1
        for layer in range(self.run.model.parser.layers):
            name = f"heads.dep.lstm.{{}}.{layer}"
            gate = _sigmoid(self._linear(name.format("gates"), outputs))
            highway = np.tanh(self._linear(name.format("highways"), outputs))
            read, _ = self._lstms[name.format("lstms")].read(outputs, lens)
            outputs = read + gate * highway
        scores = self._score_arcs(outputs, lens)
        trees = [
            maximum_spanning_tree(scores[number, :length, :length], multi_root=self.run.multi_root)
            for number, length in enumerate(lens.tolist())
        ]
        best = self._label_arcs(outputs, trees)
        ends = np.cumsum(lens - 1).tolist()
        return [
            self._to_layer(Task.DEP, best[end - len(tree) : end], tuple(tree.tolist()))
            for tree, end in zip(trees, ends, strict=True)
        ]

    def _label_arcs(self, outputs: Array, trees: Sequence[Rows]) -> list[int]:
        """Choose the relation of every word of a batch, one sentence behind the other."""
        dependents, governors = self._project("label", outputs)
        heads = np.concatenate(trees)
        sentences = np.repeat(np.arange(len(trees)), [*map(len, trees)])
        words = np.concatenate([np.arange(1, len(tree) + 1) for tree in trees])
        weight = self._weights["heads.dep.label.weight"]
        flat = weight.reshape(-1, weight.shape[-1]).T
        scores = np.empty((len(heads), len(weight)), dtype=np.float32)
        for start in range(0, len(heads), _ARCS):
            part = slice(start, start + _ARCS)
            halves = governors[sentences[part], heads[part]] @ flat
            of_words = dependents[sentences[part], words[part], :, None]
            scores[part] = (halves.reshape(-1, *weight.shape[:2]) @ of_words)[..., 0]
        names = self.vocabulary.labels[Task.DEP]
        if ROOT_RELATION in names:
            is_root = np.arange(len(names)) == names.index(ROOT_RELATION)
            scores[is_root != (heads == 0)[:, None]] = -math.inf
        best: list[int] = scores.argmax(axis=1).tolist()
        return best

    def _score_arcs(self, outputs: Array, lens: Rows) -> Array:
        """Return the scores of all arcs, `[batch, dependents, heads]`; -inf where none may be."""
        places = np.arange(outputs.shape[1])
        offset = (places[None, :] - places[:, None]).astype(np.float32)
        side = -np.logaddexp(0, -self._score_pairs("linearisation", outputs) * np.sign(offset))
        expected = 1 + np.logaddexp(0, self._score_pairs("distance", outputs))
        distance = -np.log(np.square(np.abs(offset) - expected) / 2 + 1)
        scores: Array = self._score_pairs("arc", outputs) + (side + distance)
        scores[(offset == 0) | (places >= lens[:, None])[:, None, :]] = -math.inf
        return scores

    def _score_pairs(self, name: str, outputs: Array) -> Array:
        """Return a biaffine score of all pairs, `[batch, dependents, heads]`."""
        dependents, governors = self._project(name, outputs)
        halves = governors @ self._weights[f"heads.dep.{name}.weight"][0].T
        scores: Array = dependents @ halves.transpose(0, 2, 1)
        return scores

    def _project(self, name: str, outputs: Array) -> tuple[Array, Array]:
        """Return projections of dependents and heads with a 1 appended, `[..., dim + 1]`."""
        ones = np.ones((*outputs.shape[:-1], 1), dtype=np.float32)
        dependents, heads = (
            np.concatenate(
                [np.maximum(self._linear(f"heads.dep.{name}.{side}", outputs), 0), ones], axis=-1
            )
            for side in ("dependent", "head")
        )
        return dependents, heads

    def _linear(self, name: str, inputs: Array) -> Array:
        """Apply a linear layer."""
        # One product of two matrices: numpy would make one a sentence.
        rows: Array = inputs.reshape(-1, inputs.shape[-1]) @ self._weights[f"{name}.weight"].T
        rows += self._weights[f"{name}.bias"]
        return rows.reshape(*inputs.shape[:-1], -1)

    def _to_layer(
        self, task: Task, rows: Sequence[int], heads: tuple[int, ...] | None = None
    ) -> Layer:
        """Name the labels of a sentence; chunks and entities become valid IOB2."""
        names = self.vocabulary.labels[task]
        labels = [names[row] for row in rows]
        if task.spec.scheme is Scheme.IOB2:
            labels = iob1_to_iob2(labels)
        return Layer(tuple(labels), Origin.SILVER, heads)


class _BiLSTM:
    """Read sequences in both directions, shorter ones first: at each place, those that reach it.

    Gates that are sigmoids come first and halved, as a sigmoid is `(tanh(x / 2) + 1) / 2`: one
    `tanh` then serves all four.
    """

    def __init__(self, weights: Weights, name: str) -> None:
        sides = [f"{name}.ahead", f"{name}.back"]
        hidden = weights[f"{sides[0]}.weight_hh_l0"].shape[1]
        self._hidden = hidden
        self.output_dim = 2 * hidden
        inner, forget, cell, outer = np.arange(4 * hidden).reshape(4, -1)
        order = np.concatenate([inner, forget, outer, cell])
        scale = np.where(np.arange(4 * hidden) < 3 * hidden, 0.5, 1).astype(np.float32)
        self._sides = [
            (
                weights[f"{side}.weight_ih_l0"][order].T * scale,
                (weights[f"{side}.bias_ih_l0"] + weights[f"{side}.bias_hh_l0"])[order] * scale,
                weights[f"{side}.weight_hh_l0"][order].T * scale,
            )
            for side in sides
        ]
        zeros = np.zeros((2, 2, hidden), dtype=np.float32)
        self._initial = weights.get(f"{name}.initial", zeros)

    def read(self, inputs: Array, lens: Rows) -> tuple[Array, Array]:
        """Read sequences, sorted by length.

        Returns
        -------
        outputs
            `[batch, words, 2 * hidden]`; zero at padding.
        ends
            Where each direction ends, `[batch, 2 * hidden]`.
        """
        batch, width, dim = inputs.shape
        hidden = self._hidden
        outputs = np.zeros((batch, width, 2, hidden), dtype=np.float32)
        ends = np.repeat(self._initial[None, :, 0], batch, axis=0)
        first = np.searchsorted(lens, np.arange(width), side="right").tolist()
        for side, (weight, bias, recurrent) in enumerate(self._sides):
            gates = (inputs.reshape(-1, dim) @ weight + bias).reshape(batch, width, -1)
            state = ends[:, side]
            cell = np.repeat(self._initial[side, 1][None], batch, axis=0)
            for place in range(width) if side == 0 else reversed(range(width)):
                active = slice(first[place], batch)
                gate = state[active] @ recurrent
                gate += gates[active, place]
                np.tanh(gate, out=gate)
                gate[:, : 3 * hidden] += 1
                new = cell[active]
                new *= gate[:, hidden : 2 * hidden]
                new += gate[:, :hidden] * gate[:, 3 * hidden :]
                new *= 0.5
                reached = np.tanh(new)
                reached *= gate[:, 2 * hidden : 3 * hidden]
                reached *= 0.5
                state[active] = reached
                outputs[active, place, side] = reached
        return outputs.reshape(batch, width, -1), ends.reshape(batch, -1)


def _sigmoid(values: Array) -> Array:
    """Return the logistic function."""
    halves: Array = np.tanh(values * 0.5)
    halves += 1
    halves *= 0.5
    return halves


def _pad(rows: Sequence[Sequence[int]]) -> tuple[Rows, Rows]:
    """Stack rows of different lengths, `[rows, longest]`, and count them, `[rows]`."""
    lens = np.array([*map(len, rows)], dtype=np.int64)
    padded = np.full((len(rows), lens.max()), PAD_ID, dtype=np.int64)
    for line, row in zip(padded, rows, strict=True):
        line[: len(row)] = row
    return padded, lens
