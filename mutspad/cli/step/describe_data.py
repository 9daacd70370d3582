"""Describe the data of an experiment: small, without words of the corpora, so that git takes it.

Example: mutspad step describe-data --plan results/demo/plan.json --results results/demo

results/<experiment>/
└── data.json    sizes and versions of all corpora, the word vectors, our own language model
"""

from pathlib import Path

import click

from mutspad.cli.options import plan_option, results_option
from mutspad.files import read_json, write_json
from mutspad.plan.layout import Layout
from mutspad.plan.plan import read_plan
from mutspad.report.records import Setting, read_record


@click.command("describe-data")
@plan_option
@results_option
def command(*, plan_file: Path, results: Path) -> None:
    """Read the summary of every corpus, the lexicon and, if there is one, the language model."""
    plan, layout = read_plan(plan_file), Layout(results)
    language_model = layout.language_model / "summary.json"
    raw = {
        "experiment": plan.params.experiment,
        "summaries": [
            read_json(layout.corpus(domain, task, "summary.json"))
            for domain in sorted(plan.corpora)
            for task in sorted(plan.corpora[domain])
        ],
        "vectors": read_json(layout.lexicon / "lexicon.json"),
        "language_model": read_json(language_model) if language_model.is_file() else None,
        "lacking": {
            corpora.substitute_for: corpora.lacking
            for tasks in plan.corpora.values()
            for corpora in tasks.values()
            if corpora.substitute_for and corpora.lacking
        },
    }
    setting = read_record(Setting, "summaries of the corpora and of the lexicon", raw)
    write_json(layout.data, setting.model_dump(mode="json"))
