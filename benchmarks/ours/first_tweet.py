"""Load a trained model and predict one sentence: what a cold process takes.

Example: python -m benchmarks.ours.first_tweet tuned-multi/seed1 tokens.json
"""

import json
import sys
from pathlib import Path

from mutspad.data.sentence import Sentence
from mutspad.models.checkpoint import load_model
from mutspad.training.predict import annotate

loaded = load_model(Path(sys.argv[1]))
words = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))[0]
(predicted,) = annotate(
    loaded.model,
    loaded.vocabulary,
    [Sentence("", tuple(words))],
    loaded.run.tasks,
    multi_root=loaded.run.multi_root,
    batch_sentences=loaded.run.training.batch_sentences,
)
sys.stdout.write(f"{predicted.layers}\n")
