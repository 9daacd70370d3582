"""Lines about a trained model in use: prediction, a cold start, the ablation of its units."""

import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.inputs import Inputs
from benchmarks.jobs import ONE_THREAD, OURS, PEERS, Program, run_together
from benchmarks.record import Record, Samples, Settings
from benchmarks.training import measure_modes
from mutspad.models.description import DESCRIPTION
from mutspad.tagging.pipeline import PRETRAINED

PASSES = 3
"""Passes over the test tweets that are measured, after the first."""
STANZA_TWEETS = 300
"""Test tweets that Stanza predicts, some minutes a thread."""


def measure_prediction(settings: Settings, inputs: Inputs, note: Callable[[str], None]) -> Record:
    """Predict all four tasks on TweeBank's test tweets, and spaCy its three."""
    options = (f"--tokens={inputs.tokens()}", f"--steps={min(PASSES, settings.steps)}")
    programs = {
        "ours": Program(
            OURS, "benchmarks.ours.predict", (f"--model={choose_tagger(inputs)}", *options)
        ),
        "peer": Program(PEERS, "benchmarks.peers.spacy_predict", options),
    }
    return Record(samples=measure_modes(programs, settings, note))


def measure_beside_stanza(
    settings: Settings, inputs: Inputs, note: Callable[[str], None]
) -> Record:
    """Predict all four tasks on some of TweeBank's test tweets, and Stanza its three."""
    tokens = f"--tokens={inputs.tokens(STANZA_TWEETS)}"
    programs = {
        "ours": Program(
            OURS,
            "benchmarks.ours.predict",
            (f"--model={choose_tagger(inputs)}", tokens, f"--steps={min(PASSES, settings.steps)}"),
        ),
        "peer": Program(
            PEERS,
            "benchmarks.peers.stanza_predict",
            (
                tokens,
                f"--train={inputs.treebank_conllu()}",
                f"--vectors={inputs.vectors_text()}",
                "--steps=1",
            ),
        ),
    }
    return Record(samples=measure_modes(programs, settings, note))


def choose_tagger(inputs: Inputs) -> Path:
    """Return the model that ships, where one does: its goals are the lines' goals."""
    return PRETRAINED if (PRETRAINED / DESCRIPTION).is_file() else inputs.model


def measure_cold_start(settings: Settings, inputs: Inputs, note: Callable[[str], None]) -> Record:
    """Start a process, load the model, predict one tweet, end: seconds by the clock."""
    tokens = str(inputs.tokens())
    module = "benchmarks.ours.first_tweet"
    commands = {
        "ours": [str(OURS), "-m", module, str(choose_tagger(inputs)), tokens],
        "peer": [str(PEERS), "-m", "benchmarks.peers.spacy_first_tweet", tokens],
    }
    for command in commands.values():
        # Once for nothing: the files shall be in memory for both.
        _time_process(command)
    samples: Samples = {side: {} for side in commands}
    for repetition in range(settings.repetitions):
        for side, command in commands.items():
            note(f"{side}, repetition {repetition + 1}")
            for part, seconds in _time_process(command).items():
                samples[side].setdefault(part, []).append(seconds)
    parts = {
        f"{side}: {part}": {ONE_THREAD.name: values}
        for side, found in samples.items()
        for part, values in found.items()
        if part != ONE_THREAD.name
    }
    whole = {side: {ONE_THREAD.name: found[ONE_THREAD.name]} for side, found in samples.items()}
    return Record(samples=whole | parts)


def _time_process(command: Sequence[str]) -> dict[str, float]:
    """Run a cold process; return the seconds of its parts, and of the whole."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "parts.json"
        start = time.monotonic()
        run_together([[*command, str(output)]], threads=ONE_THREAD.threads)
        whole = time.monotonic() - start
        parts: dict[str, float] = json.loads(output.read_text(encoding="utf-8"))
    return {ONE_THREAD.name: whole, **parts}


def measure_ablation(settings: Settings, inputs: Inputs, note: Callable[[str], None]) -> Record:
    """Ablate all units on the dev sets, at once and one by one: seconds of one processor."""
    samples: Samples = {"ours": {ONE_THREAD.name: []}, "peer": {ONE_THREAD.name: []}}
    for repetition in range(settings.repetitions):
        note(f"both loops, repetition {repetition + 1}")
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "ablation.json"
            command = [str(OURS), "-m", "benchmarks.ablation", f"--model={inputs.model}"]
            command += [f"--corpora={inputs.tweets}", f"--output={output}"]
            if settings.sentences is not None:
                command.append(f"--sentences={settings.sentences}")
            run_together([command], threads=ONE_THREAD.threads)
            measured = json.loads(output.read_text(encoding="utf-8"))
        samples["ours"][ONE_THREAD.name].append(measured["fast_seconds"])
        samples["peer"][ONE_THREAD.name].append(measured["slow_seconds_extrapolated"])
    return Record(samples=samples, remark=_describe_ablation(measured))


def _describe_ablation(measured: Mapping[str, Any]) -> str:
    """Format what the naive loop ran for and whether both agreed."""
    equal = all(task["equal_on_measured_units"] for task in measured["tasks"].values())
    verdict = "equal" if equal else "NOT equal"
    return (
        f"naive loop measured on {measured['slow_units_measured']} of {measured['units']} units "
        f"and extrapolated; scores {verdict} on them"
    )
