"""Choose where word vectors come from: what the parameters name, or else its substitute."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mutspad.data.registry import FileEntry, load_registry
from mutspad.errors import DownloadError, HashMismatchError, VectorsError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ChosenSource:
    """A source of word vectors that can be had.

    Parameters
    ----------
    source
        As `open_vectors` reads it.
    files
        The file of a source of the registry.
    substitute_for
        The source that could not be had, or None.
    """

    source: str
    files: Mapping[str, Path]
    substitute_for: str | None


def choose_source(
    source: str, substitute: str | None, get: Callable[[FileEntry], Path]
) -> ChosenSource:
    """Get the file of a source of the registry, or take the substitute where it cannot be had.

    Raises
    ------
    DownloadError
        When it cannot be had and there is no substitute.
    HashMismatchError
        When the file is there but wrong: a mistake to mend, not an absence to work around.
    """
    try:
        return ChosenSource(source, _find_files(source, get), None)
    except DownloadError as error:
        if substitute is None or isinstance(error, HashMismatchError):
            raise
        logger.warning("%s\nUsing %s in its place; every table says so.", error, substitute)
        return ChosenSource(substitute, {}, source)


def _find_files(source: str, get: Callable[[FileEntry], Path]) -> dict[str, Path]:
    """Get the file of a source of the registry; nothing for another source."""
    registry = load_registry()
    if source not in registry.corpora:
        return {}
    corpus = registry.corpus(source)
    if corpus.tasks or len(corpus.files) != 1:
        raise VectorsError(f"vectors.source: expected word vectors, found the corpus '{source}'")
    (entry,) = corpus.files.values()
    return {source: get(entry)}
