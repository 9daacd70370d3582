"""Collect the speeds of trainings from their logs, those on a GPU beside those on a CPU.

Example: python -m benchmarks.gpu --at-once 17 logs/paper/baselines/tweets.dep/seed1.log

Each training becomes a row of `gpu.csv`: its model and seed, the device it names, how many
trainings shared the machine, its epochs, and the median of their words per second.
"""

import argparse
import csv
import re
from pathlib import Path
from statistics import median

from mutspad.files import write_csv

OUTPUT = Path(__file__).with_name("gpu.csv")
DEVICE = re.compile(r"^device: (?:cuda, )?(.+)$", re.MULTILINE)
SPEED = re.compile(r"^epoch \d+: .* (\d+) words/s$", re.MULTILINE)


def read_log(path: Path, at_once: int) -> dict[str, str | int]:
    """Read `.../<model>/seed<k>.log`.

    Raises
    ------
    ValueError
        When the log names no device or has no epoch.
    """
    text = path.read_text()
    device, speeds = DEVICE.search(text), [int(speed) for speed in SPEED.findall(text)]
    if device is None or not speeds:
        raise ValueError(f"{path}: expected the log of a training, found no device or no epoch")
    return {
        "model": path.parent.name,
        "seed": int(path.stem.removeprefix("seed")),
        "device": device[1],
        "at_once": at_once,
        "epochs": len(speeds),
        "words_per_second": round(median(speeds)),
    }


def main() -> None:
    """Add the rows of some logs to `gpu.csv`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("logs", type=Path, nargs="+", metavar="LOG")
    parser.add_argument("--at-once", type=int, required=True, help="Trainings on the machine.")
    options = parser.parse_args()
    rows = [read_log(path, options.at_once) for path in options.logs]
    known: list[dict[str, str]] = []
    if OUTPUT.is_file():
        with OUTPUT.open(newline="") as file:
            known = list(csv.DictReader(file))
    write_csv(OUTPUT, [*known, *rows])


if __name__ == "__main__":
    main()
