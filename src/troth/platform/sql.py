"""Many rows in one statement, on both databases.

The hot path writes whole arrays: one INSERT, UPDATE or SELECT for all lines of an order, so that the number of
statements does not depend on the number of lines. PostgreSQL takes the rows as arrays (`unnest`), SQLite as a VALUES
list. Statements run on a bare cursor of Django's own connection, prepared on PostgreSQL, inside whatever transaction
is open. Inside an action, writes that return no rows wait and go out with the next statement that does (`gathered`):
round trips are a good part of what an order costs.

Column types are named once, by a short word: `int` (64 bit), `text`, `date`, `at` (instant), `bool`, `bytes`, `json`.
"""

import functools
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

Row = tuple[Any, ...]

PG_TYPES = {
    "int": "bigint",
    "text": "text",
    "date": "date",
    "at": "timestamptz",
    "bool": "boolean",
    "bytes": "bytea",
    "json": "jsonb",
}
SQLITE_VARIABLES = 30_000


class _Tally(threading.local):
    """Counts the statements of the hot path that this thread sends; the tests read it."""

    statements = 0
    timing = False
    seconds = 0.0
    """What statements took, as long as this thread times them (`timing`)."""


tally = _Tally()


@functools.cache
def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def fetch(statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """Run a statement written with `%s` and return its rows (empty for one that returns none)."""
    tally.statements += 1
    here = _open()
    ask = _fetch_postgres if is_postgres() else _fetch_sqlite
    if not tally.timing:
        return ask(here, statement, parameters)
    with timed():
        return ask(here, statement, parameters)


def _open() -> Any:
    """Django's connection, looked up once a statement: each use of `django.db.connection` is a look-up of its own."""
    here = connections[DEFAULT_DB_ALIAS]
    if here.connection is None:
        here.ensure_connection()
    return here


@contextmanager
def counting() -> Iterator[Callable[[], int]]:
    """Count the statements that this thread sends, those of the ORM too; what is yielded says how many so far."""
    before, others = tally.statements, 0

    def note(execute: Any, statement: Any, parameters: Any, many: Any, context: Any) -> Any:
        nonlocal others
        others += 1
        return execute(statement, parameters, many, context)

    with connection.execute_wrapper(note):
        yield lambda: tally.statements - before + others


@contextmanager
def timing() -> Iterator[Callable[[], float]]:
    """Time the statements that this thread sends; what is yielded says how many seconds they took so far.

    Commits of actions are timed too; of the ORM's statements, on SQLite, what it takes to read the rows afterwards is
    not.
    """
    before = tally.seconds
    if tally.timing:
        yield lambda: tally.seconds - before
        return

    def note(execute: Any, statement: Any, parameters: Any, many: Any, context: Any) -> Any:
        with timed():
            return execute(statement, parameters, many, context)

    tally.timing = True
    try:
        with connection.execute_wrapper(note):
            yield lambda: tally.seconds - before
    finally:
        tally.timing = False


_UNTIMED = nullcontext()


def timed() -> AbstractContextManager[None]:
    """Count the block as time in the database, where this thread times it and is not within such a block."""
    return _timed() if tally.timing else _UNTIMED


@contextmanager
def _timed() -> Iterator[None]:
    began, before = time.perf_counter(), tally.seconds
    try:
        yield
    finally:
        tally.seconds = before + time.perf_counter() - began  # instead of what blocks within it counted


def write(statement: str, parameters: Sequence[Any] = ()) -> None:
    """Run a statement that returns no rows.

    Inside `gathered` it waits and goes out together with the next one that returns rows, or at the end, without a round
    trip of its own. Whatever else uses the connection finds it written: the queue is sent before.
    """
    queue = _queue.get()
    if queue is None or not is_postgres():
        fetch(statement, parameters)
    else:
        queue.append((statement, parameters))


@contextmanager
def gathered() -> Iterator[None]:
    """Let writes wait for each other within a transaction; leaving the block normally sends what still waits."""
    if not is_postgres():
        yield
        return
    token = _queue.set([])
    try:
        with connection.execute_wrapper(_send_first):
            yield
            send()
    finally:
        _queue.reset(token)


def send() -> None:
    """Send what waits."""
    queue = _queue.get()
    if queue:
        with timed():
            _pipeline(_open(), queue, None)


def _send_first(execute: Any, statement: Any, parameters: Any, many: Any, context: Any) -> Any:
    send()
    return execute(statement, parameters, many, context)


_Statement = tuple[str, Sequence[Any]]
_queue: ContextVar[list[_Statement] | None] = ContextVar("troth_sql_queue", default=None)


def _pipeline(here: Any, queue: list[_Statement], last: _Statement | None) -> list[Row]:
    """Send the queue, and after it a statement whose rows are wanted, in one round trip."""
    import psycopg

    waiting = list(queue)
    queue.clear()
    tally.statements += len(waiting)
    bare = _bare(here)
    with here.wrap_database_errors, bare.pipeline():
        for statement, parameters in waiting:
            psycopg.Cursor(bare).execute(statement, parameters, prepare=True)
        if last is None:
            return []
        cursor = psycopg.Cursor(bare)
        cursor.execute(*last, prepare=True)
    return _rows(cursor)


def _rows(cursor: Any) -> list[Row]:
    # Asking the result is cheaper than `description`, which makes an object of each column.
    result = cursor.pgresult
    return cursor.fetchall() if result is not None and result.nfields else []


def _bare(here: Any) -> Any:
    bare = here.connection
    if bare.prepare_threshold is None:
        bare.prepare_threshold = 5
    return bare


def _fetch_postgres(here: Any, statement: str, parameters: Sequence[Any]) -> list[Row]:
    import psycopg

    queue = _queue.get()
    if queue:
        return _pipeline(here, queue, (statement, parameters))
    with here.wrap_database_errors, psycopg.Cursor(_bare(here)) as cursor:
        cursor.execute(statement, parameters, prepare=True)
        return _rows(cursor)


def _fetch_sqlite(here: Any, statement: str, parameters: Sequence[Any]) -> list[Row]:
    with here.wrap_database_errors:
        cursor = here.connection.cursor()
        try:
            cursor.execute(statement.replace("%s", "?"), parameters)
            return cursor.fetchall() if cursor.description else []
        finally:
            cursor.close()


@functools.lru_cache(maxsize=64)  # the postings of an action share their instant
def _instant(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


# SQLite has no types for these. The driver asks only for values that it does not know, so the many others cost nothing.
sqlite3.register_adapter(datetime, _instant)
sqlite3.register_adapter(date, date.isoformat)
sqlite3.register_adapter(bool, int)


def relation(
    name: str, columns: Mapping[str, str], rows: Sequence[Row], *, few: bool = False
) -> tuple[str, str, list[Any]]:
    """Return (WITH clause or "", FROM item, parameters) of a table `name` made of `rows` for use in a statement.

    `columns` maps each column's name to its type word. Rows must not be empty. With `few` PostgreSQL takes their number
    for ten, however many there are, and so plans the statement once and not for each array anew: for a statement of
    many tables, which takes it longer to plan than to run.
    """
    assert rows
    names = ", ".join(columns)
    if is_postgres():
        # The planner does not look into a sub-select.
        place = "(SELECT %s::{}[])" if few else "%s::{}[]"
        arrays = ", ".join(place.format(PG_TYPES[kind]) for kind in columns.values())
        return "", f"unnest({arrays}) AS {name}({names})", _arrays(columns, rows)
    return f"WITH {name}({names}) AS (VALUES {_places(len(columns), len(rows))})", name, _flat(rows)


def looked_up(source: str, table: str, alias: str, condition: str, *, index: str = "") -> str:
    """FROM item: `source` (of `relation`) with the rows of a table for each of its rows, found through an index.

    A planner that takes many rows of a relation for half the table reads all of it instead, for every part of a large
    work anew. `index` names the one for SQLite, where another would serve too.
    """
    if is_postgres():
        # OFFSET 0 keeps the inner SELECT from being drawn into the join.
        return f"{source} CROSS JOIN LATERAL (SELECT * FROM {table} {alias} WHERE {condition} OFFSET 0) {alias}"
    return f"{source} CROSS JOIN {table} {alias}{indexed_by(index) if index else ''} ON {condition}"


def indexed_by(index: str) -> str:
    """After a table's alias: the index by which SQLite finds its rows, where without figures it takes another."""
    return "" if is_postgres() else f" INDEXED BY {index}"


def one_of(column: str, values: Iterable[Any], kind: str = "int") -> tuple[str, list[Any]]:
    """Return (condition, parameters) for a column that is to be one of the values."""
    wanted = list(dict.fromkeys(values))
    if is_postgres():
        return f"{column} = ANY(%s::{PG_TYPES[kind]}[])", [_ARRAYS[kind](wanted)] if wanted else ["{}"]
    return f"{column} IN ({', '.join(['%s'] * len(wanted))})", wanted


_UNNESTED = "SELECT * FROM unnest({arrays})"
_ORDERED = "SELECT {columns} FROM unnest({arrays}) WITH ORDINALITY AS given({columns}, nth) ORDER BY nth"


def insert(table: str, columns: Mapping[str, str], rows: Iterable[Row], *, returning: Sequence[str] = ()) -> list[Row]:
    """Insert all rows; return `returning` of each, not necessarily in order."""
    return _write(f"INSERT INTO {table}", columns, list(rows), returning, conflict="")


def insert_in_order(
    table: str, columns: Mapping[str, str], rows: Iterable[Row], *, returning: Sequence[str] = ()
) -> list[Row]:
    """Insert all rows so that their ids ascend in their order, and `returning` with them; it begins with the id."""
    return sorted(_write(f"INSERT INTO {table}", columns, list(rows), returning, conflict="", source=_ORDERED))


def insert_missing(
    table: str, columns: Mapping[str, str], rows: Iterable[Row], *, returning: Sequence[str] = ()
) -> list[Row]:
    """Insert the rows whose key is not there yet and return `returning` of each; leave the others alone."""
    return _write(f"INSERT INTO {table}", columns, list(rows), returning, conflict=" ON CONFLICT DO NOTHING")


def update(table: str, key: str, columns: Mapping[str, str], rows: Iterable[Row]) -> None:
    """Set `columns` of each row found by `key` (an integer, the first value of each row)."""
    rows = list(rows)
    if not rows:
        return
    assert len({row[0] for row in rows}) == len(rows), "one row per key"
    assignments = ", ".join(f"{column} = v.{column}" for column in columns)
    with_clause, source, parameters = relation("v", {key: "int", **columns}, rows)
    write(f"{with_clause} UPDATE {table} SET {assignments} FROM {source} WHERE {table}.{key} = v.{key}", parameters)


def _write(
    head: str,
    columns: Mapping[str, str],
    rows: list[Row],
    returning: Sequence[str],
    *,
    conflict: str,
    source: str = _UNNESTED,
) -> list[Row]:
    if not rows:
        return []
    tail = conflict + (f" RETURNING {', '.join(returning)}" if returning else "")
    if is_postgres():
        statement = _unnested(head, tuple(columns), tuple(columns.values()), source) + tail
        if returning:
            return fetch(statement, _arrays(columns, rows))
        write(statement, _arrays(columns, rows))
        return []
    names = ", ".join(columns)
    answer: list[Row] = []
    step = SQLITE_VARIABLES // len(columns)
    for start in range(0, len(rows), step):
        chunk = rows[start : start + step]
        answer += fetch(f"{head} ({names}) VALUES {_places(len(columns), len(chunk))}{tail}", _flat(chunk))
    return answer


@functools.lru_cache(maxsize=256)
def _unnested(head: str, names: tuple[str, ...], kinds: tuple[str, ...], source: str) -> str:
    """The statement that writes arrays as rows: whatever their number, its words are the same."""
    arrays = ", ".join(f"%s::{PG_TYPES[kind]}[]" for kind in kinds)
    columns = ", ".join(names)
    return f"{head} ({columns}) {source.format(columns=columns, arrays=arrays)}"


def _places(width: int, height: int) -> str:
    one = "(" + ", ".join(["%s"] * width) + ")"
    return ", ".join([one] * height)


def _flat(rows: Sequence[Row]) -> list[Any]:
    return list(chain.from_iterable(rows))


def _literal(values: Sequence[Any]) -> str:
    text = ",".join(map(str, values))
    return "{" + (text.replace("None", "NULL") if None in values else text) + "}"


def _instants(values: Sequence[Any]) -> str:
    first = values[0]
    if first is not None and all(value is first for value in values):
        return "{" + ",".join([f'"{first.isoformat()}"'] * len(values)) + "}"
    return "{" + ",".join("NULL" if value is None else f'"{value.isoformat()}"' for value in values) + "}"


def _texts(values: Sequence[Any]) -> str:
    if None in values:
        return "{" + ",".join("NULL" if value is None else f'"{_escaped(value)}"' for value in values) + "}"
    plain = "".join(values)
    if "\\" in plain or '"' in plain:
        values = [_escaped(value) for value in values]
    return '{"' + '","'.join(values) + '"}'


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


# An array literal as text keeps one prepared statement for all integers; psycopg would choose int2[] or int8[].
_ARRAYS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "int": _literal,
    "bool": _literal,
    "date": _literal,
    "at": _instants,
    "text": _texts,
    "bytes": list,
    "json": _texts,
}


def _arrays(columns: Mapping[str, str], rows: Sequence[Row]) -> list[Any]:
    return [_ARRAYS[kind](values) for kind, values in zip(columns.values(), zip(*rows, strict=True), strict=True)]
