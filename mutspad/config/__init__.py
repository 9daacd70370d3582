"""Typed, closed parameters: read `params.yaml`, lay an experiment over it, validate.

Only the plan calls `load_params`; every step receives a resolved file, never `params.yaml`.
"""
