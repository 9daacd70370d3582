"""Pack a finished run as a Workflow Run RO-Crate.

Example: mutspad export-crate --results results/demo --output crate
         mutspad export-crate --results results/demo --output demo.zip

crate/
├── ro-crate-metadata.json    the run, its phases with their times, objects and results, and
│                             which files of the workflow are not as they were for it
├── Snakefile, workflow/, mutspad/, params.yaml, requirements.txt, ...
└── results/<experiment>/     tables, figures, scores, resolved models, corpus summaries, provenance
"""

import tempfile
from pathlib import Path

import click

from mutspad.cli.options import path_option
from mutspad.errors import MutspadError
from mutspad.files import atomic_path, read_json
from mutspad.report.provenance.crate import build_crate
from mutspad.report.provenance.provenance import FORMAT


@click.command("export-crate")
@path_option("--results", help="Folder of the finished experiment, such as results/demo.")
@path_option("--output", help="What to write: a new folder, or a file that ends in .zip.")
def command(*, results: Path, output: Path) -> None:
    """Read the results and their record; write the crate of both and of the workflow."""
    record = results / "provenance.json"
    if not record.is_file():
        raise MutspadError(
            f"{record}: expected the record of a finished run, found no file. Run snakemake all"
        )
    content = read_json(record)
    found = content.get("format") if isinstance(content, dict) else content
    if found != FORMAT:
        raise MutspadError(
            f"{record}: expected a record of format {FORMAT}, found {found!r}, of another version "
            "of mutspad. Write it again: snakemake provenance"
        )
    crate = build_crate(Path(), results, content)
    workflow = crate.mainEntity
    click.echo(f"{output}: the workflow is {workflow['version']}. {workflow['description']}")
    if output.suffix == ".zip":
        with atomic_path(output) as temporary:
            crate.write_zip(temporary)
        return
    if output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise MutspadError(f"{output}: expected a new folder, found one in use. Name another")
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}.") as beside:
        crate.write(Path(beside) / "crate")
        (Path(beside) / "crate").rename(output)
