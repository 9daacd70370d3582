"""A bidirectional language model around an ELMo, to train one of our own (Peters et al., 2018).

Each direction predicts the next word that it reads from the words before; both share the
embeddings of the words that are predicted.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mutspad.config.sections import LanguageModelParams
from mutspad.models.elmo import BEGIN_SENTENCE, END_SENTENCE, Elmo, Lexicon, Reading
from mutspad.models.elmo_format import DIRECTIONS, ElmoOptions

UNKNOWN = ""
"""What stands for rare and unseen words; no word is empty."""
MIN_COUNT = 2
"""Ours: a word that stands once in the training text is unknown as a prediction."""


def elmo_options(params: LanguageModelParams) -> ElmoOptions:
    """Return the options of the ELMo that these parameters size."""
    return ElmoOptions.model_validate(
        {
            "lstm": {
                "n_layers": params.layers,
                "dim": params.dim,
                "projection_dim": params.projection_dim,
                "cell_clip": params.cell_clip,
                "proj_clip": params.proj_clip,
            },
            "char_cnn": {
                "embedding": {"dim": params.char_dim},
                "filters": params.filters,
                "n_highway": params.n_highway,
                "max_characters_per_token": params.max_characters,
                "activation": "relu",
            },
        }
    )


class Outcomes:
    """List what can be predicted (the output vocabulary), the frequent first.

    These are words, borders of sentences and the unknown.

    Parameters
    ----------
    sentences
        The training text.
    """

    def __init__(self, sentences: Iterable[Sequence[str]]) -> None:
        counts: Counter[str] = Counter()
        for words in sentences:
            counts.update(words)
            counts.update((BEGIN_SENTENCE, END_SENTENCE))
        borders = (BEGIN_SENTENCE, END_SENTENCE)
        frequent = {
            word: count for word, count in counts.items() if count >= MIN_COUNT or word in borders
        }
        frequent[UNKNOWN] = max(1, counts.total() - sum(frequent.values()))
        self.words = sorted(frequent, key=lambda word: (-frequent[word], word))
        self.counts = torch.tensor([frequent[word] for word in self.words])
        self._ids = {word: row for row, word in enumerate(self.words)}

    def __len__(self) -> int:
        """Count the outcomes."""
        return len(self.words)

    def id(self, word: str) -> int:
        """Return the row of a word, or of the unknown."""
        return self._ids.get(word, self._ids[UNKNOWN])


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Encoded sentences of a language model.

    Parameters
    ----------
    lexicon
        The words with their character ids; words that are never predicted, too.
    rows
        Rows of the lexicon of each sentence between its borders.
    outcomes
        Row of the prediction that each row of the lexicon is, `[words]`.
    """

    lexicon: Lexicon
    rows: Sequence[Tensor]
    outcomes: Tensor

    @classmethod
    def of(
        cls, sentences: Sequence[Sequence[str]], outcomes: Outcomes, max_characters: int
    ) -> Self:
        """Encode sentences."""
        lexicon = Lexicon.of((word for words in sentences for word in words), max_characters)
        rows = [lexicon.rows(words) for words in sentences]
        return cls(lexicon, rows, torch.tensor([outcomes.id(word) for word in lexicon.index]))


class LogUniform:
    """Draw distinct outcomes, low rows more often: a word's frequency falls with its rank.

    Row k has the probability log((k + 2) / (k + 1)) / log(n + 1), as in TensorFlow's candidate
    sampling, with which ELMo was trained.

    Parameters
    ----------
    n
        The outcomes.
    seed
        Decides the draws.
    """

    def __init__(self, n: int, seed: int) -> None:
        self.n = n
        self._rng = np.random.Generator(np.random.PCG64(seed))
        ranks = torch.arange(n, dtype=torch.float64)
        self.probabilities = torch.log1p(1 / (ranks + 1)) / math.log(n + 1)

    @property
    def state(self) -> dict[str, Any]:
        """Return the state of the random generator, as plain values."""
        return dict(self._rng.bit_generator.state)

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        self._rng.bit_generator.state = state

    def draw(self, count: int) -> tuple[Tensor, Tensor]:
        """Draw distinct rows until there are `count`.

        Returns
        -------
        tuple[Tensor, Tensor]
            The rows, `[count]`, and of every outcome the log of how probably such draws hold it,
            `[n]`.
        """
        drawn = np.empty(0, dtype=np.int64)
        while True:
            more = np.exp(self._rng.random(4 * count) * math.log(self.n + 1)).astype(np.int64) - 1
            drawn = np.concatenate([drawn, np.minimum(more, self.n - 1)])
            rows, places = np.unique(drawn, return_index=True)
            if len(rows) >= count:
                break
        chosen = np.argsort(places)[:count]
        tries = int(places[chosen[-1]]) + 1
        held = -torch.expm1(tries * torch.log1p(-self.probabilities))
        return torch.from_numpy(rows[chosen]), held.log().float()


class LanguageModel(nn.Module):
    """Predict the words of a sentence from those before and from those behind.

    Parameters
    ----------
    params
        The sizes.
    n_outcomes
        How many words can be predicted.
    """

    def __init__(self, params: LanguageModelParams, n_outcomes: int) -> None:
        super().__init__()
        self.elmo = Elmo(elmo_options(params), dropout=params.dropout)
        self.dropout = nn.Dropout(params.dropout)
        # Sparse: a batch touches one outcome in ten.
        self.outcomes = nn.Embedding(n_outcomes, params.projection_dim, sparse=True)
        self.biases = nn.Embedding(n_outcomes, 1, sparse=True)
        self._initialise()

    def sampled_loss(
        self, texts: Texts, batch: Sequence[int], sampler: LogUniform, count: int
    ) -> Tensor:
        """Return the mean loss of a batch against sampled outcomes (Jean et al., 2015), a scalar.

        All predictions of the batch share the samples. A score counts less by the log of how
        probably its outcome stands among the samples; a sample that is the truth itself does not
        count. With as many samples as outcomes, the loss is exact.
        """
        outputs, targets = self._predict(texts, batch)
        if count >= len(self.outcomes.weight):
            everything = torch.arange(len(self.outcomes.weight))
            return F.cross_entropy(self._scores(outputs, everything), targets)
        samples, held = sampler.draw(count)
        # One look-up of distinct rows: the gradient then needs no adding up.
        rows, index = torch.unique(torch.cat([samples, targets]), return_inverse=True)
        vectors, biases = self.outcomes(rows), self.biases(rows)[:, 0] - held[rows]
        drawn, true = index[:count], index[count:]
        hit = (outputs * vectors[true]).sum(dim=1) + biases[true]
        missed = torch.addmm(biases[drawn], outputs, vectors[drawn].T)
        missed = missed.masked_fill(targets[:, None] == samples, -torch.inf)
        losses: Tensor = torch.logaddexp(hit, missed.logsumexp(dim=1)) - hit
        return losses.mean()

    @torch.no_grad()
    def log_likelihood(self, texts: Texts, batch: Sequence[int]) -> Tensor:
        """Return the log-probability of a batch in each direction of reading, `[2]`."""
        outputs, targets = self._predict(texts, batch)
        everything = torch.arange(len(self.outcomes.weight))
        parts = zip(torch.split(outputs, 1024), torch.split(targets, 1024), strict=True)
        logs = [
            -F.cross_entropy(self._scores(some, everything), truth, reduction="none")
            for some, truth in parts
        ]
        return torch.cat(logs).double().view(DIRECTIONS, -1).sum(dim=1)

    def _predict(self, texts: Texts, batch: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return outputs, `[2 * predictions, projection_dim]`, and the rows of what comes next."""
        sentences = sorted((texts.rows[i] for i in batch), key=len, reverse=True)
        words, index = torch.unique(torch.cat(sentences), return_inverse=True)
        vectors = self.elmo.embed(texts.lexicon.characters[words])
        reading = Reading.of([len(rows) for rows in sentences])
        layers = self.elmo.read(vectors[index], reading)
        # A row reads what the row before it in its sentence should have predicted.
        outputs = layers[-1][:, reading.before]
        targets = texts.outcomes[words][index][reading.order[:, len(sentences) :]]
        return self.dropout(outputs.flatten(0, 1)), targets.flatten()

    def _scores(self, outputs: Tensor, rows: Tensor) -> Tensor:
        """Return the scores of some outcomes, `[predictions, rows]`."""
        return torch.addmm(self.biases(rows)[:, 0], outputs, self.outcomes(rows).T)

    def _initialise(self) -> None:
        """Draw weights as ELMo did; biases are zero, but highways begin by carrying."""
        elmo = self.elmo
        for name, weight in elmo.datasets().items():
            kind = name.rsplit("/", maxsplit=1)[-1]
            if kind == "char_embed":
                nn.init.uniform_(weight, -1.0, 1.0)
            elif kind.startswith("W_cnn"):
                nn.init.normal_(weight, std=math.sqrt(2.0 / weight[0, :, :, 0].numel()))
            elif kind in ("W_carry", "W_transform", "W_proj"):
                nn.init.normal_(weight, std=math.sqrt(1.0 / len(weight)))
            elif kind in ("W_0", "W_P_0"):
                nn.init.xavier_uniform_(weight)
            else:
                nn.init.constant_(weight, -2.0 if kind == "b_carry" else 0.0)
        nn.init.normal_(self.outcomes.weight, std=math.sqrt(1.0 / self.outcomes.embedding_dim))
        nn.init.zeros_(self.biases.weight)
