import json

import pytest

from mutspad.report.claims.claims import Verdict
from mutspad.report.claims.judging import judge_claims
from mutspad.report.claims.page import build_markdown, build_record


@pytest.fixture
def build(build_material, params):
    """Build page and record."""

    def call(**changes):
        material = build_material(**changes)
        judged = judge_claims(material)
        return (
            build_markdown(material.results, judged, params),
            build_record(material.results, judged, params),
        )

    return call


def line(page, start):
    """Find a line of the page by its start."""
    (found,) = [text for text in page.splitlines() if text.startswith(start)]
    return found


def test_the_page_begins_with_the_verdicts(build):
    page, record = build()
    assert page.startswith("# Claims (paper): what the paper says and what comes out here\n")
    counts = record["verdicts"]
    assert sum(counts.values()) == len(record["claims"])
    listed = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)
    assert f"Of the paper's {len(record['claims'])} claims: {listed}." in page
    assert "| **confirmed** " in line(page, "| 4. Training on all tasks together")
    assert "One seed" not in page
    assert "synthetic" not in page


def test_a_claim_shows_the_paper_ours_the_interval_the_test_and_the_verdict(build):
    page, record = build()
    section = page.partition("### Claim 4 (5.4.1, sentence 4): confirmed\n")[2].partition("###")[0]
    assert "> Training on all tasks together is better" in section
    assert section.count("4 of 4") == 2  # ours and the paper's
    assert "Test: approximate randomisation" in section
    (found,) = [claim for claim in record["claims"] if claim["id"] == "multi-task-helps"]
    dep = found["comparisons"][1]
    cells = [cell.strip() for cell in line(section, "| DP (LAS)").strip("|").split("|")]
    assert cells == [
        "DP (LAS)",
        "Multi-Task Learning - Mono-task Learning",
        "above 0",
        "+3.68",
        f"{dep['ours']:+.2f}",
        f"[{dep['ci_low']:+.2f}, {dep['ci_high']:+.2f}]",
        f"{dep['p']:.3f}",
        "2 of 2",
        "as claimed",
    ]


def test_numbers_of_the_paper_that_do_not_say_what_it_says_are_named(build):
    page, _ = build()
    assert "3 of 4 (not NER (F1), MuTSPad w/ source unif. - MuTSPad w/o unif.: -0.13)." in page


def test_what_is_missing_is_named_in_the_table_and_with_the_claim(build):
    page, record = build(
        unavailable={"elmo_small": "no folder has it", "elmo_large": "no folder has it"}
    )
    assert "| ELMo large: weights not available " in line(page, "| 8. NER gains most")
    assert "Not tested: ELMo large: weights not available. Test:" in page
    # The reason stands in the notes, once.
    assert page.count("no folder has it") == 1
    assert "- Weights not available (ELMo small, ELMo large): no folder has it." in page
    assert record["unavailable"]["elmo_large"] == "no folder has it"


def test_a_claim_that_no_comparison_decides_has_its_reason_below_the_table(build):
    page, _ = build()
    section = page.partition("### Claim 3 (5.4.1, sentence 2): cannot be tested here\n")[2]
    assert "Not tested: the paper does not say how close is close" in section.partition("###")[0]
    assert "how close is close" not in line(page, "| 3. MuTSPad is close")


def test_what_the_verdicts_cannot_carry_is_said_first(build, scores):
    page, record = build(
        experiment="demo", scores=[record | {"experiment": "demo"} for record in scores]
    )
    assert page.startswith("# Claims (demo: synthetic data)")
    assert "**The data are synthetic**" in page.partition("\n| ")[0]
    assert record["synthetic"] is True
    assert "| Verdict here |" in " ".join(page.split())
    page, _ = build(seeds=(1,))
    assert "**One seed** (1)" in page.partition("\n| ")[0]
    assert "| Verdict here (one seed) |" in " ".join(page.split())


def test_an_experiment_that_is_not_the_paper_s_says_so(build, scores, vectors):
    warning = "**This is not the paper's experiment**"
    assert warning not in build()[0]
    page, _ = build(scores=[record | {"config": {"model": {"char_dim": 16}}} for record in scores])
    assert warning in page
    vectors["dim"] = 50
    page, _ = build()
    assert warning in page
    assert "vectors.dim 50 (300)" in page


def test_the_record_is_json_and_says_what_was_drawn(build, params):
    _, record = build()
    assert json.loads(json.dumps(record)) == record
    assert record["statistics"] == params.model_dump()
    assert record["seeds"] == [1, 2]
