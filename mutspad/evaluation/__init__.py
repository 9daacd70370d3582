"""Measures: pure functions on label sequences (paper 5.1)."""
