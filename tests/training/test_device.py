"""A run computes on one device: on a GPU where there is one, which a stand-in tests without one."""

import sys

import pytest
import torch
from safetensors.torch import save
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

from mutspad.config.network import TrainingParams
from mutspad.config.params import RunEncoder
from mutspad.errors import DeviceError
from mutspad.models.checkpoint import LoadedModel, load_model, save_model
from mutspad.models.precision import round_factors
from mutspad.tasks import TASKS, Task
from mutspad.training import device, loop
from mutspad.training.predict import annotate
from mutspad.training.resume import Checkpoint
from mutspad.training.stages import build_model, build_vocabulary, fit_run
from tests.tiny import Fragile, KilledError

AWAY = torch.device("meta")
COPIES = (torch.ops.aten.copy_.default, torch.ops.aten._to_copy.default)
TEXT = [("omg", "owls"), ("so", "sweeet", "!"), ("go", "Ana"), ("two", "owls", "!")]
ADVERSARIAL = {"target": "tweets", "hidden": 4, "max_reversal": 1.0, "steepness": 10.0}


class Distant(Tensor):
    """Hold a tensor of the CPU, and say that it is on the device `meta`."""

    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, held):
        strides = {"strides": held.stride()} if held.layout is torch.strided else {}
        return Tensor._make_wrapper_subclass(
            cls, held.shape, dtype=held.dtype, layout=held.layout, device=AWAY, **strides
        )

    def __init__(self, held):
        self.held = held

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        raise AssertionError(f"{func}: outside of `Apart`")

    def tolist(self):
        return self.held.tolist()


class Apart(TorchDispatchMode):
    """Compute on the CPU what is said to be elsewhere, but refuse what is partly there.

    PyTorch's fake tensors do the same without values; our networks look at values on their way.
    """

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        distant = {id(tensor.held): tensor for tensor in tensors if isinstance(tensor, Distant)}
        near = [tensor for tensor in tensors if not isinstance(tensor, Distant) and tensor.dim()]
        if distant and near and func not in COPIES:
            raise RuntimeError(f"{func}: expected all tensors on one device")
        goes = bool(distant)
        if kwargs.get("device") is not None:
            goes = torch.device(kwargs["device"]) == AWAY
            kwargs["device"] = torch.device("cpu")
        result = func(*tree_map(_fetch, args), **tree_map(_fetch, kwargs))

        def send(leaf):
            if not isinstance(leaf, Tensor):
                return leaf
            # What an operation alters and returns stays the same tensor.
            return distant[id(leaf)] if id(leaf) in distant else Distant(leaf) if goes else leaf

        return args[0] if func is COPIES[0] else tree_map(send, result)


def _fetch(leaf):
    return leaf.held if isinstance(leaf, Distant) else leaf


@pytest.fixture
def apart(monkeypatch):
    """Give a function that opens the stand-in, and mend what `meta` does without values."""
    make = torch.tensor

    def tensor(data, *, device="cpu", **options):
        return make(data, **options).to(device)

    monkeypatch.setattr(torch, "tensor", tensor)
    # A view of what was made outside of it fails for a wrapper.
    monkeypatch.setattr(torch, "inference_mode", torch.no_grad)
    # The update of all parameters at once lists the devices that it knows.
    sgd = sys.modules[torch.optim.SGD.__module__]
    monkeypatch.setattr(sgd, "_device_dtype_check_for_fused", lambda *_, **__: None)
    return Apart


@pytest.fixture
def train(make_run, sentences, corpora, lexicon, cache):
    """Return a function that trains a run of a kind on a device."""
    toy = {"name": "toy", "kind": "elmo", "source": "toy"}
    kinds = {
        "unified": (make_run(unified=True), sentences),
        "adversarial": (
            make_run((Task.DEP,), adversarial=ADVERSARIAL),
            {Task.DEP: corpora[Task.DEP]},
        ),
        "contextual": (make_run((Task.POS,), encoder=toy), {Task.POS: corpora[Task.POS]}),
    }

    def fit(kind, name, *, checkpoint=None, dropout=0.1, **settings):
        run, data = kinds[kind]
        settings = {"device": name, "max_epochs": 1} | settings
        training = run.training.model_copy(update=settings)
        model = run.model.model_copy(update={"dropout": dict.fromkeys(run.model.dropout, dropout)})
        run = run.model_copy(update={"training": training, "model": model})
        return fit_run(
            run,
            seed=1,
            train=data,
            dev={task: corpora[task] for task in run.tasks},
            lexicon=lexicon,
            parent=None,
            contextual=None if run.encoder is None else cache,
            unlabelled=() if run.adversarial is None else TEXT,
            checkpoint=checkpoint,
        )

    return fit


KINDS = pytest.mark.parametrize("kind", ["unified", "adversarial", "contextual"])


@KINDS
def test_every_tensor_of_a_training_is_on_its_device(kind, train, apart):
    here = train(kind, "cpu")
    with apart():
        there = train(kind, AWAY.type)
    weights = there.model.state_dict()
    for name, expected in here.model.state_dict().items():
        torch.testing.assert_close(weights[name], expected, rtol=0, atol=1e-5)
    for found, record in zip(there.history, here.history, strict=True):
        assert found.losses == pytest.approx(record.losses, rel=1e-5)
        assert found.dev == record.dev


def test_a_tensor_that_is_left_behind_is_refused(apart):
    with apart():
        there = torch.ones(2).to(AWAY)
        assert there.device == AWAY
        assert (there + 1.0).cpu().tolist() == [2.0, 2.0]
        with pytest.raises(RuntimeError, match="expected all tensors on one device"):
            there + torch.ones(2)


@pytest.fixture
def gpu(monkeypatch):
    """Give a function that says whether there is a GPU; the list it returns is what was set up."""
    prepared = []

    def say(there):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a GPU")
        monkeypatch.setattr(device, "make_cuda_deterministic", lambda: prepared.append(there))
        return prepared

    return say


def resolve(run, checkpoint=None):
    return device.resolve_auto(run, checkpoint, None if checkpoint is None else checkpoint.read())


def test_a_gpu_computes_in_float32(make_run, gpu):
    gpu(True)

    def settle(asked):
        return resolve(make_run(training={"precision": asked, "device": "cuda"}))

    assert {settle(asked).training.precision for asked in ("auto", "fp32")} == {"fp32"}
    assert not torch.backends.cudnn.allow_tf32
    with pytest.raises(DeviceError, match=r"training\.precision: expected fp32, tf32 .* bf16\."):
        settle("bf16")


def test_a_gpu_rounds_the_factors_of_a_transformer_that_is_trained(make_run, gpu):
    gpu(True)
    encoder = RunEncoder(
        name="tiny", kind="huggingface", source="tiny", trained=True, learning_rate=1e-5
    )
    run = make_run(encoder=encoder, training={"precision": "auto", "device": "cuda"})
    try:
        assert resolve(run).training.precision == "tf32"
        assert torch.backends.cuda.matmul.allow_tf32
        assert torch.backends.cudnn.allow_tf32
    finally:
        round_factors("fp32")


def test_a_cpu_has_no_tf32(make_run):
    with pytest.raises(DeviceError, match=r"training\.precision: expected fp32, bf16 .* tf32\."):
        resolve(make_run(training={"precision": "tf32", "device": "cpu"}))


@pytest.mark.parametrize(
    ("asked", "there", "settled"),
    [
        ("auto", False, "cpu"),
        ("auto", True, "cuda"),
        ("cpu", True, "cpu"),
        ("cuda", True, "cuda"),
    ],
)
def test_a_gpu_is_used_when_there_is_one(asked, there, settled, gpu, make_run, caplog):
    prepared = gpu(there)
    with caplog.at_level("INFO"):
        run = resolve(make_run(training={"device": asked}))
    assert run.training.device == settled
    assert prepared == [True] * (settled == "cuda")
    assert f"device: {settled}" in caplog.text


def test_a_gpu_that_is_not_there_is_an_error(gpu, make_run):
    gpu(False)
    with pytest.raises(DeviceError, match=r"training\.device: expected a GPU .* found none\. Set "):
        resolve(make_run(training={"device": "cuda"}))


def test_a_training_that_is_taken_up_keeps_its_device(gpu, make_run, tmp_path):
    run = make_run(training={"device": "auto"})
    checkpoint = Checkpoint(tmp_path / "kept.ckpt", "this one", 0)
    checkpoint.write({"device": "cpu"})
    gpu(True)
    assert resolve(run, checkpoint).training.device == "cpu"
    checkpoint.write({"device": "cuda"})
    assert resolve(run, checkpoint).training.device == "cuda"
    gpu(False)
    with pytest.raises(DeviceError, match=r"kept\.ckpt: expected a GPU, as the training began on"):
        resolve(run, checkpoint)


def test_auto_records_the_device(train, tmp_path):
    fitted = train("contextual", "auto")
    found = "cuda" if torch.cuda.is_available() else "cpu"
    assert fitted.run.training.device == found
    assert fitted.model.device == torch.device("cpu")
    save_model(tmp_path, fitted.model, fitted.vocabulary, fitted.run, seed=1)
    assert load_model(tmp_path).run.training.device == found


def test_the_state_holds_the_generator_of_a_gpu(make_run, corpora, lexicon, monkeypatch):
    taken_up = []
    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda: torch.tensor([7], dtype=torch.uint8))
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda state: taken_up.extend(state.tolist()))
    run = make_run((Task.POS,))
    vocabulary = build_vocabulary(run.tasks, corpora, lexicon)
    trainer = loop._Trainer(
        run,
        build_model(run, vocabulary, lexicon),
        vocabulary,
        corpora,
        corpora,
        seed=1,
        adversary=None,
        contextual=None,
    )
    for name in ("cpu", "cuda"):
        # Nothing is computed, so no GPU need be there.
        trainer._params = run.training.model_copy(update={"device": name})
        state = trainer.to_state()
        assert state["device"] == name
        trainer.restore(state)
        assert taken_up == [7] * (name == "cuda")


def test_a_model_of_a_gpu_predicts_without_one(train, gpu, caplog):
    fitted = train("contextual", "cpu")
    training = fitted.run.training.model_copy(update={"device": "cuda"})
    run = fitted.run.model_copy(update={"training": training})
    gpu(False)
    placed = device.place_model(LoadedModel(fitted.model, fitted.vocabulary, run, 1))
    assert placed.device == torch.device("cpu")
    assert "expected a GPU, as the model was trained on one, found none" in caplog.text


def test_runs_from_before_the_setting_are_of_the_cpu(make_run):
    settings = make_run().training.model_dump(mode="json")
    del settings["device"]
    assert TrainingParams.model_validate(settings).device == "cpu"


on_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")


def outcome(fitted):
    """Return the bytes of the weights, and the history."""
    return save(fitted.model.state_dict()), [record.as_row() for record in fitted.history]


@on_a_gpu
@KINDS
def test_the_first_loss_on_a_gpu_is_that_of_the_cpu(kind, train):
    options = {"batch_sentences": 3, "dropout": 0.0}
    here, there = (train(kind, name, **options).history[0] for name in ("cpu", "cuda"))
    assert there.losses == pytest.approx(here.losses, rel=1e-4)


@on_a_gpu
@KINDS
def test_two_trainings_on_a_gpu_are_equal(kind, train):
    first, second = (outcome(train(kind, "cuda", max_epochs=3)) for _ in range(2))
    assert first == second


@on_a_gpu
@KINDS
def test_a_training_on_a_gpu_ends_alike_when_it_was_stopped(kind, train, tmp_path):
    options = {"max_epochs": 3, "batch_sentences": 1}
    expected = outcome(train(kind, "auto", **options))
    checkpoint = Fragile(tmp_path / "kept.ckpt", "this one", 0)
    checkpoint.lives = 3
    with pytest.raises(KilledError):
        train(kind, "auto", checkpoint=checkpoint, **options)
    # What other work in the process drew must not matter.
    torch.rand(3, device="cuda")
    assert outcome(train(kind, "auto", checkpoint=checkpoint, **options)) == expected


@on_a_gpu
def test_a_gpu_predicts_what_the_cpu_does(train, sentences):
    fitted = train("unified", "cuda", max_epochs=20)
    loaded = LoadedModel(fitted.model, fitted.vocabulary, fitted.run, 1)
    here, there = (
        annotate(model(), fitted.vocabulary, sentences, TASKS, multi_root=True)
        for model in (lambda: fitted.model, lambda: device.place_model(loaded))
    )
    assert fitted.model.device.type == "cuda"
    assert there == here
