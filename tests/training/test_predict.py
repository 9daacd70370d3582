import pytest
import torch

from mutspad.data.labels import first_invalid_iob2
from mutspad.data.sentence import Origin, Sentence
from mutspad.evaluation.span_f1 import span_f1
from mutspad.models.mutspad import Prediction
from mutspad.tasks import TASKS, Task
from mutspad.training.predict import annotate
from mutspad.training.stages import build_model, build_vocabulary

OPTIONS = {"multi_root": True, "batch_words": 12}


@pytest.fixture
def vocabulary(sentences, lexicon):
    return build_vocabulary(TASKS, sentences, lexicon)


@pytest.fixture
def model(make_run, vocabulary, lexicon):
    torch.manual_seed(0)
    return build_model(make_run(), vocabulary, lexicon)


def test_order_and_words_stay_and_every_layer_is_silver(model, vocabulary, sentences):
    annotated = annotate(model, vocabulary, sentences, [Task.POS, Task.DEP], **OPTIONS)
    assert [sentence.id for sentence in annotated] == [sentence.id for sentence in sentences]
    for before, after in zip(sentences, annotated, strict=True):
        assert after.words == before.words
        assert set(after.layers) == {Task.POS, Task.DEP}
        for layer in after.layers.values():
            assert layer.origin is Origin.SILVER
            assert len(layer.labels) == len(before)
        assert 0 in after.layers[Task.DEP].heads
        assert after.layers[Task.POS].heads is None


def test_no_gold_is_needed_and_none_is_read(model, vocabulary, sentences):
    bare = [Sentence(sentence.id, sentence.words) for sentence in sentences]
    assert annotate(model, vocabulary, bare, TASKS, **OPTIONS) == annotate(
        model, vocabulary, sentences, TASKS, **OPTIONS
    )


def test_batches_do_not_decide_predictions(model, vocabulary, sentences):
    many = [
        Sentence(f"{repeat}-{sentence.id}", sentence.words[: 1 + repeat])
        for repeat in range(6)
        for sentence in sentences
    ]
    alone = annotate(model, vocabulary, many, TASKS, multi_root=False, batch_words=1)
    for batch_words in (20, 10**6):
        together = annotate(
            model, vocabulary, many, TASKS, multi_root=False, batch_words=batch_words
        )
        assert together == alone


def test_characters_of_a_form_are_read_once_for_all_batches(
    model, vocabulary, sentences, monkeypatch
):
    read = []
    encode = model.encoder.encode_characters
    monkeypatch.setattr(
        model.encoder,
        "encode_characters",
        lambda chars, lens: read.append(len(lens)) or encode(chars, lens),
    )
    twice = [*sentences, *sentences]
    annotate(model, vocabulary, twice, TASKS, multi_root=True, batch_words=1)
    assert sum(read) == len({word for sentence in sentences for word in sentence.words})


def test_a_single_root_is_kept_to_where_it_is_asked(model, vocabulary, sentences):
    for sentence in annotate(
        model, vocabulary, sentences, [Task.DEP], multi_root=False, batch_words=12
    ):
        assert sentence.layers[Task.DEP].heads.count(0) == 1


def test_nothing_to_annotate_gives_nothing(model, vocabulary):
    assert annotate(model, vocabulary, [], TASKS, **OPTIONS) == []


def test_a_model_that_trains_predicts_without_dropout(model, vocabulary, sentences):
    expected = annotate(model.eval(), vocabulary, sentences, TASKS, **OPTIONS)
    assert annotate(model.train(), vocabulary, sentences, TASKS, **OPTIONS) == expected
    assert not model.training


def test_impossible_tags_become_valid_and_score_the_same(model, vocabulary, sentences, monkeypatch):
    names = vocabulary.labels[Task.NER]
    raw = ("I-PER", "I-PER", "O", "B-LOC", "I-PER", "B-PER", "I-PER")
    rows = [names.index(tag) for tag in raw]

    def predict(batch, tasks, *, multi_root):
        return {Task.NER: [Prediction(rows)]}

    monkeypatch.setattr(model, "predict", predict)
    (annotated,) = annotate(model, vocabulary, sentences[:1], [Task.NER], **OPTIONS)
    tags = annotated.layers[Task.NER].labels
    assert tags == ("B-PER", "I-PER", "O", "B-LOC", "B-PER", "B-PER", "I-PER")
    assert first_invalid_iob2(tags) is None
    gold = ("B-PER", "I-PER", "O", "B-LOC", "B-PER", "O", "B-PER")
    assert span_f1([gold], [tags]) == span_f1([gold], [raw])
