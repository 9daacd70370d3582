"""Pack a finished run as a Workflow Run RO-Crate 0.5.

https://www.researchobject.org/workflow-run-crate/profiles/workflow_run_crate
"""

import mimetypes
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from rocrate.model import ContextEntity, File
from rocrate.rocrate import ROCrate

from mutspad.errors import MutspadError
from mutspad.files import hash_file
from mutspad.report.provenance.environment import run_git

VERSION = "1.1"
"""Of RO-Crate, which the profiles below build upon."""

PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
COMPUTATIONAL_WORKFLOW = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
SHA256 = "https://w3id.org/ro/terms/workflow-run#sha256"
LICENCE = "https://spdx.org/licenses/Apache-2.0"
COMPLETED = "http://schema.org/CompletedActionStatus"

WORKFLOW_FILES = (
    "workflow/rules/*.smk",
    "profiles/*/*.yaml",
    "mutspad/**/*.py",
    "mutspad/**/*.yaml",
    "mutspad/**/*.j2",
    "pyproject.toml",
    "requirements.txt",
    "dvc.yaml",
    "LICENSE",
    "CITATION.cff",
)
COMPARED = ("Snakefile", "params.yaml", *WORKFLOW_FILES)
CERTIFICATE = "dvc.lock"
"""Written by the run, as the results are: no revision that made them has it."""
# Predictions and corpora hold sentences that are not ours to hand out, models are large: their
# hashes are in the record.
OUTPUTS = ("scores/*", "silver/*", "tables/*", "figures/*", "statistics/*", "claims.*")


def build_crate(root: Path, results: Path, record: Mapping[str, Any]) -> ROCrate:
    """Build the crate of a finished run; nothing is written.

    The workflow is the main entity, its run an action with parameters and corpora as objects and
    scores, tables and figures as results. What single phases and jobs took is in provenance.json.

    Raises
    ------
    MutspadError
        When a file is not the one of the record, or the results lie outside the checkout.
    """
    for path, digest in record["artefacts"].items():
        found = hash_file(results / path) if (results / path).is_file() else "no file"
        if found != digest:
            raise MutspadError(
                f"{results / path}: expected the file of {results}/provenance.json with sha256 "
                f"{digest}, found {found}. Finish the run (snakemake all) or get its artefacts "
                "back (mutspad sync)"
            )
    top, inside = root.resolve(), results.resolve()
    if not inside.is_relative_to(top):
        raise MutspadError(f"{results}: expected results below {top}, the folder of the workflow")
    return _Packer(top, inside, record).crate


class _Packer:
    """Add the parts of a run to a new crate, each by one method."""

    def __init__(self, root: Path, results: Path, record: Mapping[str, Any]) -> None:
        self.crate = ROCrate(version=VERSION)
        self.crate.metadata.extra_terms["sha256"] = SHA256
        self.root, self.results, self.record = root, results, record
        self._describe_root()
        self.workflow = self._add_workflow()
        run = self._add("#run", "CreateAction", name="Run of the workflow", **_span(record))
        run["description"] = "Run of the workflow"
        run["instrument"] = self.workflow
        run["actionStatus"] = COMPLETED
        run["object"] = self._add_inputs()
        run["result"] = [*self._add_outputs(), self._add_file(results / "provenance.json")]
        self.crate.root_dataset["mentions"] = [run]

    def _describe_root(self) -> None:
        """Describe the crate and the profiles it follows."""
        experiment = self.record["experiment"]
        root = self.crate.root_dataset
        root["name"] = f"mutspad: the experiment {experiment}"
        root["description"] = (
            f"A run of the workflow that reproduces MuTSPad (Meftah et al., 2020), experiment "
            f"{experiment}: scores, tables and figures with their provenance. Corpora, predictions "
            "and models are not part of the crate; provenance.json holds their hashes."
        )
        root["license"] = self._add(LICENCE, "CreativeWork", name="Apache License 2.0")
        root["conformsTo"] = [
            self._add(uri, "CreativeWork", name=name, version=uri.rsplit("/", 1)[1])
            for uri, name in PROFILES.items()
        ]
        if "endTime" in (span := _span(self.record)):
            root["datePublished"] = span["endTime"]

    def _add_workflow(self) -> Any:
        """Add the Snakefile with what it includes and calls."""
        environment = self.record["environment"]
        types = ["File", "SoftwareSourceCode", "ComputationalWorkflow"]
        workflow = self.crate.add_workflow(
            self.root / "Snakefile",
            "Snakefile",
            properties={"@type": types},
            main=True,
            lang="snakemake",
        )
        workflow["name"] = "mutspad"
        workflow["conformsTo"] = {"@id": COMPUTATIONAL_WORKFLOW}
        workflow["license"] = {"@id": LICENCE}
        workflow["encodingFormat"] = "text/plain"
        workflow["version"], workflow["description"] = _compare(self.root, environment["git"])
        workflow.lang["version"] = environment["packages"].get("snakemake")
        for path in _find(self.root, (*WORKFLOW_FILES, CERTIFICATE)):
            self._add_file(path)
        return workflow

    def _add_inputs(self) -> list[Any]:
        """Add parameters, resolved runs, what is said of the data, and raw files by their URL."""
        names = self._list_recorded(
            ["plan.json", "plan/*.json", "data.json", "corpora/*/summary.json"]
        )
        paths = [self.root / "params.yaml", *(self.results / name for name in sorted(names))]
        local = [self._add_file(path) for path in paths]
        remote = [
            self.crate.add_file(
                file["url"],
                fetch_remote=False,
                properties={
                    "name": path,
                    "description": f"{entry['title']} {entry['version']}; {entry['licence']}",
                    "encodingFormat": _guess_type(path),
                    **({"sha256": file["sha256"]} if file["sha256"] else {}),
                    **({"contentSize": str(file["bytes"])} if file["bytes"] else {}),
                },
            )
            for entry in self.record["raw_files"].values()
            for path, file in entry["files"].items()
            if "url" in file
        ]
        return [*local, *remote]

    def _add_outputs(self) -> list[Any]:
        """Add what the workflow made, as far as it may be handed out."""
        return [self._add_file(self.results / path) for path in self._list_recorded(OUTPUTS)]

    def _list_recorded(self, patterns: Iterable[str]) -> list[str]:
        """List the artefacts of the record that match a pattern; other files there are ignored."""
        artefacts = sorted(self.record["artefacts"])
        return [path for path in artefacts if any(fnmatch(path, like) for like in patterns)]

    def _add_file(self, path: Path) -> File:
        """Add a file of the checkout under its path."""
        relative = path.relative_to(self.root)
        properties = {
            "name": relative.as_posix(),
            "encodingFormat": _guess_type(relative.name),
            "contentSize": str(path.stat().st_size),
            "sha256": hash_file(path),
        }
        return self.crate.add_file(path, relative.as_posix(), properties=properties)

    def _add(self, identifier: str, kind: str, **properties: str) -> Any:
        """Add an entity without a file."""
        entity = ContextEntity(self.crate, identifier, properties={"@type": kind, **properties})
        return self.crate.add(entity)


def _compare(root: Path, git: Mapping[str, Any] | None) -> tuple[str, str]:
    """Name the version of the packed files, and describe how they differ from the revision."""
    if git is None:
        return "unknown", "The revision that made the results is not recorded."
    revision, paths = git["revision"], [f":(glob){pattern}" for pattern in COMPARED]
    changed = run_git(root, "diff", "--name-only", "-z", "--no-renames", revision, "--", *paths)
    new = run_git(root, "ls-files", "-z", "--others", "--exclude-standard", "--", *paths)
    if changed is None or new is None:
        return f"{revision}, not compared", "Git does not know the recorded revision here."
    now = {path for path in (changed + new).split("\0") if path}
    parts = [
        f"Not as in the revision {when}: {', '.join(sorted(paths))}."
        for when, paths in (("here", now), ("when the results were made", git["changed"]))
        if paths
    ]
    if not parts:
        return revision, "Every file is as in the revision."
    return f"{revision} with changes", " ".join(parts)


def _guess_type(name: str) -> str:
    """Guess the media type of a file."""
    return mimetypes.guess_type(name)[0] or "text/plain"


def _find(folder: Path, patterns: Iterable[str]) -> list[Path]:
    """List the files of a folder that match one of the patterns."""
    return [path for pattern in patterns for path in sorted(folder.glob(pattern)) if path.is_file()]


def _span(record: Mapping[str, Any]) -> dict[str, str]:
    """Find when the first phase started and the last one ended; nothing without phases."""
    phases = record["run_times"]["phases"].values()
    starts, ends = [phase["started"] for phase in phases], [phase["ended"] for phase in phases]
    return {"startTime": min(starts), "endTime": max(ends)} if phases else {}
