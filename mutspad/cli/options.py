"""Options that several verbs have."""

import click


def parse_reason(pair: str) -> tuple[str, str]:
    """Split ROW=REASON."""
    row, _, reason = pair.partition("=")
    if not row or not reason:
        raise click.BadParameter(f"expected ROW=REASON, found {pair}", param_hint="--unavailable")
    return row, reason


def _refuse_repeated(
    context: click.Context, parameter: click.Parameter, seeds: tuple[int, ...]
) -> tuple[int, ...]:
    """Refuse a seed given twice: it would pass for two trainings that agree to the last digit."""
    if len(set(seeds)) != len(seeds):
        found = ", ".join(map(str, seeds))
        raise click.BadParameter(f"expected distinct seeds, found {found}", context, parameter)
    return seeds


seeds_option = click.option(
    "--seed", "seeds", type=int, multiple=True, required=True, callback=_refuse_repeated
)
