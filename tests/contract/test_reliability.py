"""What docs/reliability.md says of committed results is what these say."""

import json
from pathlib import Path

from mutspad.report.claims.claims import Verdict

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_claims_of_quick_are_counted_as_they_are() -> None:
    record = json.loads((ROOT / "results" / "quick" / "claims.json").read_text())
    counted = ", ".join(f"{record['verdicts'][verdict]} {verdict}" for verdict in Verdict)
    assert f"| {counted} |" in (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
