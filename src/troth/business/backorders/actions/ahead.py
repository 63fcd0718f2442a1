"""Reading ahead: the next part of a run is read while the one before it is decided and kept."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection, connections

Asked = TypeVar("Asked")
Found = TypeVar("Found")


def read_ahead(parts: Iterable[Asked], read: Callable[[Asked], Found]) -> Iterator[Found]:
    """What `read` finds of each part, in their order; one part ahead of whoever takes it.

    A thread reads, over a connection of its own. That one does not see what an open transaction wrote, so whoever is in
    one reads each part as it is taken.
    """
    if connection.in_atomic_block:
        yield from map(read, parts)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as reader:
        try:
            coming = None
            for part in parts:
                before, coming = coming, reader.submit(read, part)
                if before is not None:
                    yield before.result()
            if coming is not None:
                yield coming.result()
        finally:
            reader.submit(connections.close_all).result()
