"""Rows of scores and the paper's tables of them, ours beside the printed numbers."""
