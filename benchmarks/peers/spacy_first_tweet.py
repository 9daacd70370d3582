"""Load spaCy's en_core_web_md and predict one sentence: what a cold process takes.

Example: python -m benchmarks.peers.spacy_first_tweet tokens.json parts.json
"""

import time

start = time.perf_counter()

import json  # noqa: E402 - the imports are part of what is measured
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from spacy.tokens import Doc  # noqa: E402

from benchmarks.peers.spacy_model import open_spacy  # noqa: E402

imported = time.perf_counter()
nlp = open_spacy()
opened = time.perf_counter()
words = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))[0]
nlp(Doc(nlp.vocab, words))
predicted = time.perf_counter()
parts = {"import": imported - start, "load": opened - imported, "predict": predicted - opened}
Path(sys.argv[2]).write_text(json.dumps(parts), encoding="utf-8")
