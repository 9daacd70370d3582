"""Lines about training: words a second, ours and the peer's in turns."""

from collections.abc import Callable, Mapping

from benchmarks.inputs import Inputs
from benchmarks.jobs import MODES, ONE_THREAD, OURS, PEERS, Program, measure_speed
from benchmarks.record import Record, Samples, Settings
from mutspad.tasks import TASKS

STANZA_SHARE = 20
"""A batch of Stanza's holds 5,000 words, about as many as 20 batches of 16 sentences."""


def measure_parser(settings: Settings, inputs: Inputs, note: Callable[[str], None]) -> Record:
    """Train the parser of the paper experiment, and Stanza's, on UD-EWT."""
    stanza = _peer("stanza_parser", inputs, steps=max(1, settings.steps // STANZA_SHARE))
    return _measure("news.dep", stanza, settings, inputs, note)


def measure_tagger(settings: Settings, inputs: Inputs, note: Callable[[str], None]) -> Record:
    """Train the POS tagger of the paper experiment, and Flair's, on UD-EWT."""
    flair = _peer("flair_tagger", inputs, steps=settings.steps)
    return _measure("news.pos", flair, settings, inputs, note)


def measure_unified(settings: Settings, inputs: Inputs, note: Callable[[str], None]) -> Record:
    """Train all tasks at once on unified sentences, and each by itself on the same sentences."""
    alone = [f"news.{task}" for task in TASKS]
    seconds: dict[str, list[float]] = {run: [] for run in ("news-unified.all", *alone)}
    for repetition in range(settings.repetitions):
        for run, values in seconds.items():
            note(f"{run}, repetition {repetition + 1}")
            options = (
                f"--run={inputs.run(run)}",
                f"--train={inputs.unified}",
                f"--lexicon={inputs.results / 'lexicon'}",
                f"--steps={settings.steps}",
                "--seed={seed}",
            )
            program = Program(OURS, "benchmarks.ours.train", options)
            values.append(1000 / measure_speed(program, ONE_THREAD, repetition=repetition))
    sides = {"ours": seconds["news-unified.all"]}
    sides["peer"] = [sum(values) for values in zip(*map(seconds.__getitem__, alone), strict=True)]
    sides |= {f"peer: {run}": seconds[run] for run in alone}
    return Record(samples={side: {ONE_THREAD.name: values} for side, values in sides.items()})


def measure_modes(
    programs: Mapping[str, Program], settings: Settings, note: Callable[[str], None]
) -> Samples:
    """Run the programs of all sides in turns, in every mode, and collect their words a second."""
    samples: Samples = {side: {mode.name: [] for mode in MODES} for side in programs}
    for repetition in range(settings.repetitions):
        for mode in MODES:
            for side, program in programs.items():
                note(f"{side}, {mode.name}, repetition {repetition + 1}")
                speed = measure_speed(program, mode, repetition=repetition)
                samples[side][mode.name].append(speed)
    return samples


def _measure(
    run: str, peer: Program, settings: Settings, inputs: Inputs, note: Callable[[str], None]
) -> Record:
    """Measure our training, the peer's, and our LSTM kernels alone."""
    options = (
        f"--run={inputs.run(run)}",
        f"--train={inputs.treebank()}",
        f"--lexicon={inputs.lexicon()}",
        "--seed={seed}",
        # For the kernels alone, too: of few steps, two jobs that start a second apart share none.
        f"--steps={settings.steps}",
    )
    programs = {
        "ours": Program(OURS, "benchmarks.ours.train", options),
        "peer": peer,
        "lstms": Program(OURS, "benchmarks.ours.lstms", options),
    }
    return Record(samples=measure_modes(programs, settings, note))


def _peer(module: str, inputs: Inputs, *, steps: int) -> Program:
    """Build the program of a peer that trains on UD-EWT."""
    options = (
        f"--train={inputs.treebank_conllu()}",
        f"--vectors={inputs.vectors_text()}",
        f"--steps={steps}",
        "--seed={seed}",
    )
    return Program(PEERS, f"benchmarks.peers.{module}", options)
