"""Training: schedules, losses, early stopping and the two stages (paper section 4)."""
