import itertools

import pytest
import torch

from mutspad.models.mutspad import MuTSPad
from mutspad.tasks import TASKS, Task


def train(model, batch, tasks, steps, rate=0.5):
    """Take plain gradient steps on the sum of the losses; return the losses seen."""
    optimiser = torch.optim.SGD(model.parameters(), lr=rate)
    seen = []
    for _ in range(steps):
        optimiser.zero_grad()
        loss = torch.stack(list(model.losses(batch, tasks).values())).sum()
        loss.backward()
        optimiser.step()
        seen.append(loss.item())
    return seen


def test_names_are_those_that_a_child_takes_by_name(build_model):
    names = {name for name, _ in build_model().named_parameters()}
    assert {
        "encoder.words.weight",
        "heads.pos.classifier.weight",
        "heads.dep.label.weight",
        "reductions.pos.weight",
        "reductions.chunk.bias",
    } <= names
    assert not any("reductions.ner" in name for name in names)
    assert {name for name, _ in build_model([Task.DEP]).named_parameters()} <= names


@pytest.mark.parametrize("task", TASKS)
def test_a_mono_task_model_has_only_its_branch(build_model, task):
    model = build_model([task])
    assert list(model.heads) == [task]
    assert not len(model.reductions)


def test_classifier_rows_are_labels(build_model, vocabulary):
    model = build_model()
    parameters = dict(model.named_parameters())
    rows = model.classifier_rows()
    assert tuple(rows) == tuple(TASKS)
    for task, names in rows.items():
        assert {len(parameters[name]) for name in names} == {len(vocabulary.labels[task])}
    # A parameter may be forgotten, not only named wrongly.
    other_labels = {task: (*labels, "new") for task, labels in vocabulary.labels.items()}
    other = build_model(labels=other_labels)
    resized = {name for name, p in other.named_parameters() if p.shape != parameters[name].shape}
    assert resized == {name for names in rows.values() for name in names}


def test_features_flow_up_and_gradients_down(build_model, batch):
    model = build_model()
    model.losses(batch, [Task.DEP])[Task.DEP].backward()
    touched = {name for name, p in model.named_parameters() if p.grad is not None}
    assert {"heads.pos.lstm.ahead.weight_ih_l0", "heads.chunk.lstm.ahead.weight_ih_l0"} <= touched
    assert {"encoder.words.weight", "encoder.chars.weight"} <= touched
    assert not any("heads.ner" in name or "classifier" in name for name in touched)


def test_each_branch_runs_at_most_once_and_only_when_needed(build_model, batch, monkeypatch):
    model = build_model()
    ran = []
    for task in TASKS:
        features = model.heads[task].features
        monkeypatch.setattr(
            model.heads[task],
            "features",
            lambda x, lens, task=task, features=features: ran.append(task) or features(x, lens),
        )
    model.losses(batch, TASKS)
    assert ran == list(TASKS)
    ran.clear()
    model.losses(batch, [Task.CHUNK])
    assert ran == [Task.POS, Task.CHUNK]


def test_losses_come_for_the_tasks_asked(build_model, batch):
    losses = build_model().losses(batch, [Task.NER, Task.POS])
    assert list(losses) == [Task.NER, Task.POS]
    assert all(loss.shape == () and loss.item() > 0 for loss in losses.values())


def test_a_task_that_the_model_lacks_is_refused(build_model, batch):
    with pytest.raises(ValueError, match=r"found .*ner"):
        build_model([Task.POS]).losses(batch, [Task.NER])


def test_a_model_without_tasks_is_refused(vocabulary, params):
    with pytest.raises(ValueError, match="tasks: expected at least one"):
        MuTSPad(params=params, tasks=[], vocabulary=vocabulary, word_dim=3)


@pytest.mark.parametrize("tasks", [TASKS, *([task] for task in TASKS)])
def test_the_loss_decreases(build_model, batch, tasks):
    # Evaluation mode switches the random drops off, so that every step must help.
    seen = train(build_model(tasks).eval(), batch, tasks, steps=10, rate=0.2)
    assert all(later < earlier for earlier, later in itertools.pairwise(seen))


def test_a_trained_model_knows_its_three_sentences(build_model, batch, vocabulary, sentences):
    model = build_model().eval()
    train(model, batch, TASKS, steps=120)
    predictions = model.predict(batch, TASKS, multi_root=False)
    for task in (Task.POS, Task.DEP):
        for prediction, sentence in zip(predictions[task], sentences, strict=True):
            if task in sentence.layers:
                layer = sentence.layers[task]
                rows = vocabulary.labels[task]
                assert [rows[label] for label in prediction.labels] == list(layer.labels)
                assert prediction.heads == (list(layer.heads) if layer.heads else None)


def test_training_is_reproducible_to_the_bit(build_model, batch):
    weights = []
    for _ in range(2):
        torch.manual_seed(5)
        model = build_model()
        train(model, batch, TASKS, steps=3)
        weights.append(model.state_dict())
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_predictions_do_not_depend_on_company_and_draw_no_number(
    build_model, batch, build_batch, sentences
):
    model = build_model().train()
    before = torch.get_rng_state()
    together = model.predict(batch, TASKS, multi_root=True)
    for row, sentence in enumerate(sentences):
        alone = model.predict(build_batch([sentence]), TASKS, multi_root=True)
        assert all(alone[task] == [together[task][row]] for task in TASKS)
    assert torch.equal(torch.get_rng_state(), before)
    assert not model.training


def test_weights_are_counted(build_model):
    model = build_model([Task.POS])
    weights = model.state_dict()
    # Rows of the lower-cased forms are kept with the weights but never trained.
    del weights["encoder.lower_rows"]
    assert model.n_parameters() == sum(weight.numel() for weight in weights.values())
