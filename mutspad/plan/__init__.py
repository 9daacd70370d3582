"""Derive from the methods of an experiment what is trained, from what, and into which files."""
