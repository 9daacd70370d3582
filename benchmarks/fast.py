"""Measure what each fast path of `mutspad.models.fast` gains.

Example: python -m benchmarks.fast

Takes training steps of the paper's sizes on made-up sentences (of `corpus_forms`: predicts them),
one thread, with the path and without it in turn, and writes the medians of the processor time to
benchmarks/fast.csv.
"""

import csv
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

import click
import numpy as np
import torch
import yaml

from mutspad.config.base import Precision
from mutspad.config.network import ModelParams, TrainingParams
from mutspad.data.batching import Batch, collate, encode
from mutspad.data.sentence import Layer, Sentence
from mutspad.data.vocab import PAD, UNK, Vocabulary
from mutspad.models import fast
from mutspad.models.mutspad import MuTSPad
from mutspad.models.precision import computing_in
from mutspad.tasks import TASKS, Task
from mutspad.training.optimiser import Optimiser
from mutspad.training.predict import annotate

OUTPUT = Path("benchmarks/fast.csv")
FORMS, WORD_DIM, BATCHES = 20_000, 300, 6
LABELS = {Task.POS: 50, Task.CHUNK: 23, Task.NER: 9, Task.DEP: 49}
CASES: Sequence[tuple[fast.FastPath, tuple[Task, ...], Precision]] = (
    ("lstm", (Task.POS,), "fp32"),
    ("lstm", (Task.DEP,), "fp32"),
    ("mixed_lstm", (Task.DEP,), "bf16"),
    ("pairs", (Task.DEP,), "fp32"),
    ("corpus_forms", (Task.POS,), "fp32"),
)
FIELDS = ("path", "tasks", "precision", "plain_ms", "fast_ms", "gain_percent")


@click.command()
@click.option("--seconds", type=float, default=15.0, show_default=True, help="Of a case, at least.")
def command(*, seconds: float) -> None:
    """Measure every case."""
    torch.set_num_threads(1)
    vocabulary, sentences = _invent(np.random.default_rng(1))
    rows = []
    for path, tasks, precision in CASES:
        run = _prepare(path, tasks, precision, vocabulary, sentences)
        plain, quick = _measure(path, run, seconds)
        gain = f"{100 * (plain - quick) / plain:.0f}"
        rows.append((path, " ".join(tasks), precision, f"{plain:.0f}", f"{quick:.0f}", gain))
        click.echo(" ".join(rows[-1]), err=True)
    with OUTPUT.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([FIELDS, *rows])


def _measure(path: fast.FastPath, run: Callable[[], object], seconds: float) -> tuple[float, float]:
    """Return the milliseconds of a run without the path and with it, medians of alternate runs."""
    times: dict[bool, list[float]] = {True: [], False: []}
    spent = 0.0
    while spent < seconds or len(times[True]) < 4:
        for with_path, values in times.items():
            with nullcontext() if with_path else fast.plain(path):
                started = time.process_time()
                run()
            values.append(1000 * (time.process_time() - started))
            spent += values[-1] / 1000
    # The first run of each also warms up.
    return median(times[False][1:]), median(times[True][1:])


def _prepare(
    path: fast.FastPath,
    tasks: Sequence[Task],
    precision: Precision,
    vocabulary: Vocabulary,
    sentences: Sequence[Sentence],
) -> Callable[[], object]:
    """Return a function that does once what is measured."""
    params = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    torch.manual_seed(1)
    model = MuTSPad(
        params=ModelParams(**params["model"]),
        tasks=tasks,
        vocabulary=replace(vocabulary, labels={task: vocabulary.labels[task] for task in tasks}),
        word_dim=WORD_DIM,
    )
    if path == "corpus_forms":
        return partial(annotate, model, vocabulary, list(sentences) * 4, tasks, multi_root=True)
    size = len(sentences) // BATCHES
    batches = [
        collate(vocabulary, [encode(vocabulary, sentence, TASKS) for sentence in part])
        for part in (sentences[start : start + size] for start in range(0, len(sentences), size))
    ]
    training = TrainingParams(**params["training"])
    return partial(_train, model, batches, tasks, precision, training)


def _train(
    model: MuTSPad,
    batches: Sequence[Batch],
    tasks: Sequence[Task],
    precision: Precision,
    params: TrainingParams,
) -> None:
    """Take a step with each batch."""
    model.train()
    optimiser = Optimiser(model, params, n_tasks=len(tasks))
    optimiser.set_progress(0.5)
    for batch in batches:
        with computing_in(precision):
            losses = model.losses(batch, tasks)
        optimiser.step(1e-3 * torch.stack(list(losses.values())).sum())


def _invent(rng: np.random.Generator) -> tuple[Vocabulary, list[Sentence]]:
    """Invent sentences with lengths as in UD-EWT, short words being frequent, short ones first."""
    letters = [chr(ord("a") + place) for place in range(26)]
    lengths = 1 + rng.gamma(4.0, 1.2, FORMS).astype(int)
    forms = sorted({"".join(rng.choice(letters, length)) for length in lengths}, key=len)
    share = 1.0 / np.arange(1, len(forms) + 1)
    labels = {
        task: ("root", *(f"B-{row}" for row in range(1, count))) for task, count in LABELS.items()
    }
    sentences: list[Sentence] = []
    for length in sorted(1 + rng.gamma(1.6, 7.5, 16 * BATCHES).astype(int)):
        words = tuple(forms[row] for row in rng.choice(len(forms), length, p=share / share.sum()))
        layers = {task: Layer(tuple(map(str, rng.choice(labels[task], length)))) for task in TASKS}
        heads = tuple(int(rng.integers(0, word)) for word in range(1, length + 1))
        layers[Task.DEP] = Layer(layers[Task.DEP].labels, heads=heads)
        sentences.append(Sentence(str(len(sentences)), words, layers))
    vocabulary = Vocabulary(
        (PAD, UNK, *sorted(forms)), (PAD, UNK, *letters), labels, lowercase=True
    )
    return vocabulary, sentences


if __name__ == "__main__":
    command()
