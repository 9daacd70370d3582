"""Plot how much the classes of each task need each unit of the POS features (paper, Figure 2).

Example: mutspad step plot-ablation --ablation results/demo/ablation/tuned-multi/seed1
         --params '{...}' --results results/demo

results/<experiment>/figures/
├── figure2.pdf    a heat map, rows POS, CK, NER and DP, columns units
├── figure2.png
└── figure2.csv    its data: unit, pos, chunk, ner, dep; the maximum class-score drop in points
"""

from pathlib import Path

import click

from mutspad.config import AblationParams, parse_json
from mutspad.files import atomic_path, write_text
from mutspad.report.ablation.drops import read_ablations
from mutspad.report.figures import max_drop_frame, plot_max_drops


@click.command("plot-ablation")
@click.option("--ablation", type=click.Path(path_type=Path), required=True, help="Of one seed.")
@click.option("--params", required=True, help="The section ablation, as JSON.")
@click.option("--results", type=click.Path(path_type=Path), required=True)
def command(*, ablation: Path, params: str, results: Path) -> None:
    """Read the drops of every task; write the figure twice and its data."""
    limits = parse_json(AblationParams, params, "--params", "the section ablation as JSON")
    run = read_ablations(ablation)
    drops = max_drop_frame(run, limits.min_support)
    figure = plot_max_drops(drops, run.title("Figure 2", "what each task loses with each unit"))
    stem = results / "figures" / "figure2"
    write_text(stem.with_suffix(".csv"), drops.to_csv(lineterminator="\n"))
    for suffix, metadata in ((".pdf", {"CreationDate": None}), (".png", {"Software": None})):
        with atomic_path(stem.with_suffix(suffix)) as temporary:
            figure.savefig(temporary, format=suffix[1:], dpi=200, metadata=metadata)
