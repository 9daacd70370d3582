"""Pack a finished run as a Workflow Run RO-Crate, by the profile Provenance Run Crate 0.5.

https://www.researchobject.org/workflow-run-crate/profiles/provenance_run_crate
"""

from collections.abc import Iterable, Mapping, Sequence
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
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
FORMAL_PARAMETER = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"
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
OUTPUTS = {
    "score": ("scores/*",),
    "tabulate": ("tables/*",),
    "plot": ("figures/*",),
    "compare": (
        "statistics/differences.csv",
        "statistics/seeds.csv",
        "statistics/counts/*",
    ),
    "claim": ("claims.*",),
    "judge_silver": ("statistics/silver.*",),
}
"""What each phase makes, of what a crate holds."""
OUTSIDE = {
    "baselines": ("baselines/*",),
    "pretrain": ("pretrain/*",),
    "finetune": ("finetune/*",),
    "unify": ("unified/*",),
    "predict": ("predictions/*",),
    "pretrain_lm": ("language_model/*",),
    "embed": ("contextual/*",),
    "ablate": ("ablation/*.csv", "ablation/*.json"),
}
"""What others make, which only the record names."""

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
    scores, tables and figures as results; each phase is a step with an action of its own.

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
        self.environment, self.changes = _find_environment(root, record["environments"])
        self._describe_root()
        self.workflow = self._add_workflow()
        objects = self._add_inputs()
        outputs = self._add_outputs()
        results_of_all = [file for files in outputs.values() for file in files]
        times = _span(record["run_times"]["phases"].values())
        run = self._add_action("run", "Run of the workflow", self.workflow, times)
        run["object"] = objects
        run["result"] = [*results_of_all, self._add_file(results / "provenance.json")]
        self.crate.root_dataset["mentions"] = [run, *self._add_steps(outputs, run, times)]
        self._formalise("input", objects)
        self._formalise("output", results_of_all)

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
        ended = [phase["ended"] for phase in self.record["run_times"]["phases"].values()]
        if ended:
            root["datePublished"] = max(ended)

    def _add_workflow(self) -> Any:
        """Add the Snakefile with what it includes and calls."""
        packages = self.environment["packages"]
        types = ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
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
        names = [f"runs/{run}.json" for run in self.record["parameters"]["runs"]]
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

    def _add_outputs(self) -> dict[str, list[Any]]:
        """Add what the phases made, by phase."""
        return {
            phase: [self._add_file(self.results / path) for path in self._list_recorded(patterns)]
            for phase, patterns in OUTPUTS.items()
        }

    def _list_recorded(self, patterns: Iterable[str]) -> list[str]:
        """List the artefacts of the record that match a pattern; what else lies there is none."""
        artefacts = sorted(self.record["artefacts"])
        return [path for path in artefacts if any(fnmatch(path, like) for like in patterns)]

    def _name_recorded_version(self, phase: str) -> str:
        """Name the versions under which what a phase made was first recorded."""
        artefacts = self.record["artefacts"]
        paths = self._list_recorded({**OUTPUTS, **OUTSIDE}.get(phase, ()))
        made = sorted({artefacts[path]["environment"] for path in paths})
        environments = [self.record["environments"][number] for number in made]
        versions = [_name_version(found["git"]) for found in environments or [self.environment]]
        return ", ".join(dict.fromkeys(versions))

    def _add_steps(
        self, outputs: Mapping[str, list[Any]], run: Any, times: Mapping[str, str]
    ) -> list[Any]:
        """Add each phase as a step, the tool behind it and its action, in order of time."""
        phases = self.record["run_times"]["phases"]
        order = sorted(phases, key=lambda phase: (phases[phase]["started"], phase))
        tools, steps, actions, controls = [], [], [], []
        for position, phase in enumerate(order):
            tool = self._add(f"#tool-{phase}", "SoftwareApplication", name=f"mutspad: {phase}")
            tool["softwareVersion"] = self._name_recorded_version(phase)
            step = self._add(f"#step-{phase}", "HowToStep", name=phase, position=str(position))
            step["workExample"] = tool
            name = f"{phases[phase]['jobs']} jobs of the phase {phase}"
            action = self._add_action(f"phase-{phase}", name, tool, phases[phase])
            if outputs.get(phase):
                action["result"] = outputs[phase]
            control = self._add(f"#control-{phase}", "ControlAction", name=f"Control of {phase}")
            control["instrument"], control["object"] = step, action
            tools.append(tool)
            steps.append(step)
            actions.append(action)
            controls.append(control)
        if not order:
            return []
        self.workflow["hasPart"], self.workflow["step"] = tools, steps
        version = self.environment["packages"].get("snakemake")
        engine = self._add("#snakemake", "SoftwareApplication", name="Snakemake")
        engine["url"] = "https://snakemake.github.io"
        engine["softwareVersion"] = version
        organise = self._add(
            "#organise", "OrganizeAction", name="Run of Snakemake", **_clock(times)
        )
        organise["instrument"], organise["object"] = engine, controls
        organise["result"] = run
        return [*actions, organise]

    def _formalise(self, role: str, entities: Iterable[Any]) -> None:
        """Declare the workflow's parameters, one for each folder of files."""
        groups: dict[str, list[Any]] = {}
        for entity in entities:
            remote = "://" in entity.id
            groups.setdefault("raw" if remote else _group(entity.id), []).append(entity)
        declared = []
        for name, members in groups.items():
            parameter = self._add(f"#{role}-{name}", "FormalParameter", name=name)
            parameter["additionalType"] = "File"
            parameter["conformsTo"] = {"@id": FORMAL_PARAMETER}
            parameter["multipleValues"] = "True" if len(members) > 1 else "False"
            parameter["workExample"] = members if len(members) > 1 else members[0]
            for member in members:
                member["exampleOfWork"] = parameter
            declared.append(parameter)
        self.workflow[role] = declared

    def _add_action(self, name: str, title: str, instrument: Any, times: Mapping[str, Any]) -> Any:
        """Add an action that made something."""
        action = self._add(f"#{name}", "CreateAction", name=title, **_clock(times))
        action["description"] = title
        action["instrument"] = instrument
        action["actionStatus"] = COMPLETED
        return action

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


def _find_environment(
    root: Path, environments: Sequence[Mapping[str, Any]]
) -> tuple[Mapping[str, Any], list[str] | None]:
    """Find the newest environment whose code the checkout still has, else the newest of all.

    Results are committed after the run that made them, so the checkout's revision is another one:
    the files decide.

    Returns
    -------
    tuple
        The environment, and which files are not as it had them; None where git has no answer.
    """
    newest, *older = [(found, _compare(root, found["git"])) for found in reversed(environments)]
    return next((found for found in (newest, *older) if found[1] == []), newest)


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


def _group(path: str) -> str:
    """Name the folder of an experiment that a file lies in; a file beside them names itself."""
    parts = path.split("/")
    return parts[2] if len(parts) > 3 else Path(path).stem


def _span(phases: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Find when the first phase started and the last one ended."""
    spans = [(phase["started"], phase["ended"]) for phase in phases]
    if not spans:
        return {}
    starts, ends = zip(*spans, strict=True)
    return {"started": min(starts), "ended": max(ends)}


def _clock(times: Mapping[str, Any]) -> dict[str, str]:
    """Return start and end under their schema.org names."""
    names = {"started": "startTime", "ended": "endTime"}
    return {names[key]: times[key] for key in names if key in times}
