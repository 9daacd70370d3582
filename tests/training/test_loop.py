import copy
import logging

import pytest
import torch

from mutspad.data.batching import collate, encode
from mutspad.evaluation.score import score_layers
from mutspad.tasks import TASKS, Task
from mutspad.training import loop
from mutspad.training.loop import TrainingError, fit
from mutspad.training.optimiser import Optimiser
from mutspad.training.predict import annotate
from mutspad.training.seeding import seed_everything
from mutspad.training.stages import build_model, build_vocabulary


@pytest.fixture
def build(make_run, sentences, lexicon):
    """Build a run's model and vocabulary from one seed."""

    def made(run):
        seed_everything(1)
        vocabulary = build_vocabulary(run.tasks, sentences, lexicon)
        return build_model(run, vocabulary, lexicon), vocabulary

    return made


def _fit(run, model, vocabulary, train, dev, seed=1):
    return fit(run, model, vocabulary, train=train, dev=dev, seed=seed)


@pytest.mark.parametrize("unified", [False, True])
def test_three_sentences_are_learned_by_heart(unified, build, make_run, sentences, corpora):
    # Equation 6 divides by four tasks: at the rate that suits one task they learn too slowly.
    run = make_run(training={"max_epochs": 150, "patience": 40})
    model, vocabulary = build(run)
    history = _fit(run, model, vocabulary, sentences if unified else corpora, corpora)
    best = next(record for record in history if record.best)
    assert best.dev == dict.fromkeys(TASKS, 100.0)
    for task in TASKS:
        predicted = annotate(model, vocabulary, sentences, [task], multi_root=True)
        assert score_layers(task, corpora[task], predicted)[task.spec.metric] == 100.0


@pytest.mark.parametrize("task", TASKS)
def test_each_task_is_learned_alone(task, build, make_run, corpora):
    run = make_run((task,), {"max_epochs": 150, "patience": 40})
    model, vocabulary = build(run)
    history = _fit(run, model, vocabulary, corpora, corpora)
    assert max(record.dev_mean for record in history) == 100.0
    assert list(history[0].losses) == [task]


@pytest.mark.parametrize(
    ("task", "touched"),
    [
        (Task.POS, ("encoder.", "heads.pos.")),
        (Task.CHUNK, ("encoder.", "heads.pos.lstm.", "reductions.pos.", "heads.chunk.")),
        (
            Task.NER,
            ("encoder.", "heads.pos.lstm.", "heads.chunk.lstm.", "reductions.", "heads.ner."),
        ),
        (
            Task.DEP,
            ("encoder.", "heads.pos.lstm.", "heads.chunk.lstm.", "reductions.", "heads.dep."),
        ),
    ],
)
def test_a_step_touches_its_task_and_what_that_reads(task, touched, build, make_run, sentences):
    run = make_run()
    model, vocabulary = build(run)
    optimiser = Optimiser(model, run.training, n_tasks=len(model.tasks))
    everything = collate(vocabulary, [encode(vocabulary, s, TASKS) for s in sentences])
    one = collate(vocabulary, [encode(vocabulary, sentences[0], [task])])
    # All parameters have a momentum when the step comes: none may move by it alone.
    optimiser.step(torch.stack(list(model.losses(everything, TASKS).values())).sum())
    before = copy.deepcopy(model.state_dict())
    optimiser.step(model.losses(one, [task])[task])
    for name, weights in model.named_parameters():
        # The tiny parser drops no words.
        expected = name.startswith(touched) and name != "heads.dep.dropped_word"
        assert (not torch.equal(weights, before[name])) == expected, name
    rows = {vocabulary.word_id(word) for word in sentences[0].words}
    moved = (model.encoder.words.weight != before["encoder.words.weight"]).any(dim=1)
    assert set(moved.nonzero().flatten().tolist()) == rows


def _rig(monkeypatch, scores):
    """Prescribe the dev score of each epoch; collect the weights that it was given for."""
    seen = []

    def score(trainer):
        seen.append(copy.deepcopy(trainer._model.state_dict()))
        return {Task.POS: scores[len(seen) - 1]}

    monkeypatch.setattr(loop._Trainer, "_score_dev", score)
    return seen


def test_the_best_epoch_is_restored(monkeypatch, build, make_run, corpora):
    seen = _rig(monkeypatch, [10.0, 40.0, 40.0, 30.0, 99.0])
    run = make_run((Task.POS,), {"patience": 2})
    model, vocabulary = build(run)
    history = _fit(run, model, vocabulary, corpora, corpora)
    assert [record.best for record in history] == [False, True, False, False]
    assert [record.dev_mean for record in history] == [10.0, 40.0, 40.0, 30.0]
    for name, weights in model.state_dict().items():
        assert torch.equal(weights, seen[1][name])
    assert any(not torch.equal(seen[3][name], weights) for name, weights in seen[1].items())
    assert not model.training


def test_epochs_end_at_the_largest(monkeypatch, build, make_run, corpora):
    _rig(monkeypatch, [1.0, 2.0, 3.0, 4.0])
    run = make_run((Task.POS,), {"max_epochs": 3})
    model, vocabulary = build(run)
    history = _fit(run, model, vocabulary, corpora, corpora)
    assert [record.best for record in history] == [False, False, True]


def test_the_history_is_numbers_without_clocks(build, make_run, corpora):
    run = make_run((Task.NER, Task.POS), {"max_epochs": 2, "final_rate": 0.0})

    def rows():
        model, vocabulary = build(run)
        return [record.as_row() for record in _fit(run, model, vocabulary, corpora, corpora)]

    history = rows()
    assert list(history[0]) == [
        "epoch",
        "learning_rate",
        "loss_pos",
        "loss_ner",
        "dev_pos",
        "dev_ner",
        "dev_mean",
        "best",
    ]
    assert [row["learning_rate"] for row in history] == pytest.approx([0.2, 0.1])
    assert history[0]["dev_mean"] == pytest.approx(
        (history[0]["dev_pos"] + history[0]["dev_ner"]) / 2
    )
    assert rows() == history


def test_losses_are_weighted_by_the_epoch_and_the_tasks(monkeypatch, build, make_run, corpora):
    asked = []

    def watch(losses, weights, *, n_tasks, batch_size):
        # The dev scores of the epoch before left it in evaluation mode.
        assert model.training
        asked.append((list(losses), dict(weights), n_tasks))
        return torch.stack(list(losses.values())).sum()

    monkeypatch.setattr(loop, "weighted_loss", watch)
    run = make_run(training={"max_epochs": 2, "batch_sentences": 3})
    model, vocabulary = build(run)
    _fit(run, model, vocabulary, corpora, corpora)
    assert [tasks for tasks, _, _ in asked] == [[task] for task in TASKS] * 2
    assert {n_tasks for _, _, n_tasks in asked} == {4}
    assert list(asked[0][1].values()) == [1, 0.5, 0.25, 0.25]
    assert list(asked[4][1].values()) == [1, 1, 0.5, 0.5]


def test_one_line_is_logged_an_epoch(build, make_run, corpora, caplog):
    run = make_run((Task.POS,), {"max_epochs": 2})
    model, vocabulary = build(run)
    with caplog.at_level(logging.INFO, logger="mutspad"):
        _fit(run, model, vocabulary, corpora, corpora)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert lines[0].startswith("epoch 0: learning rate 0.1, loss pos ")
    assert lines[0].endswith("words/s")


def test_a_loss_that_is_no_number_stops_training(build, make_run, corpora):
    run = make_run((Task.POS,))
    model, vocabulary = build(run)
    with torch.no_grad():
        model.heads["pos"].classifier.bias.fill_(float("nan"))
    with pytest.raises(TrainingError, match=r"epoch 0: expected a finite loss of pos, found nan"):
        _fit(run, model, vocabulary, corpora, corpora)


def test_a_gradient_that_is_no_number_stops_training(monkeypatch, build, make_run, corpora):
    monkeypatch.setattr(Optimiser, "step", lambda optimiser, loss: float("inf"))
    run = make_run((Task.POS,))
    model, vocabulary = build(run)
    with pytest.raises(TrainingError, match="finite gradient norm of pos, found inf"):
        _fit(run, model, vocabulary, corpora, corpora)


def test_missing_sentences_and_layers_are_named(build, make_run, sentences, corpora):
    run = make_run()
    model, vocabulary = build(run)
    without = {task: corpus for task, corpus in corpora.items() if task is not Task.NER}
    with pytest.raises(TrainingError, match="ner: expected training sentences"):
        _fit(run, model, vocabulary, without, corpora)
    with pytest.raises(TrainingError, match="ner: expected dev sentences"):
        _fit(run, model, vocabulary, corpora, without)
    with pytest.raises(TrainingError, match="sentence s0: expected a layer of chunk"):
        _fit(run, model, vocabulary, corpora[Task.POS], corpora)
