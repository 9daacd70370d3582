"""Pack a finished run as a Workflow Run RO-Crate 0.5.

https://www.researchobject.org/workflow-run-crate/profiles/workflow_run_crate
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from rocrate.model import ContextEntity, File
from rocrate.rocrate import ROCrate

from mutspad.errors import MutspadError
from mutspad.report.provenance.environment import list_changes
from mutspad.report.provenance.provenance import hash_file

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
UNKNOWN, CHANGED = "unknown", " with changes"
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
OUTPUTS = ("scores/*", "tables/*", "figures/*", "statistics/*", "claims.*")

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python",
    ".smk": "text/plain",
    ".txt": "text/plain",
    ".yaml": "application/yaml",
    ".zip": "application/zip",
}
UNKNOWN_TYPE = "application/octet-stream"


def build_crate(root: Path, results: Path, record: Mapping[str, Any]) -> ROCrate:
    """Build the crate of a finished run; nothing is written.

    The workflow is the main entity, its run an action with parameters and corpora as objects and
    scores, tables and figures as results. What single phases and jobs took is in provenance.json.

    Parameters
    ----------
    root
        The checkout.
    results
        The results of the experiment, below it.
    record
        Their provenance.

    Raises
    ------
    MutspadError
        When a file is not the one of the record, or the results lie outside the checkout.
    """
    check_artefacts(results, record)
    top, inside = root.resolve(), results.resolve()
    if not inside.is_relative_to(top):
        raise MutspadError(f"{results}: expected results below {top}, the folder of the workflow")
    return _Packer(top, inside, record).crate


def check_artefacts(results: Path, record: Mapping[str, Any]) -> None:
    """Compare the results with their record.

    Raises
    ------
    MutspadError
        For the first file that is missing or another one.
    """
    for path, artefact in record["artefacts"].items():
        found = hash_file(results / path) if (results / path).is_file() else "no file"
        if found != artefact["sha256"]:
            raise MutspadError(
                f"{results / path}: expected the file of {results}/provenance.json with sha256 "
                f"{artefact['sha256']}, found {found}. Finish the run (snakemake all) or get its "
                "artefacts back (mutspad sync)"
            )


class _Packer:
    """Add the parts of a run to a new crate, each by one method."""

    def __init__(self, root: Path, results: Path, record: Mapping[str, Any]) -> None:
        self.crate = ROCrate(version=VERSION)
        self.crate.metadata.extra_terms["sha256"] = SHA256
        self.root, self.results, self.record = root, results, record
        # Artefacts may have older ones, too: the record names them one by one.
        self.environment = record["environments"][-1]
        self.changes = _compare(root, self.environment["git"])
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
        packages = self.environment["packages"]
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
        workflow["version"] = self._name_packed_version()
        workflow["description"] = self._describe_packed()
        workflow.lang["version"] = packages.get("snakemake")
        for path in _find(self.root, (*WORKFLOW_FILES, CERTIFICATE)):
            self._add_file(path)
        return workflow

    def _name_packed_version(self) -> str:
        """Name the version of the files that are packed, which need not be the recorded one."""
        version = _name_version(self.environment["git"])
        if self.changes is None and version != UNKNOWN:
            return f"{version}, not compared"
        return f"{version.removesuffix(CHANGED)}{CHANGED}" if self.changes else version

    def _describe_packed(self) -> str:
        """Describe the differences of the packed files from those that made the results."""
        if self.changes is None:
            text = "Whether these files are the recorded ones is not known: git has no answer here."
        elif self.changes:
            text = f"Not as in the recorded version: {', '.join(self.changes)}."
        else:
            text = "Every file is as in the recorded version."
        others = len(self.record["environments"]) - 1
        if others:
            text += (
                f" Some artefacts were first recorded under {others} other environment(s): "
                "provenance.json names them, artefact by artefact."
            )
        return text

    def _add_inputs(self) -> list[Any]:
        """Add parameters, resolved runs, corpus summaries, and raw files by their URL."""
        names = self._list_recorded(["plan.json", "plan/*.json"])
        names += [f"corpora/{corpus}/summary.json" for corpus in self.record["corpora"]]
        paths = [self.root / "params.yaml", *(self.results / name for name in sorted(names))]
        local = [self._add_file(path) for path in paths]
        remote = [
            self.crate.add_file(
                file["url"],
                fetch_remote=False,
                properties={
                    "name": path,
                    "description": f"{entry['title']} {entry['version']}; {entry['licence']}",
                    "encodingFormat": MEDIA_TYPES.get(Path(path).suffix, UNKNOWN_TYPE),
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
        """List the artefacts of the record that match a pattern; what else lies there is none."""
        artefacts = sorted(self.record["artefacts"])
        return [path for path in artefacts if any(fnmatch(path, like) for like in patterns)]

    def _add_file(self, path: Path) -> File:
        """Add a file of the checkout under its path."""
        relative = path.relative_to(self.root)
        media_type = MEDIA_TYPES.get(path.suffix, "text/plain")
        properties = {
            "name": relative.as_posix(),
            "encodingFormat": media_type,
            "contentSize": str(path.stat().st_size),
            "sha256": hash_file(path),
        }
        return self.crate.add_file(path, relative.as_posix(), properties=properties)

    def _add(self, identifier: str, kind: str, **properties: str) -> Any:
        """Add an entity without a file."""
        entity = ContextEntity(self.crate, identifier, properties={"@type": kind, **properties})
        return self.crate.add(entity)


def _name_version(git: Mapping[str, Any] | None) -> str:
    """Name the version of the code: a revision, and whether the code is quite that."""
    if git is None or git["revision"] is None:
        return UNKNOWN
    return f"{git['revision']}{CHANGED}" if git["dirty"] else str(git["revision"])


def _compare(root: Path, git: Mapping[str, Any] | None) -> list[str] | None:
    """List the files of the workflow that are neither a revision's nor its recorded changes."""
    changes = None
    if git is not None and git["revision"] is not None:
        changes = list_changes(root, git["revision"], COMPARED)
    if git is None or changes is None:
        return None
    before = git["changed"]
    paths = changes | {path.relative_to(root).as_posix() for path in _find(root, COMPARED)}
    hashes = {
        path: hash_file(root / path) if (root / path).is_file() else None
        for path in paths & (changes | before.keys())
    }
    return sorted(
        path
        for path, digest in hashes.items()
        if (digest != before[path] if path in before else path in changes)
    )


def _find(folder: Path, patterns: Iterable[str]) -> list[Path]:
    """List the files of a folder that match one of the patterns."""
    return [path for pattern in patterns for path in sorted(folder.glob(pattern)) if path.is_file()]


def _span(record: Mapping[str, Any]) -> dict[str, str]:
    """Find when the first phase started and the last one ended; nothing without phases."""
    phases = record["run_times"]["phases"].values()
    if not phases:
        return {}
    return {
        "startTime": min(phase["started"] for phase in phases),
        "endTime": max(phase["ended"] for phase in phases),
    }
