"""Score predicted layers against gold layers, task by task; no model is needed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mutspad.config.params import Run
from mutspad.data.sentence import Layer, Sentence
from mutspad.errors import MutspadError
from mutspad.evaluation.alignment import pair_layers
from mutspad.evaluation.attachment import attachment, to_single_root
from mutspad.evaluation.span_f1 import span_f1
from mutspad.tasks import Scheme, Task

DECIMALS = 4

Labels = list[tuple[str, ...]]
Heads = list[tuple[int, ...]]


def score_layers(
    task: Task, gold: Sequence[Sentence], predicted: Sequence[Sentence]
) -> dict[str, float]:
    """Score one task's layer of a split.

    Returns
    -------
    dict
        In per cent: `accuracy` (POS); `f1`, `precision`, `recall` (chunks, entities); `las`, `uas`,
        `las_full` (dependencies); and the counts `words` and `sentences`.

    Raises
    ------
    MutspadError
        When the sentences are not the same, or a layer is missing or, on the gold side, silver.
    """
    gold_layers, layers = pair_layers(task, gold, predicted)
    scores = _SCORERS[task.spec.scheme](gold_layers, layers)
    return {**scores, "words": sum(map(len, gold)), "sentences": len(gold)}


def score_single_root(
    gold_fixed: Sequence[Sentence], predicted: Sequence[Sentence]
) -> dict[str, float]:
    """Score predicted trees, turned into single-root trees, against single-root references.

    Returns
    -------
    dict
        `las_single_root` and `uas_single_root`, in per cent. The references have no subtypes.

    Raises
    ------
    MutspadError
        When the sentences are not the same, or a layer is missing or, on the gold side, silver.
    """
    gold_layers, layers = pair_layers(Task.DEP, gold_fixed, predicted)
    fixed = [
        Layer(labels, layer.origin, heads)
        for layer in layers
        for heads, labels in [to_single_root(_heads_of(layer), layer.labels)]
    ]
    scores = _score_trees(gold_layers, fixed)
    return {"las_single_root": scores["las"], "uas_single_root": scores["uas"]}


def build_scores(
    run: Run,
    seed: int,
    n_parameters: int,
    scores: Mapping[Task, Mapping[str, Mapping[str, float]]],
) -> dict[str, Any]:
    """Build what `scores/<model>/seed<k>.json` holds.

    Parameters
    ----------
    run
        The resolved parameters of the model.
    seed
        The seed of the model.
    n_parameters
        How many trainable numbers the model has.
    scores
        Task -> split -> metric -> value.
    """
    return {
        "run": run.name,
        "seed": seed,
        "experiment": run.experiment,
        "parameters": n_parameters,
        "config": run.model_dump(mode="json"),
        "scores": {
            str(task): {
                split: {metric: round(value, DECIMALS) for metric, value in metrics.items()}
                for split, metrics in splits.items()
            }
            for task, splits in scores.items()
        },
    }


def _labels(layers: Sequence[Layer]) -> Labels:
    """Return the labels of every sentence."""
    return [layer.labels for layer in layers]


def _heads_of(layer: Layer) -> tuple[int, ...]:
    """Return the heads of a dependency layer."""
    if layer.heads is None:
        raise MutspadError("dep: expected a layer with heads, found labels only")
    return layer.heads


def _score_tags(gold: Sequence[Layer], predicted: Sequence[Layer]) -> dict[str, float]:
    """Compute the percentage of words with the right label."""
    hits = [
        wanted == given
        for gold_layer, layer in zip(gold, predicted, strict=True)
        for wanted, given in zip(gold_layer.labels, layer.labels, strict=True)
    ]
    return {"accuracy": 100 * sum(hits) / len(hits)}


def _score_spans(gold: Sequence[Layer], predicted: Sequence[Layer]) -> dict[str, float]:
    """Score chunks or entities."""
    return span_f1(_labels(gold), _labels(predicted))._asdict()


def _score_trees(gold: Sequence[Layer], predicted: Sequence[Layer]) -> dict[str, float]:
    """Score dependency trees."""
    gold_heads: Heads = [_heads_of(layer) for layer in gold]
    heads: Heads = [_heads_of(layer) for layer in predicted]
    return attachment(gold_heads, _labels(gold), heads, _labels(predicted))._asdict()


_SCORERS: Mapping[Scheme, Callable[[Sequence[Layer], Sequence[Layer]], dict[str, float]]] = {
    Scheme.PLAIN: _score_tags,
    Scheme.IOB2: _score_spans,
    Scheme.TREE: _score_trees,
}
