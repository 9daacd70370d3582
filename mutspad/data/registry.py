"""The registry of raw files, and the choice of corpora when a licensed one is absent."""

import difflib
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from mutspad.config.base import Closed
from mutspad.config.sections import OwnCorpus
from mutspad.data.lines import data_files
from mutspad.errors import ConfigError, LicensedFileMissingError
from mutspad.tasks import Task

logger = logging.getLogger(__name__)

Kind = Literal["public", "licensed", "packaged", "generated", "own"]
Folder = str | Path | None
SINGLE_ROOT = ".single-root"


KEYS: dict[Kind, set[str]] = {
    "public": {"path", "url", "bytes", "sha256"},
    "licensed": {"path", "bytes", "sha256"},
    "packaged": {"path", "archive", "bytes", "sha256"},
    "generated": {"path"},
    "own": {"path"},
}
"""What the entry of a file says, by the kind of its corpus."""
SHOWS_A_CUT = (".json", ".hdf5", ".zip")
"""Endings of files that cannot be read when their end is missing."""


class ArchiveEntry(Closed):
    """Describe a zip whose parts installed packages carry.

    Parameters
    ----------
    path
        Of the whole zip, below the mirror and the licensed folder.
    parts
        Package -> the part among its files; in order, the parts are the zip.
    """

    path: str
    parts: dict[str, str]


class FileEntry(Closed):
    """Describe one raw file.

    A public file of which nobody has published bytes or sha256 says `null`.
    """

    path: str  # the same below raw/, the mirror and the licensed folder
    url: str | None = None  # of a public file
    archive: ArchiveEntry | None = None  # of a packaged file, which lies in it at `path`
    bytes: int | None = None
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None


class FolderEntry(Closed):
    """Describe a folder of files that the user brings, too many and too varied to list."""

    path: str
    sections: list[str]  # subfolders, each of which holds files
    suffix: str  # in either case, with or without `.gz`

    def list_files(self, folder: Path) -> dict[str, list[Path]]:
        """List the files of each section of a local copy, in order."""
        return {section: data_files(folder / section, self.suffix) for section in self.sections}


class Citation(Closed):
    """Name the paper to cite, short, and where it is."""

    text: str
    url: str | None


class CorpusEntry(Closed):
    """Describe one corpus: what it is, what it serves, what may be done with it, its files."""

    title: str
    version: str
    kind: Kind
    tasks: list[Annotated[Task, Field(strict=False)]]
    licence: str
    citation: Citation
    files: dict[str, FileEntry] = Field(default_factory=dict)
    folder: FolderEntry | None = None
    own: OwnCorpus | None = None  # how to read files of the user's

    @model_validator(mode="after")
    def _check_files(self) -> Self:
        if bool(self.files) == (self.folder is not None):
            raise ValueError("expected either files or a folder")
        keys = KEYS[self.kind]
        for file in self.files.values():
            # An explicit null is a statement; a key left out may be forgotten.
            unknown = {key for key in file.model_fields_set if getattr(file, key) is None}
            may_be_unknown = {"bytes", "sha256"} if self.kind == "public" else set()
            if file.model_fields_set != keys or not unknown <= may_be_unknown:
                expected = f"the keys {', '.join(sorted(keys))} of a {self.kind} file"
                if may_be_unknown:
                    expected += ", bytes and sha256 null where unknown"
                raise ValueError(f"{file.path}: expected {expected}")
            if unknown == {"bytes", "sha256"} and not file.path.endswith(SHOWS_A_CUT):
                raise ValueError(
                    f"{file.path}: expected bytes or sha256 of a file that does not show a cut "
                    f"(others end with {', '.join(SHOWS_A_CUT)})"
                )
        return self

    @property
    def single_root_references(self) -> bool:
        """Return whether the corpus also has single-root trees (TweeBank's `.fixed` files)."""
        return any(role.endswith(SINGLE_ROOT) for role in self.files)

    def raw_paths(self, raw_dir: str | Path, *folders: Folder) -> dict[str, Path]:
        """Map what the reader asks for to local paths.

        Files are read from `raw_dir`, where `fetch` puts them. A folder, role `folder`, stays
        where the user keeps it: in `raw_dir` or one of `folders` (mirror, licensed).
        """
        if self.folder is None:
            # The user's own files stay where they are.
            root = Path() if self.kind == "own" else Path(raw_dir)
            return {role: root / file.path for role, file in self.files.items()}
        found = locate_folder(self.folder, (raw_dir, *folders))
        return {"folder": found or Path(raw_dir) / self.folder.path}

    def local_files(self, raw_dir: str | Path, *folders: Folder) -> list[Path]:
        """List the local files that the reader opens, those of a folder one by one."""
        paths = self.raw_paths(raw_dir, *folders)
        if self.folder is None:
            return list(paths.values())
        sections = self.folder.list_files(paths["folder"])
        return [file for section in sections.values() for file in section]

    def missing_parts(self, folders: Iterable[Folder]) -> list[str]:
        """List what a copy lacks that is there in part; nothing for a whole one or for none."""
        present = [Path(folder) for folder in folders if folder]
        missing = self.missing(present)
        if self.folder is None:
            return missing if len(missing) < len(self.files) else []
        copies = [folder / self.folder.path for folder in present]
        return [
            f"{copy / section}/*{self.folder.suffix}"
            for copy in copies
            if missing and copy.exists()
            for section, files in self.folder.list_files(copy).items()
            if not files
        ]

    def missing(self, folders: Iterable[Folder]) -> list[str]:
        """List the files that lie in none of the folders."""
        present = [Path(folder) for folder in folders if folder]
        if self.folder is not None:
            return (
                []
                if locate_folder(self.folder, present)
                else [
                    f"{self.folder.path}/{self.folder.sections[0]} .. {self.folder.sections[-1]}"
                    f"/*{self.folder.suffix}"
                ]
            )
        return [
            file.path
            for file in self.files.values()
            if not any((folder / file.path).is_file() for folder in present)
        ]


class Registry(Closed):
    """All corpora by name."""

    corpora: dict[str, CorpusEntry]

    def corpus(self, name: str) -> CorpusEntry:
        """Find a corpus."""
        if name not in self.corpora:
            raise ConfigError(_unknown("a corpus of the registry", name, self.corpora))
        return self.corpora[name]

    def with_own(self, own: Mapping[str, OwnCorpus]) -> "Registry":
        """Return the registry with corpora in files of the user's."""
        known = sorted(own.keys() & self.corpora.keys())
        if known:
            raise ConfigError(
                f"corpora.own: expected names of none in the registry, found {known[0]}"
            )
        entries = {
            name: CorpusEntry(
                title=name,
                version="files of the user",
                kind="own",
                tasks=corpus.tasks,
                licence="not stated",
                citation=Citation(text="not published", url=None),
                files={split: FileEntry(path=path) for split, path in corpus.files.items()},
                own=corpus,
            )
            for name, corpus in own.items()
        }
        return Registry(corpora=self.corpora | entries)

    def files(self) -> Iterator[FileEntry]:
        """List every file of every corpus."""
        for corpus in self.corpora.values():
            yield from corpus.files.values()

    def find_files(self, name: str) -> list[FileEntry]:
        """Find the file with a path below raw/, or all files of an entry."""
        by_path = {file.path: file for file in self.files()}
        if name in by_path:
            return [by_path[name]]
        entries = {entry: [*of.files.values()] for entry, of in self.corpora.items() if of.files}
        if name not in entries:
            known = [*by_path, *entries]
            raise ConfigError(_unknown("a file or an entry of the registry", name, known))
        return entries[name]


class CorpusChoice(Closed):
    """Describe what serves one task of a domain.

    Parameters
    ----------
    names
        Corpora of the registry, to be joined in this order.
    substitute_for
        The licensed corpus that they replace, or None.
    single_root
        Whether dev and test also have their trees with one root (TweeBank's `.fixed` files).
    lacking
        What the licensed folder lacks of the corpus that they replace, where one was named.
    """

    names: list[str]
    substitute_for: str | None = None
    single_root: bool = False
    lacking: str | None = None

    def __str__(self) -> str:
        """Join the names."""
        return "+".join(self.names)


@lru_cache(maxsize=1)
def load_registry() -> Registry:
    """Read the registry that the package carries."""
    text = files("mutspad.data").joinpath("registry.yaml").read_text(encoding="utf-8")
    return parse_registry(text)


def resolve_source(source: str) -> str:
    """Return the folder in raw/ of an entry of the registry, any other source as it is."""
    return str(Path("raw", source)) if source in load_registry().corpora else source


def parse_registry(text: str) -> Registry:
    """Read a registry from YAML."""
    try:
        registry = Registry.model_validate({"corpora": yaml.safe_load(text)})
    except (ValidationError, yaml.YAMLError) as error:
        raise ConfigError(f"registry.yaml: {error}") from None
    paths = [file.path for file in registry.files()]
    twice = sorted({path for path in paths if paths.count(path) > 1})
    if twice:
        raise ConfigError(f"registry.yaml: expected each path once, found {', '.join(twice)} twice")
    return registry


def choose_corpora(
    domains: Mapping[str, Mapping[Task, str]],
    substitutes: Mapping[str, Sequence[str]],
    *,
    substitution: bool,
    raw_dir: str | Path,
    mirror: Folder = None,
    licensed: Folder = None,
    registry: Registry | None = None,
) -> dict[str, dict[Task, CorpusChoice]]:
    """Choose the corpora of every domain and task.

    A licensed corpus is used when all its files lie in `raw_dir`, `mirror` or `licensed`. When none
    of them does, its substitutes step in, if `substitution` allows it, with a warning where a
    licensed folder was named. A corpus of which only a part is there is never replaced.
    """
    registry = registry or load_registry()
    check_folders(mirror=mirror, licensed=licensed)
    folders = (raw_dir, mirror, licensed)
    absent: dict[str, list[str]] = {}
    replaced: dict[str, list[str]] = {}

    def choose(name: str, task: Task) -> CorpusChoice:
        missing = _missing_licensed(registry, name, task, folders)
        names = [name]
        if missing:
            names = [*substitutes.get(name, ())] if substitution else []
            lacking = {other: _missing_licensed(registry, other, task, folders) for other in names}
            if not names or any(lacking.values()):
                absent[name] = missing
            replaced[name] = missing
        return CorpusChoice(
            names=names,
            substitute_for=name if missing else None,
            single_root=task is Task.DEP
            and any(registry.corpus(each).single_root_references for each in names),
            lacking=f"{licensed} lacks {', '.join(missing)}" if missing and licensed else None,
        )

    choices = {
        domain: {Task(task): choose(name, Task(task)) for task, name in corpora.items()}
        for domain, corpora in domains.items()
    }
    if absent:
        raise LicensedFileMissingError(_ask_for_files(registry, absent, substitution=substitution))
    if licensed:
        names = {name for corpora in domains.values() for name in corpora.values()}
        wanted = {name for name in names if registry.corpus(name).kind == "licensed"}
        _report_replaced(licensed, replaced, wanted)
    return choices


def check_folders(*, mirror: Folder, licensed: Folder) -> None:
    """Make sure that a folder that was named is there."""
    for variable, folder in (("MUTSPAD_MIRROR", mirror), ("MUTSPAD_LICENSED", licensed)):
        if folder and not Path(folder).is_dir():
            raise ConfigError(
                f"{variable}: expected a folder, found none at {folder}. Correct the path, or "
                "unset the variable"
            )


def locate_folder(entry: FolderEntry, folders: Iterable[Folder]) -> Path | None:
    """Find the first local copy of a folder with files in every section, or None."""
    for folder in folders:
        if folder and all(entry.list_files(Path(folder) / entry.path).values()):
            return Path(folder) / entry.path
    return None


def _missing_licensed(
    registry: Registry, name: str, task: Task, folders: Sequence[Folder]
) -> list[str]:
    """List what a licensed corpus lacks; other corpora can always be had."""
    corpus = registry.corpus(name)
    if task not in corpus.tasks:
        served = ", ".join(corpus.tasks) or "none"
        raise ConfigError(
            f"corpora: expected a corpus with the task {task}, found '{name}' (its tasks: {served})"
        )
    if corpus.kind != "licensed":
        return []
    parts = corpus.missing_parts(folders)
    if parts:
        searched = ", ".join(str(folder) for folder in folders if folder)
        raise LicensedFileMissingError(
            f"{name}: expected all of {corpus.title} or nothing of it in {searched}, found only a "
            f"part; missing: {', '.join(parts)}. Complete it, or move the rest out of the way to "
            "use the substitute"
        )
    return corpus.missing(folders)


def _report_replaced(
    licensed: Folder, replaced: Mapping[str, Sequence[str]], wanted: Set[str]
) -> None:
    """Warn of what the licensed folder lacks, and refuse one that was named for nothing."""
    for name, missing in replaced.items():
        message = f"MUTSPAD_LICENSED: {name} is not in {licensed} (missing: {', '.join(missing)})"
        if wanted == set(replaced):
            raise LicensedFileMissingError(
                f"{message}, nor is any other licensed corpus of the experiment. Correct the path, "
                "or unset the variable to use the substitutes"
            )
        logger.warning("%s; a substitute is used in its place", message)


def _ask_for_files(
    registry: Registry, absent: Mapping[str, Sequence[str]], *, substitution: bool
) -> str:
    """Build the message on which licensed files to put where."""
    lines = ["licensed corpora are absent; put their files below one folder:"]
    for name, paths in absent.items():
        corpus = registry.corpus(name)
        lines.append(f"  {name} ({corpus.title} {corpus.version}; {corpus.licence})")
        lines.extend(f"    <folder>/{path}" for path in paths)
    lines.append("and run again with MUTSPAD_LICENSED=<folder>")
    if not substitution:
        lines.append("(or allow the open substitutes: corpora.substitution: true in params.yaml)")
    return "\n".join(lines)


def _unknown(expected: str, found: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(found, list(known), n=3)
    hint = f"; did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
    return f"expected {expected}, found '{found}'{hint}"
