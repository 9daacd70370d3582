"""Readers, one for each raw format; each refuses a malformed line with its file and number."""
