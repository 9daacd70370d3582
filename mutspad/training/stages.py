"""The two stages: train from random weights, or adapt a trained parent (paper 4.1)."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch

from mutspad.config.base import TRAINED_PHASES, Precision
from mutspad.config.params import Run
from mutspad.data.batching import encode
from mutspad.data.contextual import ContextualVectors
from mutspad.data.labels import OUTSIDE, shared_label_pairs
from mutspad.data.lexicon import Lexicon
from mutspad.data.sentence import Sentence
from mutspad.data.vocab import PAD, UNK, Vocabulary
from mutspad.errors import CheckpointError
from mutspad.models.adversarial import DomainDiscriminator
from mutspad.models.checkpoint import LoadedModel
from mutspad.models.contextual import ContextualWords
from mutspad.models.hierarchy import needed_tasks
from mutspad.models.mutspad import MuTSPad
from mutspad.models.transformer import HuggingFaceEncoder
from mutspad.tasks import Scheme, Task
from mutspad.training.adversarial import Adversary
from mutspad.training.device import resolve_auto
from mutspad.training.loop import EpochRecord, TrainingError, TrainingSet, fit
from mutspad.training.resume import Checkpoint
from mutspad.training.seeding import seed_everything

logger = logging.getLogger(__name__)

WORD_ROWS = "encoder.words.weight"
CHAR_ROWS = "encoder.chars.weight"
SPECIAL = (PAD, UNK)


@dataclass(frozen=True, slots=True, eq=False)
class FittedRun:
    """A trained model with its vocabulary and training curve.

    Parameters
    ----------
    model, vocabulary, history
        What `fit` gives.
    run
        The run, its device and precision resolved.
    """

    model: MuTSPad
    vocabulary: Vocabulary
    history: list[EpochRecord]
    run: Run


def fit_run(
    run: Run,
    *,
    seed: int,
    train: TrainingSet,
    dev: Mapping[Task, Sequence[Sentence]],
    lexicon: Lexicon,
    parent: LoadedModel | None,
    contextual: ContextualVectors | None = None,
    encoder: HuggingFaceEncoder | None = None,
    unlabelled: Sequence[tuple[str, ...]] = (),
    checkpoint: Checkpoint | None = None,
    measured: Precision | None = None,
) -> FittedRun:
    """Train the model of a run; a run of the phase finetune starts from its parent.

    Parameters
    ----------
    run
        The resolved run.
    seed
        Decides the random weights, the dropout and the order of the sentences.
    train
        One corpus a task, or the unified corpus for a unified run.
    dev
        Gold sentences of each task.
    lexicon
        The words, characters and word vectors of the experiment.
    parent
        The trained parent of a run of the phase finetune, None otherwise.
    contextual
        The cached vectors of a contextual encoder that stays as it is.
    encoder
        The contextual encoder that is trained with the rest.
    unlabelled
        Sentences of the target domain, for an adversarial run.
    checkpoint
        Where the training's state is kept while it runs, and resumed from.
    measured
        What the precision `auto` comes to on this machine; without it, it is measured.

    Raises
    ------
    TrainingError
        When the phase trains nothing, the contextual vectors of the run's encoder are not there, a
        task has no sentences, or training leaves the finite numbers.
    CheckpointError
        When the parent's network is not the run's.
    DeviceError
        When the run, or the checkpoint, asks for a GPU and there is none, or the run for a
        precision that its device has not.
    """
    if run.phase not in TRAINED_PHASES:
        raise TrainingError(
            f"run {run.name}: expected one of the phases {', '.join(TRAINED_PHASES)}, found "
            f"{run.phase}, which trains nothing"
        )
    seed_everything(seed)
    kept = None if checkpoint is None else checkpoint.read()
    run = resolve_auto(run, checkpoint, kept, measured)
    vocabulary = build_vocabulary(
        run.tasks, train, lexicon, known=None if parent is None else parent.vocabulary
    )
    model = build_model(run, vocabulary, lexicon, _build_contextual(run, contextual, encoder))
    if parent is not None:
        initialise_from(parent, model, vocabulary, run.equivalents)
    history = fit(
        run,
        model,
        vocabulary,
        train=train,
        dev=dev,
        seed=seed,
        adversary=_build_adversary(run, model, vocabulary, unlabelled, seed),
        contextual=contextual,
        checkpoint=checkpoint,
        kept=kept,
    )
    return FittedRun(model, vocabulary, history, run)


def _build_contextual(
    run: Run, vectors: ContextualVectors | None, encoder: HuggingFaceEncoder | None
) -> ContextualWords | None:
    """Build the source of the contextual vectors of a run: its cache or its encoder."""
    source = encoder if vectors is None else vectors
    if (source is None) != (run.encoder is None):
        expected = "none" if run.encoder is None else f"those of {run.encoder.name}"
        found = "none" if source is None else f"{source.n_layers} layers of them"
        raise TrainingError(
            f"run {run.name}: contextual vectors: expected {expected}, found {found}"
        )
    if source is None or run.encoder is None:
        return None
    rate, decay = run.encoder.learning_rate or 0.0, run.encoder.layer_decay
    return ContextualWords(source.n_layers, source.dim, encoder, rate, decay)


def _build_adversary(
    run: Run,
    model: MuTSPad,
    vocabulary: Vocabulary,
    unlabelled: Sequence[tuple[str, ...]],
    seed: int,
) -> Adversary | None:
    """Build the discriminator, from random weights, and read the target sentences of a run."""
    if run.adversarial is None:
        return None
    if not unlabelled:
        raise TrainingError(
            f"run {run.name}: expected sentences of {run.adversarial.target}, found none"
        )
    encoded = [encode(vocabulary, Sentence("", words)) for words in unlabelled]
    discriminator = DomainDiscriminator(model.feature_dim(run.tasks[0]), run.adversarial.hidden)
    return Adversary(discriminator, run.adversarial, encoded, seed)


def build_vocabulary(
    tasks: Sequence[Task], train: TrainingSet, lexicon: Lexicon, *, known: Vocabulary | None = None
) -> Vocabulary:
    """Build the vocabulary: words and characters that the model can learn, and labels.

    A word counts when it has a pretrained vector, stands in the run's own training set or is known
    to the parent; any other would be a random row that training never moves, where the row of
    unknown words is a better answer.

    Parameters
    ----------
    tasks, train
        The run's tasks and what it trains on.
    lexicon
        The words and characters of the experiment.
    known
        The parent's vocabulary, or None.
    """
    corpora = train.values() if isinstance(train, Mapping) else [train]
    forms = {word for corpus in corpora for sentence in corpus for word in sentence.words}
    words = {key for form in forms for key in lexicon.keys(form)}
    chars = {char for form in forms for char in form}
    if known is not None:
        words.update(known.words[len(SPECIAL) :])
        chars.update(known.chars[len(SPECIAL) :])
    vectors = dict(zip(lexicon.words, lexicon.has_vector.tolist(), strict=True))
    # A branch that the parent's others read stays where the run has no corpus of its task.
    branches = [] if known is None else needed_tasks(tasks, known.labels)
    kept = {task: known.labels[task] for task in branches if known and task not in tasks}
    return Vocabulary(
        words=(*SPECIAL, *(word for word in lexicon.words if vectors[word] or word in words)),
        chars=(*SPECIAL, *(char for char in lexicon.chars if char in chars)),
        labels={
            task: collect_labels(task, train.get(task, ()) if isinstance(train, Mapping) else train)
            for task in tasks
        }
        | kept,
        lowercase=lexicon.lowercase,
    )


def collect_labels(task: Task, sentences: Iterable[Sentence]) -> tuple[str, ...]:
    """Collect the labels of a task, sorted; `O` comes first for chunks and entities.

    Raises
    ------
    TrainingError
        When no sentence has a layer of the task.
    """
    labels = {
        label
        for sentence in sentences
        if task in sentence.layers
        for label in sentence.layers[task].labels
    }
    if not labels:
        raise TrainingError(f"{task}: expected training sentences with labels, found none")
    return tuple(
        sorted(
            labels, key=lambda label: (task.spec.scheme is Scheme.IOB2 and label != OUTSIDE, label)
        )
    )


def build_model(
    run: Run, vocabulary: Vocabulary, lexicon: Lexicon, contextual: ContextualWords | None = None
) -> MuTSPad:
    """Build the network of a run: random weights, and word vectors where the lexicon has them."""
    model = MuTSPad(
        params=run.model,
        tasks=run.tasks,
        vocabulary=vocabulary,
        word_dim=lexicon.dim,
        contextual=contextual,
        replaces_words=run.replaces_words,
    )
    if lexicon.vectors is not None and model.encoder is not None:
        index = {word: row for row, word in enumerate(lexicon.words)}
        rows = [index[word] for word in vocabulary.words[len(SPECIAL) :]]
        matrix = torch.zeros(len(vocabulary.words), lexicon.dim)
        matrix[len(SPECIAL) :] = torch.from_numpy(lexicon.vectors[rows])
        has_vector = torch.zeros(len(vocabulary.words), dtype=torch.bool)
        has_vector[len(SPECIAL) :] = torch.from_numpy(lexicon.has_vector[rows])
        model.encoder.load_vectors(matrix, has_vector)
    return model


def initialise_from(
    parent: LoadedModel,
    child: MuTSPad,
    vocabulary: Vocabulary,
    equivalents: Mapping[Task, Mapping[str, str]],
) -> None:
    """Start a child's weights from its parent's (paper 4.1).

    Every parameter that both have is copied whole, with two exceptions: of the classifiers only the
    rows of labels that both tag sets share, of the embeddings only the rows of words and characters
    that both know. What the parent lacks keeps its random weights.

    Parameters
    ----------
    parent
        The trained parent.
    child, vocabulary
        The model to start, and its vocabulary.
    equivalents
        For each task: target label type -> source label type, beside labels that are equal.

    Raises
    ------
    CheckpointError
        When a parameter of the two has different sizes beyond its rows.
    """
    known = parent.vocabulary
    rows = {
        WORD_ROWS: _shared_rows(known.words, vocabulary.words),
        CHAR_ROWS: _shared_rows(known.chars, vocabulary.chars),
    }
    for task, names in child.classifier_rows().items():
        if task not in known.labels:
            continue
        pairs = shared_label_pairs(
            known.labels[task], vocabulary.labels[task], equivalents.get(task, {})
        )
        logger.info(
            "%s: %d of %d labels start from the parent's",
            task,
            len(pairs),
            len(vocabulary.labels[task]),
        )
        rows.update(dict.fromkeys(names, pairs))
    sources = dict(parent.model.named_parameters())
    with torch.no_grad():
        for name, target in child.named_parameters():
            source = sources.get(name)
            if source is None:
                continue
            fixed = 1 if name in rows else 0
            if source.shape[fixed:] != target.shape[fixed:]:
                raise CheckpointError(
                    f"parent {parent.run.name}, {name}: expected shape {list(target.shape)}, found "
                    f"{list(source.shape)}"
                )
            if name not in rows:
                target.copy_(source)
            elif rows[name]:
                source_rows, target_rows = map(list, zip(*rows[name], strict=True))
                target[target_rows] = source[source_rows]


def _shared_rows(source: Sequence[str], target: Sequence[str]) -> list[tuple[int, int]]:
    """Pair the rows (source, target) of the strings that both have; padding and unknown first."""
    n_special = len(SPECIAL)
    index = {text: row for row, text in enumerate(source) if row >= n_special}
    special = [(row, row) for row in range(n_special)]
    return special + [
        (index[text], row) for row, text in enumerate(target) if row >= n_special and text in index
    ]
