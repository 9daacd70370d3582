"""Record where a table's numbers come from: code, packages, machine, corpora, parameters, times."""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from mutspad.data.encoder_files import find_local, model_files, package_version
from mutspad.data.registry import CorpusEntry, FileEntry, Folder, Registry, resolve_source
from mutspad.errors import MutspadError
from mutspad.files import hash_file
from mutspad.plan.files import Files
from mutspad.plan.plan import Plan
from mutspad.report.records import Setting

FORMAT = 2
TIMES = ("seconds", "cpu_seconds", "max_rss_mib", "started", "ended")


def build_record(
    plan: Plan,
    setting: Setting,
    *,
    environment: Mapping[str, Any],
    artefacts: Mapping[str, str],
    run_times: pd.DataFrame,
    raw_files: Mapping[str, Any],
) -> dict[str, Any]:
    """Build the record of an experiment: what there is now, on this machine.

    Parameters
    ----------
    artefacts
        SHA-256 of each file, by its path below the results.
    run_times
        As `read_run_times` reads them; jobs of other models and seeds are left out.
    """
    ours = run_times["job"].map(lambda job: belongs(plan, job))
    times = run_times[ours.astype(bool)]
    jobs = {
        row["job"]: {
            key: None if isinstance(row[key], float) and math.isnan(row[key]) else row[key]
            for key in TIMES
        }
        for row in times.sort_values("job").to_dict("records")
    }
    return {
        "format": FORMAT,
        "experiment": plan.params.experiment,
        "seeds": plan.seeds,
        "parameters": plan.params.model_dump(mode="json"),
        "corpora": {
            f"{summary.domain}/{summary.task}": {
                "corpora": [corpus.name for corpus in summary.corpora],
                "substitute_for": summary.substitute_for,
                "sentences": {split: size.sentences for split, size in summary.used.items()},
                "tokens": {split: size.tokens for split, size in summary.used.items()},
            }
            for summary in setting.summaries
        },
        "vectors": setting.vectors.model_dump(mode="json"),
        "raw_files": raw_files,
        "environment": environment,
        "artefacts": artefacts,
        "run_times": {"phases": _sum_phases(times), "jobs": jobs},
    }


def name_artefacts(plan: Plan) -> list[str]:
    """List the files that corpora, encoders, models and seeds of the plan have below the results.

    The folder may also hold what other parameters left there. A seed that is trained elsewhere has
    only what git takes: its models are in the record that was committed with it.
    """
    files = Files(plan)
    listed = [*files.kept_here(), *files.resolved(), *files.committed()]
    prefix = f"{plan.layout.root}/"
    return list(dict.fromkeys(path.removeprefix(prefix) for path in listed))


def belongs(plan: Plan, job: str) -> bool:
    """Return whether a job, `<phase>/<model or domain>/seed<k>` or any other, is of the plan."""
    phase, *name = job.split("/")
    if len(name) < 2 or not name[-1].startswith("seed"):
        return True
    if phase == "unify":
        seeds = [seed for seed in plan.seeds if name[0] in plan.unified_domains(seed)]
    else:
        seeds = plan.models[name[0]].seeds if name[0] in plan.models else []
    return name[-1] in {f"seed{seed}" for seed in seeds}


def name_sources(plan: Plan, setting: Setting, registry: Registry) -> list[str]:
    """List the entries of the registry that an experiment reads, as they were really used."""
    names = {corpus.name for summary in setting.summaries for corpus in summary.corpora}
    names |= {name for domain in plan.params.domains.values() for name in domain.unlabelled}
    names |= {setting.vectors.source}
    names |= {plan.params.encoders[name].source for name in plan.encoders()}
    return sorted(names & registry.corpora.keys())


def describe_raw_files(
    registry: Registry, names: Iterable[str], folders: Sequence[Folder]
) -> dict[str, Any]:
    """Describe the raw files of entries of the registry.

    A hash is the registry's, against which each file was checked on arrival. Files of which it
    knows none (generated, never published, a folder of the user's) are hashed here, where one of
    `folders` (raw, mirror, licensed) holds them.
    """
    return {name: _describe_corpus(registry.corpus(name), folders) for name in names}


def describe_encoders(plan: Plan) -> dict[str, Any]:
    """Describe the Hugging Face encoders that models read, as `describe_raw_files` does corpora.

    Raises
    ------
    EncoderError
        When a package or its folder is not there.
    """
    described = {}
    for name in plan.encoders():
        encoder = plan.params.encoders[name]
        if encoder.kind == "huggingface":
            folder = find_local(resolve_source(encoder.source))
            paths = [] if folder is None else model_files(folder)
            described[name] = {
                "title": encoder.source,
                "version": package_version(encoder.source),
                "kind": "encoder",
                "licence": None,
                "files": {path.name: {"sha256": hash_file(path)} for path in paths},
            }
    return described


def hash_files(root: Path, patterns: Iterable[str]) -> dict[str, str]:
    """Map the files below a folder that match one of the patterns to their SHA-256, sorted.

    Raises
    ------
    MutspadError
        When a pattern finds nothing.
    """
    hashes: dict[str, str] = {}
    for pattern in patterns:
        paths = [path for path in root.glob(pattern) if path.is_file()]
        if not paths:
            raise MutspadError(f"{root}: expected files like {pattern}, found none")
        hashes |= {path.relative_to(root).as_posix(): hash_file(path) for path in paths}
    return dict(sorted(hashes.items()))


def _describe_corpus(corpus: CorpusEntry, folders: Sequence[Folder]) -> dict[str, Any]:
    """Describe one corpus: version, licence, and the hash of each file."""
    files = {file.path: _describe_file(file, folders) for file in corpus.files.values()}
    if corpus.folder is not None:
        paths = corpus.local_files(folders[0] or "", *folders[1:])
        files = {f"{path.parent.name}/{path.name}": {"sha256": hash_file(path)} for path in paths}
    return {
        "title": corpus.title,
        "version": corpus.version,
        "kind": corpus.kind,
        "licence": corpus.licence,
        "files": files,
    }


def _describe_file(file: FileEntry, folders: Iterable[Folder]) -> dict[str, Any]:
    """Return the URL and the hash of a raw file; a clone that only pulled results has none."""
    places = [Path(folder) / file.path for folder in folders if folder]
    local = next((path for path in places if path.is_file()), None)
    digest = file.sha256 or (hash_file(local) if local else None)
    url = {} if file.url is None else {"url": file.url, "bytes": file.bytes}
    return {**url, "sha256": digest}


def _sum_phases(times: pd.DataFrame) -> Mapping[Hashable, Any]:
    """Sum up the jobs of each phase: how many, how long, when, and the largest memory."""
    phases = times.groupby("phase").agg(
        jobs=("job", "size"),
        seconds=("seconds", "sum"),
        cpu_seconds=("cpu_seconds", "sum"),
        max_rss_mib=("max_rss_mib", "max"),
        started=("started", "min"),
        ended=("ended", "max"),
    )
    return phases.fillna({"max_rss_mib": 0.0}).round(2).to_dict("index")
