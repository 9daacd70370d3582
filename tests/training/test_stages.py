from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save

from mutspad.data.lexicon import Lexicon
from mutspad.data.sentence import Layer, Sentence
from mutspad.data.vocab import UNK_ID
from mutspad.errors import CheckpointError
from mutspad.models.checkpoint import LoadedModel, load_model, save_model
from mutspad.tasks import TASKS, Task
from mutspad.training.loop import TrainingError
from mutspad.training.predict import annotate
from mutspad.training.stages import (
    build_model,
    build_vocabulary,
    collect_labels,
    fit_run,
    initialise_from,
)


def _bytes(fitted):
    return save(fitted.model.state_dict())


def _relabel(sentences, task, rename):
    return [
        sentence.with_layers(
            {
                task: replace(
                    sentence.layers[task],
                    labels=tuple(map(rename, sentence.layers[task].labels)),
                )
            }
        )
        for sentence in sentences
    ]


def _with_words(lexicon, words, chars):
    return Lexicon(
        words=words,
        chars=chars,
        vectors=None,
        has_vector=lexicon.has_vector[: len(words)],
        lowercase=True,
        source="none",
        substitute_for=None,
        dim=lexicon.dim,
        coverage={},
    )


@pytest.fixture
def parent(make_run, sentences, lexicon):
    """Give an untrained model of another seed: what it holds differs everywhere from a child's."""
    torch.manual_seed(17)
    run = make_run(name="parent", phase="pretrain")
    vocabulary = build_vocabulary(TASKS, sentences, lexicon)
    model = build_model(run, vocabulary, lexicon)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_()
    return LoadedModel(model, vocabulary, run, 17)


def test_labels_are_sorted_with_outside_first(sentences):
    assert collect_labels(Task.NER, sentences) == ("O", "B-LOC", "B-PER", "I-PER")
    assert collect_labels(Task.POS, sentences)[:3] == (".", "CC", "DT")


def test_outside_is_a_common_tag_where_it_is_not_iob():
    sentence = Sentence("a", ("oh", "my")).with_layers({Task.POS: Layer(("O", "A"))})
    assert collect_labels(Task.POS, [sentence]) == ("A", "O")


def test_a_task_without_labels_is_refused(sentences):
    with pytest.raises(TrainingError, match="ner: expected training sentences"):
        collect_labels(Task.NER, [Sentence("a", ("b",))])


def test_a_model_knows_only_words_it_can_have_learnt(sentences, lexicon):
    stranger, pretrained = "zzstranger", "zzpretrained"
    wide = replace(
        lexicon,
        words=(*lexicon.words, pretrained, stranger),
        chars=(*lexicon.chars, "§"),
        vectors=np.vstack([lexicon.vectors, np.ones((2, lexicon.dim), dtype=np.float32)]),
        has_vector=np.array([*lexicon.has_vector, True, False]),
    )
    alone = build_vocabulary(TASKS, sentences, wide)
    assert alone.word_id(stranger) == UNK_ID
    assert alone.word_id(pretrained) != UNK_ID
    assert "§" not in alone.chars
    parent = replace(alone, words=(*alone.words, stranger), chars=(*alone.chars, "§"))
    child = build_vocabulary(TASKS, sentences, wide, known=parent)
    assert child.word_id(stranger) != UNK_ID
    assert "§" in child.chars


def test_vectors_start_the_words_that_have_one(make_run, sentences, lexicon):
    torch.manual_seed(3)
    run = make_run()
    vocabulary = build_vocabulary(TASKS, sentences, lexicon)
    rows = build_model(run, vocabulary, lexicon).encoder.words.weight.detach()
    torch.manual_seed(3)
    fresh = build_model(run, vocabulary, replace(lexicon, vectors=None)).encoder.words.weight
    for word, has, vector in zip(lexicon.words, lexicon.has_vector, lexicon.vectors, strict=True):
        row = vocabulary.word_id(word)
        assert torch.equal(rows[row], torch.from_numpy(vector) if has else fresh[row])
    assert torch.equal(rows[:2], fresh[:2])


def test_equal_seeds_give_equal_bytes_and_others_do_not(make_run, corpora, lexicon):
    run = make_run(training={"max_epochs": 2})

    def fitted(seed, noise):
        torch.manual_seed(noise)
        return fit_run(run, seed=seed, train=corpora, dev=corpora, lexicon=lexicon, parent=None)

    first = fitted(1, noise=5)
    assert _bytes(fitted(1, noise=6)) == _bytes(first)
    assert fitted(1, noise=6).history == first.history
    assert _bytes(fitted(2, noise=5)) != _bytes(first)


def test_a_unified_run_learns_from_silver_layers(make_run, sentences, corpora, lexicon):
    run = make_run(unified=True, training={"max_epochs": 1})
    unified = _relabel(sentences, Task.POS, lambda tag: f"{tag}-silver")
    fitted = fit_run(run, seed=1, train=unified, dev=corpora, lexicon=lexicon, parent=None)
    assert "NNP-silver" in fitted.vocabulary.labels[Task.POS]


def test_adaptation_copies_exactly_what_is_shared(make_run, sentences, lexicon, parent):
    """Check every row of every parameter against the parent or the fresh child."""
    renamed = {"B-PER": "B-person", "I-PER": "I-person", "B-LOC": "B-group"}
    target = _relabel(sentences, Task.NER, lambda tag: renamed.get(tag, tag))
    target = _relabel(target, Task.POS, lambda tag: {"CC": "CCONJ", "NNP": "PROPN"}.get(tag, tag))
    target = _relabel(target, Task.CHUNK, str.lower)
    words = tuple(sorted({*lexicon.words[3:12], "brandnew", "<unk>"}))
    chars = tuple(sorted({*lexicon.chars[4:], "ß"}))
    vocabulary = build_vocabulary(TASKS, target, _with_words(lexicon, words, chars))
    run = make_run(phase="finetune", parent="parent")

    def build():
        torch.manual_seed(4)
        return build_model(run, vocabulary, _with_words(lexicon, words, chars))

    fresh, child = build().state_dict(), build()
    equivalents = {Task.NER: {"person": "PER"}, Task.POS: {"CCONJ": "CC"}}
    initialise_from(parent, child, vocabulary, equivalents)

    old_names = {"person": "PER", "CCONJ": "CC"}

    def source_label(task, label):
        if task is Task.CHUNK:
            return label.upper()
        prefix, dash, kind = label.rpartition("-")
        return prefix + dash + old_names.get(kind, kind)

    sources = {
        "encoder.words.weight": [
            row if row < 2 else _find(parent.vocabulary.words[2:], word, 2)
            for row, word in enumerate(vocabulary.words)
        ],
        "encoder.chars.weight": [
            row if row < 2 else _find(parent.vocabulary.chars[2:], char, 2)
            for row, char in enumerate(vocabulary.chars)
        ],
    }
    for task, suffixes in {
        Task.POS: ("classifier.weight", "classifier.bias"),
        Task.CHUNK: ("classifier.weight", "classifier.bias"),
        Task.NER: ("classifier.weight", "classifier.bias"),
        Task.DEP: ("label.weight", "label.bias"),
    }.items():
        rows = [
            _find(parent.vocabulary.labels[task], source_label(task, label), 0)
            for label in vocabulary.labels[task]
        ]
        sources |= {f"heads.{task}.{suffix}": rows for suffix in suffixes}
    assert None in sources["heads.pos.classifier.weight"]
    assert None in sources["heads.ner.classifier.weight"]
    assert None in sources["encoder.words.weight"]
    assert any(row is not None and row > 1 for row in sources["encoder.words.weight"])

    theirs = parent.model.state_dict()
    for name, ours in child.named_parameters():
        if name not in sources:
            assert torch.equal(ours, theirs[name]), name
            continue
        assert len(ours) == len(sources[name])
        for row, source in enumerate(sources[name]):
            expected = fresh[name][row] if source is None else theirs[name][source]
            assert torch.equal(ours[row], expected), (name, row)


def _find(names, name, offset):
    return names.index(name) + offset if name in names else None


def test_a_parent_without_a_task_leaves_it_fresh(make_run, sentences, lexicon):
    def build(tasks, seed):
        torch.manual_seed(seed)
        run = make_run(tasks)
        vocabulary = build_vocabulary(tasks, sentences, lexicon)
        return run, build_model(run, vocabulary, lexicon), vocabulary

    run, model, vocabulary = build((Task.POS,), 1)
    parent = LoadedModel(model, vocabulary, run, 1)
    _, child, vocabulary = build((Task.POS, Task.CHUNK), 2)
    _, fresh, _ = build((Task.POS, Task.CHUNK), 2)
    initialise_from(parent, child, vocabulary, {})
    theirs, before = model.state_dict(), fresh.state_dict()
    for name, weights in child.state_dict().items():
        assert torch.equal(weights, theirs.get(name, before[name])), name


def test_no_shared_label_leaves_the_classifier_fresh(make_run, sentences, lexicon, parent):
    target = _relabel(sentences, Task.POS, lambda tag: f"other{tag}")
    vocabulary = build_vocabulary(TASKS, target, lexicon)
    torch.manual_seed(4)
    child = build_model(make_run(), vocabulary, lexicon)
    before = child.heads["pos"].classifier.weight.detach().clone()
    initialise_from(parent, child, vocabulary, {})
    assert torch.equal(child.heads["pos"].classifier.weight, before)


def test_a_parent_of_another_size_is_refused(make_run, sentences, lexicon, parent):
    run = make_run()
    wider = run.model.model_copy(update={"tagger_hidden": 13})
    vocabulary = build_vocabulary(TASKS, sentences, lexicon)
    child = build_model(run.model_copy(update={"model": wider}), vocabulary, lexicon)
    with pytest.raises(CheckpointError, match=r"parent parent, heads\.pos\..*expected shape"):
        initialise_from(parent, child, vocabulary, {})


def test_a_finetuned_run_starts_from_its_parent(make_run, corpora, lexicon, parent):
    # So small a rate leaves the start visible.
    run = make_run(
        phase="finetune", parent="parent", training={"max_epochs": 1, "learning_rate": 1e-9}
    )
    fitted = fit_run(run, seed=1, train=corpora, dev=corpora, lexicon=lexicon, parent=parent)
    theirs = parent.model.state_dict()
    for name, weights in fitted.model.state_dict().items():
        torch.testing.assert_close(weights, theirs[name], atol=1e-5, rtol=0)


def test_branches_stay_that_the_tasks_of_a_child_read(tmp_path, make_run, corpora, lexicon, parent):
    run = make_run(
        (Task.CHUNK,), phase="finetune", parent="parent", training={"max_epochs": 1, "patience": 1}
    )
    only = {Task.CHUNK: corpora[Task.CHUNK]}
    fitted = fit_run(run, seed=1, train=only, dev=only, lexicon=lexicon, parent=parent)
    assert fitted.model.tasks == (Task.CHUNK,)
    # Chunking reads tags; nothing of the child reads entities or trees.
    assert list(fitted.model.heads) == ["pos", "chunk"]
    save_model(tmp_path, fitted.model, fitted.vocabulary, run, seed=1)
    loaded = load_model(tmp_path)
    (said,) = annotate(
        loaded.model, loaded.vocabulary, only[Task.CHUNK][:1], [Task.CHUNK], multi_root=False
    )
    assert set(said.layers) == {Task.CHUNK}


def test_a_phase_that_trains_nothing_is_refused(make_run, corpora, lexicon, parent):
    run = make_run(phase="as-is", parent="parent")
    with pytest.raises(TrainingError, match="trains nothing"):
        fit_run(run, seed=1, train=corpora, dev=corpora, lexicon=lexicon, parent=parent)


TOY = {"name": "toy", "kind": "elmo", "source": "toy"}


@pytest.mark.parametrize("replaces_words", [True, False])
def test_a_run_learns_with_cached_vectors_and_mixes_their_layers(
    make_run, corpora, lexicon, cache, replaces_words
):
    run = make_run((Task.POS,), {"max_epochs": 2}, encoder=TOY, replaces_words=replaces_words)
    data = {Task.POS: corpora[Task.POS]}
    fitted = fit_run(
        run, seed=1, train=data, dev=data, lexicon=lexicon, parent=None, contextual=cache
    )
    assert (fitted.model.encoder is None) is replaces_words
    assert fitted.model.contextual.mix.scale.item() != 1.0


def test_a_run_with_an_encoder_alone_has_contextual_vectors(make_run, corpora, lexicon, cache):
    data = {Task.POS: corpora[Task.POS]}
    common = {"seed": 1, "train": data, "dev": data, "lexicon": lexicon, "parent": None}
    with pytest.raises(TrainingError, match="vectors: expected those of toy, found none"):
        fit_run(make_run((Task.POS,), encoder=TOY), **common)
    with pytest.raises(TrainingError, match="vectors: expected none, found 2 layers of them"):
        fit_run(make_run((Task.POS,)), **common, contextual=cache)


def test_an_adversarial_run_reads_the_other_domain(make_run, corpora, lexicon):
    adversarial = {"target": "tweets", "hidden": 4, "max_reversal": 1.0, "steepness": 10.0}
    run = make_run((Task.POS,), {"max_epochs": 2}, adversarial=adversarial)
    data = {Task.POS: corpora[Task.POS]}
    common = {"seed": 1, "train": data, "dev": data, "lexicon": lexicon, "parent": None}
    fitted = fit_run(run, **common, unlabelled=[("omg", "owls"), ("so", "sweeet", "!")])
    assert all(record.domain is not None for record in fitted.history)
