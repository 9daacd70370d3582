"""What docs/reliability.md says of committed results is what these say."""

import json
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RELIABILITY = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")


def test_the_claims_of_quick_are_counted_as_they_are() -> None:
    record = json.loads((ROOT / "results" / "quick" / "claims.json").read_text())
    counts = Counter(claim["verdict"] for claim in record["claims"])
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    assert set(said.split(", ")) <= {
        part.strip() for line in RELIABILITY.splitlines() for part in line.replace("|", ",").split(",")
    }, said
