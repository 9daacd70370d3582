"""Readers, one for each raw format."""
