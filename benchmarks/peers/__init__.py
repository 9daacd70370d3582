"""The peers' side of each line, run with the Python of `benchmarks/.venv`, where ours is not."""
