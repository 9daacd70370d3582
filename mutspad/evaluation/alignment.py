"""Check that gold and predicted label sequences are aligned."""

from collections.abc import Sequence
from typing import Any

from mutspad.errors import MutspadError


def require_aligned(gold: Sequence[Sequence[Any]], predicted: Sequence[Sequence[Any]]) -> None:
    """Check that there is at least one word, and one prediction for every word.

    Raises
    ------
    MutspadError
        When the numbers of sentences or words differ, or there is nothing to score.
    """
    if len(gold) != len(predicted):
        raise MutspadError(
            f"expected predictions for {len(gold)} sentences, found {len(predicted)}"
        )
    for number, (wanted, given) in enumerate(zip(gold, predicted, strict=True), start=1):
        if len(wanted) != len(given):
            raise MutspadError(
                f"sentence {number}: expected predictions for {len(wanted)} words, "
                f"found {len(given)}"
            )
    if not any(gold):
        raise MutspadError("expected at least one word to score, found none")
