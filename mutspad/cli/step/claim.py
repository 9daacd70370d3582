"""Judge what the paper says it found by the results of an experiment.

Example: mutspad step claim --plan results/demo/plan.json --results results/demo

results/<experiment>/
├── claims.md      the verdicts, and what each rests on
└── claims.json    the same for machines
"""

from pathlib import Path

import click

from mutspad.cli.options import plan_option, results_option
from mutspad.files import write_json, write_text
from mutspad.plan.layout import Layout
from mutspad.plan.plan import read_plan
from mutspad.report.ablation.drops import read_ablated
from mutspad.report.claims.judging import Material, judge_claims
from mutspad.report.claims.page import build_markdown, build_record
from mutspad.report.statistics.comparisons import Comparisons, list_rows
from mutspad.report.statistics.reading import read_counts, read_results
from mutspad.report.statistics.trainings import read_trainings


@click.command("claim")
@plan_option
@results_option
def command(*, plan_file: Path, results: Path) -> None:
    """Judge by counts, training curves and drops; write verdicts as Markdown and JSON."""
    plan = read_plan(plan_file)
    params = plan.params.statistics
    units = Layout(results).ablation(plan.ablated, plan.seeds[0])
    scored = read_results(results, plan)
    rows = list_rows(scored)
    material = Material(
        scored,
        Comparisons(rows, *read_counts(results, rows, scored.book), params),
        read_trainings(results, plan),
        read_ablated(results, plan) if units.is_dir() else None,
        plan.params.ablation.min_support,
    )
    judged = judge_claims(material)
    write_text(results / "claims.md", build_markdown(scored, judged, params))
    write_json(results / "claims.json", build_record(scored, judged, params))
