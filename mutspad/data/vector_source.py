"""Choose where word vectors come from: what the parameters name, or else its substitute."""

import logging
from collections.abc import Callable
from pathlib import Path

from mutspad.data.registry import FileEntry, load_registry
from mutspad.errors import DownloadError, HashMismatchError, VectorsError

logger = logging.getLogger(__name__)


def choose_source(
    source: str, substitute: str | None, get: Callable[[FileEntry], Path]
) -> tuple[str, Path | None]:
    """Get the file of a source of the registry, or take the substitute where it cannot be had.

    Returns what `open_vectors` reads: the source that is used, and the file if the registry has it.

    Raises
    ------
    DownloadError
        When it cannot be had and there is no substitute.
    HashMismatchError
        When the file is there but wrong: a mistake to fix, not an absence to work around.
    """
    try:
        return source, _find_file(source, get)
    except DownloadError as error:
        if substitute is None or isinstance(error, HashMismatchError):
            raise
        logger.warning("%s\nUsing %s in its place; every table says so.", error, substitute)
        return substitute, None


def _find_file(source: str, get: Callable[[FileEntry], Path]) -> Path | None:
    """Get the file of a source of the registry; nothing for another source."""
    registry = load_registry()
    if source not in registry.corpora:
        return None
    corpus = registry.corpus(source)
    if corpus.tasks or len(corpus.files) != 1:
        raise VectorsError(f"vectors.source: expected word vectors, found the corpus '{source}'")
    (entry,) = corpus.files.values()
    return get(entry)
