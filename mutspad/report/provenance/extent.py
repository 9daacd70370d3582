"""Say which files and jobs belong to an experiment: those of its corpora, encoders, runs and seeds.

A folder of results also holds what other parameters left there. Neither a run that is gone nor a
seed that is no longer asked for is part of what the tables are made of.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from mutspad.config import Params, RunParams

JobT = TypeVar("JobT")

MODEL_FILES = ("model.json", "weights.safetensors", "history.csv")


def name_artefacts(params: Params) -> list[str]:
    """List patterns of the files that corpora, encoders, runs and seeds have below the results."""
    domains = params.corpora.domains
    return [
        *(f"corpora/{domain}/{task}/*" for domain in domains for task in domains[domain]),
        *(f"text/{domain}.*" for domain in domains),
        *(f"contextual/{encoder}/{domain}.*" for encoder, domain in _list_contextual(params)),
        *(f"unified/{domain}/{seed}/*" for domain in params.unify for seed in _name_seeds(params)),
        *(f"ablation/{params.ablation.run}/{seed}/*" for seed in _name_seeds(params)[:1]),
        *(pattern for name, run in params.runs.items() for pattern in _name_run(params, name, run)),
    ]


def keep_jobs(params: Params, jobs: Mapping[str, JobT]) -> dict[str, JobT]:
    """Leave out the jobs of other corpora, encoders, runs and seeds.

    Parameters
    ----------
    jobs
        By the names of Snakemake's benchmark files: `<phase>/<run>/seed<k>`, or a step that an
        experiment has only one of.
    """
    known = _name_jobs(params)
    return {
        name: job
        for name, job in jobs.items()
        if (phase := name.partition("/")[0]) not in known or name in known[phase]
    }


def _name_run(params: Params, name: str, run: RunParams) -> Iterable[str]:
    """List patterns of what one run has."""
    yield f"runs/{name}.json"
    for seed in _name_seeds(params):
        if run.phase != "as-is":
            yield from (f"{run.phase}/{name}/{seed}/{file}" for file in MODEL_FILES)
        yield from (f"predictions/{name}/{seed}/{task}.*.conllup" for task in run.tasks)
        yield f"scores/{name}/{seed}.json"


def _name_jobs(params: Params) -> dict[str, set[str]]:
    """Map each phase with a job for every corpus, encoder, run or seed to those that there are."""
    seeds, runs, domains = _name_seeds(params), params.runs, params.corpora.domains
    return {
        "prepare": {f"prepare/{domain}/{task}" for domain in domains for task in domains[domain]},
        "prepare_text": {f"prepare_text/{domain}" for domain in domains},
        "embed": {f"embed/{encoder}/{domain}" for encoder, domain in _list_contextual(params)},
        "unify": {f"unify/{domain}/{seed}" for domain in params.unify for seed in seeds},
        "runs": {f"runs/{name}" for name in runs},
        **{
            phase: {
                f"{phase}/{name}/{seed}"
                for name, run in runs.items()
                if run.phase == phase
                for seed in seeds
            }
            for phase in ("baselines", "pretrain", "finetune")
        },
        "predict": {
            f"predict/{name}/{seed}" + (f".{run.tasks[0]}" if len(run.tasks) == 1 else "")
            for name, run in runs.items()
            for seed in seeds
        },
        "score": {f"score/{name}/{seed}" for name in runs for seed in seeds},
    }


def _name_seeds(params: Params) -> list[str]:
    """Name the folders of the seeds."""
    return [f"seed{seed}" for seed in params.seeds]


def _list_contextual(params: Params) -> list[tuple[str, str]]:
    """List the encoders that stay as they are, each with the domains that runs read through it."""
    return sorted(
        {
            (run.encoder, run.domain)
            for run in params.runs.values()
            if run.encoder and not params.encoders[run.encoder].trained
        }
    )
