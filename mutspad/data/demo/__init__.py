"""The demo's synthetic corpora: two domains that share an invented language and a grammar."""

from mutspad.data.demo.corpora import CORPUS_NAMES, generate

__all__ = ["CORPUS_NAMES", "generate"]
