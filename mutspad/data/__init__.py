"""Corpora: from raw files to sentences, and from sentences to batches."""
