"""Describe the resolved parameters and the substitutes of an experiment."""

import yaml
from tabulate import tabulate

from mutspad.config.params import Params
from mutspad.report.records import Setting
from mutspad.report.tables.form import NOT_APPLICABLE, name_corpora, name_task, note_data


def describe_parameters(params: Params, setting: Setting) -> str:
    """Describe an experiment in Markdown: its data, then every parameter as YAML."""
    rows = [
        [
            name_task(summary),
            name_corpora(summary),
            summary.substitute_for or NOT_APPLICABLE,
            f"{summary.used['train'].tokens:,}",
        ]
        for summary in setting.summaries
    ]
    headers = ["Task", "Corpora", "In place of", "Training tokens"]
    kind = f"{setting.experiment}: synthetic data" if setting.synthetic else setting.experiment
    parts = [
        f"# Parameters ({kind})",
        tabulate(rows, headers, tablefmt="github", disable_numparse=True),
        "\n".join(f"- {note}." for note in note_data(setting)),
        f"```yaml\n{yaml.safe_dump(params.model_dump(mode='json'), sort_keys=False)}```",
    ]
    return "\n\n".join(parts) + "\n"
