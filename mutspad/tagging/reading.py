"""Read texts, one a line, from whatever a user has."""

import logging
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator

from mutspad.data.lines import without_mark
from mutspad.errors import MutspadError

logger = logging.getLogger(__name__)


def read_texts(stream: Iterable[bytes], name: str) -> Iterator[str]:
    r"""Decode the lines of a stream, each a text, without line ends and byte order mark.

    Only `\n` and `\r\n` end a line. Bytes that are not UTF-8 become U+FFFD, and the first of them
    is reported.

    Parameters
    ----------
    stream
        The lines as bytes.
    name
        What to name in a report.

    Raises
    ------
    MutspadError
        For text in UTF-16.
    """
    reported = False
    for number, raw in enumerate(without_mark(stream), 1):
        if number == 1 and raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            raise MutspadError(f"{name}: expected UTF-8 text, found UTF-16. Convert it to UTF-8")
        text = raw.decode("utf-8", errors="replace")
        if not reported and "\ufffd" in text:
            try:
                raw.decode("utf-8")
            except UnicodeDecodeError as error:
                reported = True
                logger.warning(
                    "%s:%d: expected UTF-8 text, found the byte 0x%02x: replaced by U+FFFD, here "
                    "and wherever there are more",
                    name,
                    number,
                    raw[error.start],
                )
        yield text.removesuffix("\n").removesuffix("\r")
