"""The boundaries of a transaction: before each statement, before the commit, and between the commit and the answer.

Whoever stands there may cut the power (`tests/receivables/test_power_cuts.py`) or kill the process (`kill_points`).
Statements of the hot path and Django's own are told alike, those that wait to be sent together one by one.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from troth.platform import sql


class Boundary(StrEnum):
    """What comes next."""

    STATEMENT = "statement"
    COMMIT = "commit"
    ANSWER = "answer"


Note = Callable[[Boundary], None]


@contextmanager
def told(note: Note) -> Iterator[None]:
    """Call `note` at each boundary that this thread's connection comes to."""
    with ExitStack() as stack:
        if connection.vendor == "postgresql":
            import psycopg

            stack.enter_context(patch.object(psycopg.Cursor, "execute", _before(note, psycopg.Cursor.execute)))
        else:
            stack.enter_context(patch.object(sql, "_fetch_sqlite", _before(note, sql._fetch_sqlite)))
            stack.enter_context(connection.execute_wrapper(_wrapper(note)))
        stack.enter_context(
            patch.object(BaseDatabaseWrapper, "commit", _around_commit(note, BaseDatabaseWrapper.commit))
        )
        yield


def _before(note: Note, function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*arguments: Any, **named: Any) -> Any:
        note(Boundary.STATEMENT)
        return function(*arguments, **named)

    return run


def _wrapper(note: Note) -> Callable[..., Any]:
    def run(execute: Any, statement: Any, parameters: Any, many: Any, context: Any) -> Any:
        note(Boundary.STATEMENT)
        return execute(statement, parameters, many, context)

    return run


def _around_commit(note: Note, function: Callable[..., None]) -> Callable[..., None]:
    def commit(wrapper: Any) -> None:
        note(Boundary.COMMIT)
        function(wrapper)
        note(Boundary.ANSWER)

    return commit
