"""Which files and jobs belong to an experiment: those of its plan.

A folder of results also holds what other parameters left there. Neither a model that is gone nor a
seed that is no longer asked for is part of what the tables are made of.
"""

from collections.abc import Mapping
from typing import TypeVar

from mutspad.plan.files import Files
from mutspad.plan.plan import Plan

JobT = TypeVar("JobT")


def name_artefacts(plan: Plan) -> list[str]:
    """List the files that corpora, encoders, models and seeds have below the results."""
    files = Files(plan)
    listed = [
        *files.processed(),
        *files.resolved(),
        *files.caches(),
        *files.unified(),
        *files.models(),
        *files.predictions(plan.models),
        *files.scores(),
        *files.ablation(),
    ]
    prefix = f"{plan.layout.root}/"
    return list(dict.fromkeys(path.removeprefix(prefix) for path in listed))


def keep_jobs(plan: Plan, jobs: Mapping[str, JobT]) -> dict[str, JobT]:
    """Leave out the jobs of other corpora, encoders, models and seeds.

    Parameters
    ----------
    jobs
        By the names of Snakemake's benchmark files: `<phase>/<model>/seed<k>`, or a step that an
        experiment has only one of.
    """
    known = _name_jobs(plan)
    return {
        name: job
        for name, job in jobs.items()
        if (phase := name.partition("/")[0]) not in known or name in known[phase]
    }


def _name_jobs(plan: Plan) -> dict[str, set[str]]:
    """Map each phase with a job per corpus, encoder, model or seed to those that there are."""
    seeds = [f"seed{seed}" for seed in plan.seeds]
    corpora = [f"{domain}/{task}" for domain, tasks in plan.corpora.items() for task in tasks]
    of_phase = {phase: plan.trained(phase) for phase in ("baselines", "pretrain", "finetune")} | {
        "apply": plan.as_is(),
        "unify": [*plan.labellers],
    }
    return {
        "prepare": {f"prepare/{corpus}" for corpus in corpora},
        "prepare_text": {f"prepare_text/{domain}" for domain in plan.corpora},
        "embed": {f"embed/{encoder}/{domain}" for encoder, domain in plan.contextual()},
        **{
            phase: {f"{phase}/{name}/{seed}" for name in names for seed in seeds}
            for phase, names in of_phase.items()
        },
    }
