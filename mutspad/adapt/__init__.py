"""Adapt to a domain of the user's: a recipe becomes parameters of the same workflow."""
