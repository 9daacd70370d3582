"""Training in bfloat16 learns the same; `auto` says what it took and stays with it."""

import pytest
import torch
from safetensors.torch import save

from mutspad.config.network import TrainingParams
from mutspad.models.checkpoint import load_model, save_model
from mutspad.models.precision import widened
from mutspad.tasks import TASKS, Task
from mutspad.training import device, precision
from mutspad.training.stages import fit_run
from tests.tiny import Fragile, KilledError


@pytest.fixture
def train(corpora, sentences, lexicon):
    def fit(run, checkpoint=None, measured=None):
        return fit_run(
            run,
            seed=1,
            train=sentences if run.unified else corpora,
            dev={task: corpora[task] for task in run.tasks},
            lexicon=lexicon,
            parent=None,
            unlabelled=() if run.adversarial is None else [("omg", "owls"), ("so", "!")],
            checkpoint=checkpoint,
            measured=measured,
        )

    return fit


@pytest.fixture
def probed(monkeypatch):
    """Return a function that says what the probe finds; the list counts its calls."""
    calls = []

    def finds(found):
        monkeypatch.setattr(device, "measure_precision", lambda: calls.append(found) or found)
        return calls

    return finds


@pytest.mark.parametrize("hidden", [12, 256])
def test_sentences_are_learned_by_heart_in_bfloat16(hidden, make_run, train):
    settings = {"precision": "bf16", "max_epochs": 120, "patience": 120, "schedule": "constant"}
    run = make_run(training=settings, unified=True)
    parser = run.model.parser.model_copy(update={"hidden": hidden})
    model = run.model.model_copy(update={"parser": parser})
    fitted = train(run.model_copy(update={"model": model}))
    best = next(record for record in fitted.history if record.best)
    assert best.dev == dict.fromkeys(TASKS, 100.0)
    assert all(weight.dtype is torch.float32 for weight in fitted.model.parameters())


def test_bfloat16_gives_losses_near_those_of_float32(make_run, train):
    wide, narrow = (
        train(make_run(training={"precision": name, "max_epochs": 1})).history[0].losses
        for name in ("fp32", "bf16")
    )
    assert wide != narrow
    assert narrow == pytest.approx(wide, rel=0.05)


def test_an_adversarial_run_trains_in_bfloat16(make_run, train):
    adversarial = {"target": "tweets", "hidden": 4, "max_reversal": 1.0, "steepness": 10.0}
    settings = {"precision": "bf16", "max_epochs": 2}
    fitted = train(make_run((Task.POS,), settings, adversarial=adversarial))
    assert fitted.history[-1].domain is not None


@pytest.mark.parametrize("found", ["fp32", "bf16"])
def test_auto_records_what_it_took(found, make_run, train, probed, tmp_path):
    calls = probed(found)
    fitted = train(make_run(training={"precision": "auto", "max_epochs": 2}))
    assert calls == [found]
    assert fitted.run.training.precision == found
    save_model(tmp_path, fitted.model, fitted.vocabulary, fitted.run, seed=1)
    assert load_model(tmp_path).run.training.precision == found
    named = train(make_run(training={"precision": found, "max_epochs": 2}))
    assert save(named.model.state_dict()) == save(fitted.model.state_dict())


@pytest.mark.parametrize("found", ["fp32", "bf16"])
def test_what_was_measured_for_the_experiment_is_not_measured_again(found, make_run, train, probed):
    calls = probed("fp32" if found == "bf16" else "bf16")
    run = make_run(training={"precision": "auto", "max_epochs": 1})
    assert train(run, measured=found).run.training.precision == found
    assert not calls


def test_what_is_measured_counts_for_auto_only(make_run, train):
    run = make_run(training={"precision": "fp32", "max_epochs": 1})
    assert train(run, measured="bf16").run.training.precision == "fp32"


def test_a_training_that_is_taken_up_keeps_its_precision(make_run, train, probed, tmp_path):
    run = make_run(training={"precision": "auto", "max_epochs": 3})
    probed("bf16")
    expected = train(run)
    checkpoint = Fragile(tmp_path / "kept.ckpt", "this one", 0)
    checkpoint.lives = 3
    with pytest.raises(KilledError):
        train(run, checkpoint)
    calls = probed("fp32")
    before = len(calls)
    found = train(run, checkpoint)
    assert len(calls) == before
    assert found.run == expected.run
    assert save(found.model.state_dict()) == save(expected.model.state_dict())


@pytest.mark.parametrize(("narrow", "taken"), [(1.0, "fp32"), (0.97, "fp32"), (0.5, "bf16")])
def test_bfloat16_must_be_clearly_faster(narrow, taken, monkeypatch):
    seconds = {"fp32": 1.0, "bf16": narrow}
    monkeypatch.setattr(precision, "_time", lambda name, *_: seconds[name])
    assert precision.measure_precision() == taken


def test_the_probe_draws_no_random_number():
    state = torch.get_rng_state()
    assert precision.measure_precision() in {"fp32", "bf16"}
    assert torch.equal(torch.get_rng_state(), state)


def test_runs_from_before_the_setting_are_of_float32(make_run):
    settings = make_run().training.model_dump(mode="json")
    del settings["precision"]
    assert TrainingParams.model_validate(settings).precision == "fp32"


def test_scores_are_widened_and_never_narrowed():
    for narrow, wide in ((torch.bfloat16, torch.float32), (torch.float64, torch.float64)):
        assert widened(torch.ones(2, dtype=narrow)).dtype is wide
