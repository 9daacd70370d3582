"""Record where a table's numbers come from: code, packages, machine, corpora, parameters, times."""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from mutspad.data.encoder_files import find_local, model_files, package_version
from mutspad.data.registry import CorpusEntry, FileEntry, Folder, Registry
from mutspad.errors import MutspadError
from mutspad.plan.plan import Plan
from mutspad.report.provenance.extent import keep_jobs
from mutspad.report.records import Setting

FORMAT = 1
MEASURES = ("seconds", "cpu_seconds", "max_rss_mib")


def build_record(
    plan: Plan,
    setting: Setting,
    *,
    environment: Mapping[str, Any],
    artefacts: Mapping[str, str],
    run_times: pd.DataFrame,
    raw_files: Mapping[str, Any],
    previous: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Build the record of an experiment.

    Each artefact points to the environment under which it was first recorded. One that is as the
    previous record has it keeps the environment it has there: who only pulled a model did not
    train it. What a run made before it was interrupted is recorded by the run that finishes it.

    Parameters
    ----------
    plan
        The plan of the experiment.
    setting
        What was used for each domain and task, and as word vectors.
    environment
        What describes the code and the machine of now.
    artefacts
        SHA-256 of each file, by its path below the results.
    run_times
        As `read_run_times` reads them; what it lacks, the previous record may have. Jobs of other
        corpora, encoders, runs and seeds than the experiment's are left out.
    raw_files
        As `describe_raw_files` describes them.
    previous
        The record that this one replaces.

    Raises
    ------
    MutspadError
        When the previous record is of another format.
    """
    if previous is not None and previous.get("format") != FORMAT:
        raise MutspadError(
            f"provenance.json: expected format {FORMAT}, found {previous.get('format')!r}. "
            "Remove the file; the new one will only know this machine"
        )
    environments, recorded_under = _attribute(artefacts, environment, previous)
    jobs = keep_jobs(plan, _merge_jobs(run_times, previous))
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
        "raw_files": _keep_hashes(raw_files, previous),
        "environments": environments,
        "artefacts": {
            path: {"sha256": digest, "environment": recorded_under[path]}
            for path, digest in artefacts.items()
        },
        "run_times": {"phases": _sum_phases(jobs), "jobs": jobs},
    }


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
    """Describe the Hugging Face encoders that runs read, as `describe_raw_files` does corpora.

    Of a name of the hub only the name and its revision, if it has one, are known here.

    Raises
    ------
    EncoderError
        When a package or its folder is not there.
    """
    described = {}
    for name in plan.encoders():
        encoder = plan.params.encoders[name]
        if encoder.kind != "huggingface":
            continue
        folder = find_local(encoder.source)
        paths = [] if folder is None else model_files(folder)
        described[name] = {
            "title": encoder.source,
            "version": package_version(encoder.source),
            "kind": "encoder",
            "licence": None,
            "files": {path.name: _describe_local(path) for path in paths},
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


def hash_file(path: Path) -> str:
    """Return a file's SHA-256."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _describe_corpus(corpus: CorpusEntry, folders: Sequence[Folder]) -> dict[str, Any]:
    """Describe one corpus: version, licence, and the hash of each file."""
    files = {file.path: _describe_file(file, folders) for file in corpus.files.values()}
    if corpus.folder is not None:
        paths = corpus.local_files(folders[0] or "", *folders[1:])
        files = {f"{path.parent.name}/{path.name}": _describe_local(path) for path in paths}
    return {
        "title": corpus.title,
        "version": corpus.version,
        "kind": corpus.kind,
        "licence": corpus.licence,
        "files": files,
    }


def _describe_file(file: FileEntry, folders: Iterable[Folder]) -> dict[str, Any]:
    """Return the URL and the hash of a raw file."""
    url = {} if file.url is None else {"url": file.url, "bytes": file.bytes}
    if file.sha256 is not None:
        return {**url, "sha256": file.sha256, "sha256_from": "registry"}
    places = [Path(folder) / file.path for folder in folders if folder]
    local = next((path for path in places if path.is_file()), None)
    # A clone that only pulled results has no raw files.
    return {**url, **(_describe_local(local) if local else {"sha256": None})}


def _describe_local(path: Path) -> dict[str, Any]:
    return {"sha256": hash_file(path), "sha256_from": "file"}


def _attribute(
    artefacts: Mapping[str, str],
    environment: Mapping[str, Any],
    previous: Mapping[str, Any] | None,
) -> tuple[list[Mapping[str, Any]], dict[str, int]]:
    """Find under which environment each artefact was first recorded; list them, oldest first."""
    known = [*(previous["environments"] if previous else []), environment]
    before = previous["artefacts"] if previous else {}
    found_at = {
        path: before[path]["environment"]
        if path in before and before[path]["sha256"] == digest
        else len(known) - 1
        for path, digest in artefacts.items()
    }
    # An environment that the previous record already lists is not a new one.
    first = {index: known.index(entry) for index, entry in enumerate(known)}
    used = sorted({first[index] for index in found_at.values()})
    return [known[index] for index in used], {
        path: used.index(first[index]) for path, index in found_at.items()
    }


def _keep_hashes(
    raw_files: Mapping[str, Any], previous: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Copy the hashes of absent files from the previous record."""
    before = previous["raw_files"] if previous else {}
    kept: dict[str, Any] = {}
    for name, entry in raw_files.items():
        known = before.get(name, {"files": {}})["files"]
        files = {
            path: {**file, **_hash_of(known.get(path, file))} if file["sha256"] is None else file
            for path, file in entry["files"].items()
        }
        kept[name] = {**entry, "files": files}
    return kept


def _hash_of(file: Mapping[str, Any]) -> dict[str, Any]:
    """Pick the hash of a described file and where it is from."""
    return {key: file[key] for key in ("sha256", "sha256_from") if key in file}


def _merge_jobs(
    run_times: pd.DataFrame, previous: Mapping[str, Any] | None
) -> dict[str, dict[str, Any]]:
    """Return the newest measures of each job.

    The same measures are the same execution, whose clock the previous record read first:
    `snakemake --touch` gives benchmark files the time of the touch.
    """
    before = previous["run_times"]["jobs"] if previous else {}
    jobs = dict(before)
    for row in run_times.to_dict("records"):
        measured = {key: _plain(row[key]) for key in (*MEASURES, "started", "ended")}
        old = before.get(row["job"])
        if old is None or any(old[key] != measured[key] for key in MEASURES):
            jobs[row["job"]] = measured
    return dict(sorted(jobs.items()))


def _sum_phases(jobs: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Sum up the jobs of each phase: how many, how long, when, and the largest memory."""
    phases: dict[str, list[Mapping[str, Any]]] = {}
    for name, job in jobs.items():
        phases.setdefault(name.partition("/")[0], []).append(job)
    return {
        phase: {
            "jobs": len(members),
            "seconds": round(sum(job["seconds"] or 0.0 for job in members), 2),
            "cpu_seconds": round(sum(job["cpu_seconds"] or 0.0 for job in members), 2),
            "max_rss_mib": max((job["max_rss_mib"] or 0.0 for job in members), default=0.0),
            "started": min(job["started"] for job in members),
            "ended": max(job["ended"] for job in members),
        }
        for phase, members in phases.items()
    }


def _plain(value: Any) -> Any:
    """Turn a cell into JSON: what was too short to measure is null."""
    return None if isinstance(value, float) and math.isnan(value) else value
