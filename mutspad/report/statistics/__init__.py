"""Differences between rows, tested on sentences and on seeds."""
