import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutspad.data.sentence import Layer, Origin, Sentence
from mutspad.data.unify import unify
from mutspad.errors import MutspadError
from mutspad.tasks import TASKS, Task


def _sentence(number, tasks, origin=Origin.GOLD):
    words = tuple(f"w{number}.{place}" for place in range(1 + number % 3))
    layers = {
        task: Layer(tuple(f"{task}-{origin}" for _ in words), origin, _heads(task, words))
        for task in tasks
    }
    return Sentence(f"s{number}", words).with_layers(layers)


def _heads(task, words):
    return tuple(range(len(words))) if task is Task.DEP else None


def _annotate(task, sentences):
    return [
        Layer(tuple(f"{task}:{word}" for word in s.words), heads=_heads(task, s.words))
        for s in sentences
    ]


CORPORA = st.fixed_dictionaries(
    {task: st.lists(st.integers(0, 8), unique=True, max_size=6) for task in TASKS}
)


@given(CORPORA, st.lists(st.sampled_from(TASKS), unique=True, min_size=1))
def test_every_sentence_gets_every_layer_and_gold_stays(numbers, tasks):
    corpora = {task: [_sentence(number, [task]) for number in numbers[task]] for task in tasks}
    unified = unify(corpora, _annotate)

    order = []
    for task in TASKS:
        for number in numbers[task] if task in tasks else ():
            if number not in order:
                order.append(number)
    assert [sentence.id for sentence in unified] == [f"s{number}" for number in order]
    for number, sentence in zip(order, unified, strict=True):
        assert sentence.words == _sentence(number, []).words
        assert set(sentence.layers) == set(tasks)
        for task in tasks:
            if number in numbers[task]:
                assert sentence.layers[task] == _sentence(number, [task]).layers[task]
            else:
                (silver,) = _annotate(task, [sentence])
                assert sentence.layers[task].labels == silver.labels
                assert sentence.layers[task].heads == silver.heads
                assert sentence.layers[task].origin is Origin.SILVER


def test_the_annotator_is_asked_once_a_task_and_sees_no_silver_layer():
    corpora = {
        Task.DEP: [_sentence(3, [Task.DEP])],
        Task.POS: [_sentence(1, [Task.POS]), _sentence(2, [Task.POS])],
    }
    asked = []

    def annotate(task, sentences):
        asked.append((task, [s.id for s in sentences], [set(s.layers) for s in sentences]))
        return _annotate(task, sentences)

    unify(corpora, annotate)
    assert asked == [
        (Task.POS, ["s3"], [{Task.DEP}]),
        (Task.DEP, ["s1", "s2"], [{Task.POS}, {Task.POS}]),
    ]


def test_the_annotator_is_not_asked_for_what_is_there():
    corpora = {Task.POS: [_sentence(1, [Task.POS])], Task.DEP: [_sentence(1, [Task.DEP])]}

    def annotate(task, sentences):
        raise AssertionError(task)

    (sentence,) = unify(corpora, annotate)
    assert all(layer.origin is Origin.GOLD for layer in sentence.layers.values())


def test_the_inputs_stay_as_they_were():
    corpora = {Task.POS: [_sentence(1, [Task.POS])], Task.DEP: [_sentence(2, [Task.DEP])]}
    unify(corpora, _annotate)
    assert set(corpora[Task.POS][0].layers) == {Task.POS}


def test_one_id_with_different_words_is_refused():
    other = Sentence("s1", ("other", "words")).with_layers({Task.DEP: Layer(("a", "b"))})
    with pytest.raises(MutspadError, match=r"sentence s1: expected the same words.*other words"):
        unify({Task.POS: [_sentence(1, [Task.POS])], Task.DEP: [other]}, _annotate)
