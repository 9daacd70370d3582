"""Task heads: a tagger and the biaffine parser."""
