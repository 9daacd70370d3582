"""Annotate sentences with a trained model."""

from collections.abc import Mapping, Sequence

from mutspad.data.batching import VectorSource, collate, encode
from mutspad.data.buckets import word_batches
from mutspad.data.labels import iob1_to_iob2
from mutspad.data.sentence import Layer, Origin, Sentence
from mutspad.data.vocab import Vocabulary
from mutspad.models.checkpoint import LoadedModel
from mutspad.models.fast.forms import encode_forms
from mutspad.models.mutspad import MuTSPad, Prediction
from mutspad.tasks import Scheme, Task
from mutspad.training.device import place_model

BATCH_WORDS = 1024
"""Words that are predicted at once, padding included.

Training is bound to the batches of the paper, prediction is not: products of more rows are nearer
to the peak of a processor. Beyond some thousand words nothing is gained and memory grows.
"""


def annotate(
    model: MuTSPad,
    vocabulary: Vocabulary,
    sentences: Sequence[Sentence],
    tasks: Sequence[Task],
    *,
    multi_root: bool,
    contextual: VectorSource | None = None,
    batch_words: int = BATCH_WORDS,
) -> list[Sentence]:
    """Predict layers of sentences; the layers they already carry are neither read nor kept.

    Chunks and entities come out as valid IOB2: an `I-` that continues nothing becomes `B-`. That is
    how `conlleval` counts it, so no score changes. The model is in evaluation mode afterwards.

    Parameters
    ----------
    model, vocabulary
        A trained model, on the device that is to compute, and its vocabulary.
    sentences
        The sentences to annotate.
    tasks
        The layers to predict; tasks of the model.
    multi_root
        Whether a tree may have several roots.
    contextual
        The cached vectors of the model's contextual encoder, if it reads any.
    batch_words
        Most words of a batch, padding included; sentences of similar length go together.

    Returns
    -------
    list[Sentence]
        In the order of the input, each with a silver layer of each task and no other.

    Raises
    ------
    ValueError
        When the model lacks a task or a sentence has no words.
    EncoderError
        When the cache does not hold a sentence.
    """
    encoded = [encode(vocabulary, sentence, contextual=contextual) for sentence in sentences]
    form_states = encode_forms(model, vocabulary, (rows.forms for rows in encoded))
    annotated = list(sentences)
    for indices in word_batches([len(rows) for rows in encoded], batch_words):
        rows = [encoded[index] for index in indices]
        batch = collate(vocabulary, rows, form_states).to(model.device)
        predictions = model.predict(batch, tasks, multi_root=multi_root)
        for place, index in enumerate(indices):
            layers = {
                task: to_layer(task, predictions[task][place], vocabulary.labels[task])
                for task in tasks
            }
            bare = Sentence(sentences[index].id, sentences[index].words)
            annotated[index] = bare.with_layers(layers)
    return annotated


def annotate_corpora(
    loaded: LoadedModel,
    corpora: Mapping[Task, Sequence[Sentence]],
    *,
    multi_root: bool,
    contextual: VectorSource | None = None,
) -> dict[Task, list[Sentence]]:
    """Predict each task on the sentences of its own corpus, on the model's device.

    Parameters
    ----------
    loaded
        A model from its files.
    corpora
        Task of the model -> sentences.
    multi_root, contextual
        As for `annotate`.
    """
    model = place_model(loaded)
    return {
        task: annotate(
            model,
            loaded.vocabulary,
            sentences,
            [task],
            multi_root=multi_root,
            contextual=contextual,
        )
        for task, sentences in corpora.items()
    }


def to_layer(task: Task, prediction: Prediction, names: Sequence[str]) -> Layer:
    """Convert one head's output to a layer."""
    labels = [names[row] for row in prediction.labels]
    if task.spec.scheme is Scheme.IOB2:
        labels = iob1_to_iob2(labels)
    heads = None if prediction.heads is None else tuple(prediction.heads)
    return Layer(tuple(labels), Origin.SILVER, heads)
