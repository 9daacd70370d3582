"""Start a process quickly: what is imported stays until its end, so nothing in it is garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Import without garbage collection, and leave out what was imported from later ones.

    `import torch` makes some hundred thousand objects. The collector would visit them all again
    and again, most of all when the process ends. For processes of our own: the objects of the
    whole interpreter are frozen (`gc.freeze`), a caller's too.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()
