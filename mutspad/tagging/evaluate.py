"""Score a pipeline on gold sentences."""

from collections.abc import Sequence

from mutspad.data.sentence import Sentence
from mutspad.evaluation.attachment import clas
from mutspad.evaluation.score import score_layers
from mutspad.tagging.pipeline import Pipeline
from mutspad.tasks import Scheme


def evaluate(pipeline: Pipeline, gold: Sequence[Sentence]) -> dict[str, dict[str, float]]:
    """Predict on gold tokens and score each task on the sentences that have its gold layer.

    Returns
    -------
    dict
        Task -> metric -> value in per cent, as `score_layers` has them, and `clas` for trees.
    """
    documents = pipeline([sentence.words for sentence in gold])
    predicted = [
        document.to_sentence(sentence.id)
        for sentence, document in zip(gold, documents, strict=True)
    ]
    scores = {}
    for task in pipeline.tasks:
        pairs = [pair for pair in zip(gold, predicted, strict=True) if task in pair[0].layers]
        if not pairs:
            continue
        wanted, given = (list(side) for side in zip(*pairs, strict=True))
        scores[str(task)] = score_layers(task, wanted, given)
        if task.spec.scheme is Scheme.TREE:
            layers = [each.layers[task] for side in (wanted, given) for each in side]
            heads, rels = [layer.heads or () for layer in layers], [each.labels for each in layers]
            count = len(wanted)
            scores[str(task)]["clas"] = clas(
                heads[:count], rels[:count], heads[count:], rels[count:]
            )
    return scores
