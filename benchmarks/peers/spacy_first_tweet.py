"""Load spaCy's en_core_web_md and predict one sentence: what a cold process takes.

Example: python -m benchmarks.peers.spacy_first_tweet tokens.json
"""

import json
import sys
from pathlib import Path

from spacy.tokens import Doc

from benchmarks.peers.spacy_model import open_spacy

nlp = open_spacy()
words = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))[0]
doc = nlp(Doc(nlp.vocab, words))
sys.stdout.write(f"{[(token.tag_, token.dep_, token.ent_type_) for token in doc]}\n")
