"""Measure dev scores against wall clock: our trainings beside Flair's and Stanza's.

Example: python -m benchmarks.cost ner --minutes 30 --results results/paper

| training | ours | peer | corpus |
|---|---|---|---|
| `ner` | `tweets.ner` of the paper experiment | Flair, word + character LSTM, CRF | WNUT-17 |
| `dep` | `news.dep` of the paper experiment | Stanza's parser, no tags | UD-EWT |

The peers keep their defaults, but for Flair's batches of 16 sentences and Stanza's looks at dev,
every 20 batches instead of 100.

Both sides train at once, a thread each, with the same sentences and word vectors, until they end by
themselves or the time is over. Each scores dev as it does by itself; the clock starts at the first
sign of a side's training and counts its looks at dev. The rows replace those of the same training
in `cost.csv`; the last line printed says when ours has reached the peer's best score.
"""

import re
import signal
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import click
import pandas as pd

from benchmarks.inputs import to_conllu, to_word2vec
from benchmarks.jobs import OURS, PEERS, ROOT, JobError, limit_threads
from mutspad.data.conllup import read_conllup
from mutspad.data.lexicon import read_lexicon
from mutspad.data.sentence import Sentence
from mutspad.tasks import Task

OUTPUT = ROOT / "benchmarks" / "cost.csv"
COLUMNS = ["training", "side", "seconds", "dev"]

Row = tuple[str, float, float]
"""A side, the seconds since it began to train, and its dev score."""


@dataclass(frozen=True, slots=True)
class Side:
    """Hold one side of a training: its command, and patterns of what it prints.

    The line `started` starts the clock; the one group of `scored`, times `unit`, is a dev score.
    """

    name: str
    command: Sequence[str]
    started: str
    scored: str
    unit: float = 1.0


def follow(side: Side, process: subprocess.Popen[str], rows: list[Row]) -> None:
    """Collect the scores that a program prints, with the seconds since its training began.

    Raises
    ------
    JobError
        With its last lines, when it fails by itself.
    """
    start = time.monotonic()
    last: deque[str] = deque(maxlen=20)
    for line in process.stdout or ():
        last.append(line)
        if re.search(side.started, line):
            start = time.monotonic()
        elif found := re.search(side.scored, line):
            score = round(float(found[1]) * side.unit, 2)
            rows.append((side.name, round(time.monotonic() - start, 1), score))
            click.echo(f"{side.name}: {score:.2f} after {rows[-1][1]:.0f} s", err=True)
    if process.wait() not in (0, -signal.SIGTERM):  # which `race` sends when the time is over
        raise JobError(f"failed: {side.name}\n{''.join(last)}")


def race(sides: Sequence[Side], seconds: float) -> list[Row]:
    """Run both sides at once for so many seconds at most and return their scores."""
    rows: list[Row] = []
    # Lines come when they are printed, and both sides have a CPU.
    environment = limit_threads(1) | {"PYTHONUNBUFFERED": "1", "CUDA_VISIBLE_DEVICES": ""}
    running = [
        subprocess.Popen(
            side.command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for side in sides
    ]
    with ThreadPoolExecutor() as pool:
        readers = [
            pool.submit(follow, side, process, rows)
            for side, process in zip(sides, running, strict=True)
        ]
        wait(readers, timeout=seconds, return_when=FIRST_EXCEPTION)
        for side, process in zip(sides, running, strict=True):
            if process.poll() is None:
                click.echo(f"{side.name}: still training when the time was over", err=True)
            process.terminate()
    for reader in readers:
        reader.result()
    return rows


def ours(model: str, results: Path, folder: Path) -> Side:
    """Train a model of the experiment in a folder of its own, which reads the results' corpora."""
    own = folder / "results"
    own.mkdir()
    for name in ("corpora", "lexicon", "precision.json"):
        (own / name).symlink_to((results / name).resolve())
    plan = results / "plan" / f"{model}.json"
    command = [str(OURS), "-m", "mutspad.cli", "step", "fit"]
    command += [f"--model={plan.resolve()}", "--seed=1", f"--results={own}"]
    return Side("ours", command, r"^device: ", r"^epoch \d+: .* mean ([\d.]+)")


def flair(corpora: Path, vectors: Path, folder: Path) -> Side:
    """Train Flair's tagger for the entities of the tweets."""
    files = []
    for split in ("train", "dev"):
        path = folder / f"{split}.txt"
        path.write_text(to_columns(read_conllup(corpora / f"{split}.conllup")), "utf-8")
        files.append(f"--{split}={path}")
    command = [str(PEERS), "-m", "benchmarks.peers.flair_scores", *files, f"--vectors={vectors}"]
    return Side("Flair", command, "^training begins", r"^dev ([\d.]+)", unit=100)


def stanza(corpora: Path, vectors: Path, folder: Path) -> Side:
    """Train Stanza's parser by its own program; it looks at dev every 20 batches of 5,000 words."""
    command = [str(PEERS), "-m", "stanza.models.parser", "--no_upos", "--no_xpos", "--no_ufeats"]
    command += ["--cpu", "--shorthand=en_ewt", f"--save_dir={folder}", "--eval_interval=20"]
    for option, split in (("train", "train"), ("eval", "dev")):
        path = folder / f"{split}.conllu"
        path.write_text(to_conllu(read_conllup(corpora / f"{split}.conllup")), "utf-8")
        command.append(f"--{option}_file={path}")
    command += [f"--wordvec_file={vectors}", f"--wordvec_pretrain_file={folder / 'vectors.pt'}"]
    return Side("Stanza", command, "Training parser", r"dev_score = ([\d.]+)", unit=100)


def to_columns(sentences: Sequence[Sentence]) -> str:
    """Write words and entities in the two columns that Flair reads."""
    return "\n".join(
        "".join(
            f"{word} {label}\n"
            for word, label in zip(sentence.words, sentence.layers[Task.NER].labels, strict=True)
        )
        for sentence in sentences
    )


def judge(rows: Sequence[Row]) -> str:
    """Say when ours has reached the best dev score of the peer, in seconds and as a share."""
    own = [(seconds, dev) for side, seconds, dev in rows if side == "ours"]
    peer, seconds, best = max((row for row in rows if row[0] != "ours"), key=lambda row: row[2])
    said = f"{peer}: best dev score {best:.2f} after {seconds:.0f} s; ours"
    reached = [after for after, dev in own if dev >= best]
    if not reached:
        return f"{said} has not reached it in {max(own)[0]:.0f} s"
    return f"{said} reaches it after {min(reached):.0f} s, {min(reached) / seconds:.2f} of its time"


@click.command()
@click.argument("training", type=click.Choice(["ner", "dep"]))
@click.option("--minutes", type=float, default=30, show_default=True)
@click.option(
    "--results",
    type=click.Path(path_type=Path, exists=True),
    default=ROOT / "results" / "paper",
    help="Corpora, lexicon and plan are read there; results/paper by default.",
)
@click.option("--output", type=click.Path(path_type=Path), default=OUTPUT, show_default=True)
def main(*, training: str, minutes: float, results: Path, output: Path) -> None:
    """Train both sides and write their scores by the clock."""
    if not PEERS.is_file():
        raise click.ClickException(f"{PEERS}: expected the peers, found none. Run make bench once")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        vectors = folder / "vectors.txt"
        vectors.write_text(to_word2vec(read_lexicon(results / "lexicon")), "utf-8")
        if training == "ner":
            peer = flair(results / "corpora/tweets/ner", vectors, folder)
            sides = [ours("tweets.ner", results, folder), peer]
        else:
            peer = stanza(results / "corpora/news/dep", vectors, folder)
            sides = [ours("news.dep", results, folder), peer]
        rows = sorted(race(sides, minutes * 60))
    lacking = ", ".join({side.name for side in sides} - {side for side, *_ in rows})
    if lacking:
        raise click.ClickException(
            f"expected scores of both sides, found none of {lacking}. Give more --minutes"
        )
    found = pd.DataFrame([(training, *row) for row in rows], columns=COLUMNS)
    if output.is_file():
        known = pd.read_csv(output)
        found = pd.concat([known[known["training"] != training], found])
    found.to_csv(output, index=False)
    click.echo(judge(rows))


if __name__ == "__main__":
    main()
