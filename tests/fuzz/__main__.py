"""Look for inputs that the readers cannot cope with, for as long as you like."""

import sys
from pathlib import Path

import click

from tests.fuzz.driver import fuzz, name_of
from tests.fuzz.targets import TARGETS

FAILURES = Path(".cache") / "fuzz"


@click.command()
@click.option(
    "--target", "names", multiple=True, type=click.Choice([*TARGETS]), help="Default: all"
)
@click.option("--seconds", default=30.0, show_default=True, help="Processor time for each target.")
@click.option("--seed", default=1, show_default=True)
@click.option("--input", "path", type=click.Path(path_type=Path), help="Try one file, no others.")
def main(*, names: tuple[str, ...], seconds: float, seed: int, path: Path | None) -> None:
    """Fuzz readers, say what was tried, and keep the inputs that failed in .cache/fuzz.

    Example: python -m tests.fuzz --seconds 600 --target conllup
             python -m tests.fuzz --target model --input .cache/fuzz/model/0123456789abcdef
    """
    failed = False
    for name in names or TARGETS:
        target = TARGETS[name]
        if path is not None:
            click.echo(f"{name}: {target(path.read_bytes())}")
            continue
        found = fuzz(target, target.seeds(), target.pieces, seconds=seconds, seed=seed)
        click.echo(
            f"{name}: {found.inputs} inputs, {found.refused} refused, {len(found.kept)} kept, "
            f"{len(found.ways)} ways, {len(found.failures)} failures"
        )
        sys.stdout.flush()
        for what, data in found.failures.items():
            place = FAILURES / name / name_of(data)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            click.echo(f"  {what}: {place}")
        failed |= bool(found.failures)
    sys.exit(failed)


if __name__ == "__main__":
    main(prog_name="python -m tests.fuzz")
