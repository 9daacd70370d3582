"""Early stopping on the dev score (paper 5.3)."""

from dataclasses import dataclass


@dataclass(slots=True)
class EarlyStopping:
    """Track the best epoch and decide when to stop.

    Parameters
    ----------
    patience
        Epochs in a row without a better score before training stops.
    best_epoch, best_score
        The best epoch so far and its score; None before the first.
    stale
        Epochs since the best one.
    """

    patience: int
    best_epoch: int | None = None
    best_score: float | None = None
    stale: int = 0

    def update(self, epoch: int, score: float) -> bool:
        """Record an epoch's score and return whether it is the best so far.

        Of equal scores the earlier epoch stays the best.
        """
        if self.best_score is None or score > self.best_score:
            self.best_epoch, self.best_score, self.stale = epoch, score, 0
            return True
        self.stale += 1
        return False

    @property
    def exhausted(self) -> bool:
        """Return whether patience has run out."""
        return self.stale >= self.patience
