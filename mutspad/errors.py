"""Every error a user can cause, as one small family that is shown without a traceback."""

from pathlib import Path


class MutspadError(Exception):
    """Signal a mistake that the user can fix; the message says how."""


class ConfigError(MutspadError):
    """Signal an unknown key, a wrong type or an impossible combination in the parameters."""


class UnknownTaskError(MutspadError, ValueError):
    """Signal a name that no task has."""


class CorpusError(MutspadError):
    """Signal a malformed or empty corpus file.

    Parameters
    ----------
    path
        The file at fault.
    line
        The line at fault, counted from 1, or None when the whole file is at fault.
    expected, found
        What a correct file would hold, and what stands there.
    remedy
        What the user can do about it.
    """

    def __init__(
        self,
        path: str | Path,
        line: int | None,
        *,
        expected: str,
        found: str,
        remedy: str = "",
    ) -> None:
        place = str(path) if line is None else f"{path}:{line}"
        message = f"{place}: expected {expected}, found {found}"
        super().__init__(f"{message}. {remedy}" if remedy else message)
        self.path = Path(path)
        self.line = line


class DownloadError(MutspadError):
    """Signal that a file could not be had from the mirror, the licensed folder or its URL."""


class HashMismatchError(DownloadError):
    """Signal that a file arrived whole but is not the file of the registry."""


class LicensedFileMissingError(DownloadError):
    """Signal a licensed corpus that is absent, or there in part, where nothing may replace it."""


class VectorsError(MutspadError):
    """Signal word vectors that are absent, malformed or of another dimension."""


class CheckpointError(MutspadError):
    """Signal a model folder that is damaged or belongs to another label set."""


class EncoderError(MutspadError):
    """Signal a contextual encoder that is absent or damaged, or vectors that are not there."""


class DeviceError(MutspadError):
    """Signal a training on a device that this machine lacks, or that cannot compute so."""


class LanguageModelError(MutspadError):
    """Signal too little text for a language model, or one whose training has diverged."""
