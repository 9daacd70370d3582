"""Build the plan: derive the models, and look which corpora and weights are on this machine."""

from collections.abc import Iterator
from pathlib import Path

from mutspad.config.params import Params
from mutspad.data.registry import Folder, Registry, choose_corpora, load_registry
from mutspad.errors import ConfigError
from mutspad.plan.models import derive_models
from mutspad.plan.plan import Plan

NO_WEIGHTS = "its encoder is in none of raw/, the mirror and the licensed folder"


def build_plan(
    params: Params,
    *,
    raw: Path = Path("raw"),
    mirror: Folder = None,
    licensed: Folder = None,
) -> Plan:
    """Derive the models and rows, and choose the corpora that are there or can be had.

    Raises
    ------
    ConfigError
        For models with the same name, or a corpus that the registry does not have.
    LicensedFileMissingError
        When a licensed corpus is absent and nothing may replace it.
    """
    registry = load_registry().with_own(params.corpora.own)
    corpora = choose_corpora(
        {name: domain.corpora for name, domain in params.domains.items()},
        params.corpora.substitutes,
        substitution=params.corpora.substitution,
        raw_dir=raw,
        mirror=mirror,
        licensed=licensed,
        registry=registry,
    )
    absent = set(_list_absent(params, registry, (raw, mirror, licensed)))
    derived = derive_models(params, absent)
    ablated = derived.rows[params.ablation.method].values()
    if not ablated:
        method = params.methods[params.ablation.method]
        source = params.encoders[method.encoder].source if method and method.encoder else "?"
        raise ConfigError(
            "ablation.method: expected a method whose weights are there, found "
            f"'{params.ablation.method}', whose encoder is in none of raw/, the mirror and the "
            f"licensed folder. Fetch it (mutspad download {source}) or name another method"
        )
    return Plan(
        params=params,
        corpora=corpora,
        models=derived.models,
        rows=derived.rows,
        labellers=derived.labellers,
        ablated=next(iter(ablated)),
        unavailable={
            row: NO_WEIGHTS
            for row, method in params.methods.items()
            if method is not None and method.encoder in absent
        },
    )


def _list_absent(params: Params, registry: Registry, folders: tuple[Folder, ...]) -> Iterator[str]:
    """List the encoders of the registry that are nowhere: nobody has to fetch 400 MB unasked."""
    for name, encoder in params.encoders.items():
        if encoder.source in registry.corpora and registry.corpus(encoder.source).missing(folders):
            yield name
