import pytest
import torch

from mutspad.models.heads.tagger import Tagger
from mutspad.tasks import Task


@pytest.fixture
def tagger(vocabulary):
    n_labels = len(vocabulary.labels[Task.NER])
    return Tagger(Task.NER, input_dim=8, n_labels=n_labels, hidden=6, dropout=0.3).eval()


def test_the_loss_is_the_mean_over_labelled_words(tagger, batch):
    features = tagger.features(torch.randn(3, 6, 8), batch.lens)
    assert features.shape == (3, 6, tagger.feature_dim)
    labels = batch.labels[Task.NER]
    logs = tagger.scores(features).log_softmax(dim=-1)
    # Only the first sentence has entities, and it fills the batch's width.
    expected = -torch.stack([logs[0, place, labels[0, place]] for place in range(6)]).mean()
    torch.testing.assert_close(tagger.loss(features, batch), expected)


def test_without_labels_the_loss_is_zero_and_can_be_differentiated(tagger, build_batch, sentences):
    batch = build_batch(sentences[1:])
    loss = tagger.loss(tagger.features(torch.randn(2, 4, 8), batch.lens), batch)
    loss.backward()
    assert loss.item() == 0.0
    assert not tagger.classifier.weight.grad.any()


def test_predictions_are_the_best_classes_of_real_words(tagger, batch):
    features = tagger.features(torch.randn(3, 6, 8), batch.lens)
    predictions = tagger.predict(features, batch, multi_root=True)
    assert [len(prediction.labels) for prediction in predictions] == [6, 2, 4]
    assert all(prediction.heads is None for prediction in predictions)
    scores = tagger.scores(features)
    assert predictions[2].labels == [int(scores[2, place].argmax()) for place in range(4)]
