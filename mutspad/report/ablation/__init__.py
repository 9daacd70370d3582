"""What each unit of the POS features does: scores without it, and the words that activate it."""
