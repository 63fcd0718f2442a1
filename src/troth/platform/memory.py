"""Garbage collection, where it gets in the way."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Do a piece of work without looking for reference cycles meanwhile: it makes many objects and few cycles.

    Each ten thousand new objects would have all that are there looked through again. Of several that overlap in threads
    the first to begin collects again as it ends.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
