"""Load a trained model and predict one sentence: what a cold process takes.

Example: python -m benchmarks.ours.first_tweet news.tweets.all/seed1 tokens.json parts.json
"""

import time

start = time.perf_counter()

import json  # noqa: E402 - the imports are part of what is measured
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from mutspad.tagging.pipeline import load  # noqa: E402

imported = time.perf_counter()
nlp = load(sys.argv[1])
opened = time.perf_counter()
words = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))[0]
nlp([words])
predicted = time.perf_counter()
parts = {"import": imported - start, "load": opened - imported, "predict": predicted - opened}
Path(sys.argv[3]).write_text(json.dumps(parts), encoding="utf-8")
