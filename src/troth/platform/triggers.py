"""Append-only tables: triggers that refuse UPDATE and DELETE.

A migration declares the table once, `AppendOnly("platform_event")`. Django rebuilds a SQLite table when a column
changes and drops its triggers without a word, so after every `migrate` the declared triggers are put back; `troth
verify` checks that each of them is there. What is declared is read from the migrations themselves, so the list cannot
drift.
"""

from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

EVENTS = ("update", "delete")
_FUNCTION = """
CREATE OR REPLACE FUNCTION troth_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused, correct by a reversal', TG_TABLE_NAME, lower(TG_OP)
        USING ERRCODE = 'restrict_violation';
END $$"""


class AppendOnly(Operation):
    """Refuse UPDATE and DELETE on a table from this migration on."""

    reversible = True
    reduces_to_sql = False

    def __init__(self, table: str) -> None:
        self.table = table

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for statement in create_statements(schema_editor.connection.vendor, self.table):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for statement in drop_statements(schema_editor.connection.vendor, self.table):
            schema_editor.execute(statement, params=None)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.table], {}

    def describe(self) -> str:
        return f"Refuse UPDATE and DELETE on {self.table}"


def trigger_name(table: str, event: str) -> str:
    return f"{table}_refuses_{event}"


def create_statements(vendor: str, table: str) -> list[str]:
    """The statements that put both triggers on a table; running them again does no harm."""
    if vendor == "postgresql":
        return [_FUNCTION] + [
            f"CREATE OR REPLACE TRIGGER {trigger_name(table, event)} BEFORE {event.upper()} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION troth_refuse_change()"
            for event in EVENTS
        ]
    return [
        f"CREATE TRIGGER IF NOT EXISTS {trigger_name(table, event)} BEFORE {event.upper()} ON {table} BEGIN "
        f"SELECT RAISE(ABORT, '{table} is append-only: {event} is refused, correct by a reversal'); END"
        for event in EVENTS
    ]


def drop_statements(vendor: str, table: str) -> list[str]:
    where = f" ON {table}" if vendor == "postgresql" else ""
    return [f"DROP TRIGGER IF EXISTS {trigger_name(table, event)}{where}" for event in EVENTS]


@cache
def declared() -> tuple[str, ...]:
    """The tables that migrations declare append-only, in order of name."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    tables = {
        operation.table
        for migration in loader.disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, AppendOnly)
    }
    return tuple(sorted(tables))


def existing(using: str = DEFAULT_DB_ALIAS) -> set[str]:
    """The names of all triggers in the database that are switched on."""
    connection = connections[using]
    statement = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        statement = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {name for (name,) in cursor.fetchall()}


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The declared triggers that are not there."""
    there = existing(using)
    names = [trigger_name(table, event) for table in declared() for event in EVENTS]
    return [name for name in names if name not in there]


def restore(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Put back every declared trigger that is missing on a table that exists; return their tables."""
    connection = connections[using]
    gone, tables = set(missing(using)), set(connection.introspection.table_names())
    restored = []
    for table in declared():
        if table in tables and any(trigger_name(table, event) in gone for event in EVENTS):
            _run(connection, create_statements(connection.vendor, table))
            restored.append(table)
    return restored


def lift(using: str = DEFAULT_DB_ALIAS) -> None:
    """Take all declared triggers off. Only for tests, which empty the tables between them."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    for table in declared():
        if table in tables:
            _run(connection, drop_statements(connection.vendor, table))


def restore_after_migrate(*, using: str, app_config: Any, **_: Any) -> None:
    """Receiver of `post_migrate`; works once, after the last app of the platform's own signal."""
    if app_config.label == "platform":
        restore(using)


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
