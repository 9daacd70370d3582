import json
import math

import numpy as np
import pandas as pd
import pytest
import torch

from mutspad.cli.main import main
from mutspad.config.sections import LanguageModelParams
from mutspad.errors import LanguageModelError
from mutspad.models.elmo import Elmo
from mutspad.training.pretrain_lm import fit_language_model, learning_rate
from tests.tiny import Fragile, KilledError

PARAMS = {
    "domains": ["tweets"],
    "token_budget": None,
    "held_out": 0.1,
    "seed": 3,
    "char_dim": 4,
    "filters": [[1, 8], [2, 8], [3, 8]],
    "n_highway": 1,
    "max_characters": 12,
    "dim": 24,
    "projection_dim": 12,
    "layers": 2,
    "cell_clip": 3.0,
    "proj_clip": 3.0,
    "dropout": 0.1,
    "negatives": 16,
    "batch_sentences": 8,
    "learning_rate": 0.02,
    "clip_norm": 5.0,
    "max_epochs": 4,
}
KILLS = 4


def params(**changes):
    return LanguageModelParams.model_validate(PARAMS | changes, strict=False)


def drift(seed, count):
    """Write sentences in which each word tells the next one."""
    rng = np.random.default_rng(seed)
    words = [f"{shore}{tide}" for shore in "abcdef" for tide in ("low", "high", "slack")]
    starts, lengths = rng.integers(0, len(words), count), rng.integers(3, 9, count)
    return [
        tuple(words[(start + step) % len(words)] for step in range(length))
        for start, length in zip(starts, lengths, strict=True)
    ]


@pytest.fixture(scope="module")
def fitted():
    return fit_language_model([drift(1, 150), drift(2, 80)], params(learning_rate=0.03))


def test_it_learns_what_frequencies_do_not_tell(fitted):
    first, last = fitted.history[0], fitted.history[-1]
    assert last["loss"] < first["loss"]
    for name, chance in fitted.unigram.items():
        known = last[f"dev_perplexity_{name}"]
        assert 10 < chance < 20
        assert 1 < known < 0.6 * chance
        assert known < first[f"dev_perplexity_{name}"]


def test_the_summary_says_how_much_was_read(fitted):
    summary = fitted.summary()
    held_out = math.ceil(0.1 * 230)
    texts = drift(1, 150) + drift(2, 80)
    assert summary["tokens"] == fitted.tokens < sum(map(len, texts))
    assert summary["tokens"] >= sum(sorted(map(len, texts))[: 230 - held_out])
    assert summary["epochs"] == 4
    assert summary["parameters"] == fitted.elmo.n_parameters()
    assert list(summary["perplexity_dev"]) == ["forward", "backward"]
    assert summary["perplexity_dev"]["forward"] == fitted.history[-1]["dev_perplexity_forward"]


def test_unigram_perplexity_is_that_of_the_counts():
    ebb, flood = ("ebb", "ebb", "ebb"), ("flood",)
    fitted = fit_language_model([[ebb, ebb, flood, flood] * 5], params(held_out=0.01, max_epochs=1))
    held = ebb if fitted.tokens == 37 else flood
    counts = {"ebb": 30, "flood": 10}
    counts[held[0]] -= len(held)
    total = sum(counts.values()) + 19 + 1  # borders, and one for the unknown
    logs = [math.log(counts[word] / total) for word in held] + [math.log(19 / total)]
    expected = math.exp(-sum(logs) / len(logs))
    assert fitted.unigram == pytest.approx({"forward": expected, "backward": expected})


def test_a_budget_takes_the_same_share_of_every_text():
    texts = [[("far",) * 4] * 100, [("near",) * 4] * 300]
    fitted = fit_language_model(texts, params(token_budget=800, max_epochs=1, held_out=0.001))
    assert fitted.tokens == 800 - 4
    # Half of each: a unigram model of 200 and 600 tokens in 200 sentences.
    counts = np.array([200, 600]) / (800 + 200 + 1)
    held = [(4 * np.log(share) + np.log(200 / 1001)) / 5 for share in counts]
    assert any(
        fitted.unigram["forward"] == pytest.approx(math.exp(-mean), rel=0.02) for mean in held
    )


@pytest.mark.parametrize(
    ("texts", "changes", "missing"),
    [
        ([[("ebb",)] * 9], {"held_out": 0.0}, "to hold out"),
        ([[("ebb",)]], {}, "to learn from"),
        ([[("ebb", "flood")] * 9], {"token_budget": 1}, "to learn from"),
        ([[]], {}, "to learn from"),
    ],
)
def test_too_little_text_is_an_error(texts, changes, missing):
    with pytest.raises(LanguageModelError, match=f"expected sentences {missing}, found none"):
        fit_language_model(texts, params(**changes))


def test_a_loss_out_of_bounds_stops_training():
    with pytest.raises(LanguageModelError, match=r"Lower language_model\.learning_rate"):
        fit_language_model([drift(1, 80)], params(learning_rate=1e38))


def test_the_learning_rate_rises_and_falls():
    rates = [learning_rate(step, 40, 2.0) for step in range(40)]
    assert rates[:4] == pytest.approx([0.5, 1.0, 1.5, 2.0])
    assert max(rates) == pytest.approx(2.0)
    assert np.diff(rates[3:]) == pytest.approx(np.full(36, -2.0 / 37))
    assert rates[-1] == pytest.approx(2.0 / 37)
    assert learning_rate(0, 1, 2.0) == 2.0


@pytest.fixture
def texts(tmp_path):
    paths = []
    for name, seed in (("tweets", 1), ("news", 2)):
        paths.append(tmp_path / f"{name}.txt")
        paths[-1].write_text("".join(" ".join(words) + "\n" for words in drift(seed, 30)))
    return paths


def pretrain(texts, output, text=None, extra=(), **changes):
    text = json.dumps(PARAMS | {"max_epochs": 2} | changes) if text is None else text
    options = [option for path in texts for option in ("--text", str(path))]
    with pytest.raises(SystemExit) as stopped:
        main(["step", "pretrain-lm", *options, "--params", text, "--output", str(output), *extra])
    return stopped.value.code


def test_the_verb_writes_a_model_that_can_be_read(texts, tmp_path):
    folder = tmp_path / "language_model"
    assert pretrain(texts, folder) == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "history.csv",
        "options.json",
        "summary.json",
        "weights.hdf5",
    ]
    history = pd.read_csv(folder / "history.csv")
    assert list(history) == [
        "epoch",
        "loss",
        "dev_perplexity_forward",
        "dev_perplexity_backward",
    ]
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["perplexity_dev"]["backward"] == pytest.approx(
        history["dev_perplexity_backward"].iloc[-1], rel=1e-4
    )
    elmo = Elmo.from_files(folder / "options.json", folder / "weights.hdf5")
    assert elmo.n_parameters() == summary["parameters"]
    (vectors,) = elmo([["alow", "unheard-of"]])
    assert vectors.shape == (3, 2, 24)


def test_a_seed_decides_every_byte(texts, tmp_path):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        assert pretrain(texts, tmp_path / name, seed=seed) == 0
    for file in ("options.json", "weights.hdf5", "history.csv", "summary.json"):
        a, b, c = ((tmp_path / name / file).read_bytes() for name in "abc")
        assert a == b
        assert (a == c) == (file == "options.json")


def test_a_mistake_leaves_nothing_behind(texts, tmp_path, capsys):
    assert pretrain(texts, tmp_path / "x", text='{"dim": 0}') == 1
    assert "--params: expected the section language_model as JSON" in capsys.readouterr().err
    assert pretrain(texts, tmp_path / "x", held_out=0.0) == 1
    assert "expected sentences to hold out" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_a_training_ends_alike_wherever_it_was_stopped(tmp_path):
    texts, chosen = [drift(1, 30), drift(2, 20)], params(max_epochs=3)
    expected = fit_language_model(texts, chosen)
    lives, stopped = iter([1, 3, 2, 7, 4, 2]), 0
    while True:
        checkpoint = Fragile(tmp_path / "kept.ckpt", "this one", 0)
        checkpoint.lives = next(lives, 0)
        try:
            found = fit_language_model(texts, chosen, checkpoint)
            break
        except KilledError:
            stopped += 1
    assert stopped == 5
    assert found.history == expected.history
    weights = expected.elmo.state_dict()
    assert all(torch.equal(value, weights[name]) for name, value in found.elmo.state_dict().items())


def test_a_killed_process_is_taken_up(texts, kill_often, tmp_path):
    checkpoint = tmp_path / "kept.ckpt"

    def train(*extra):
        folder = tmp_path / "language_model"
        assert pretrain(texts, folder, extra=extra) == 0
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    kept = ("--checkpoint", str(checkpoint), "--seconds", "0")
    kill_often(lambda: train(*kept), train(), checkpoint, KILLS)
    assert not checkpoint.exists()
