"""From scores to the tables of the paper (paper 5.4)."""
