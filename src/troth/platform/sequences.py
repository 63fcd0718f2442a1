"""The migration operation that makes a number series with gaps: a PostgreSQL sequence; SQLite counts in a table."""

import re
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class NumberSequence(Operation):
    """Make the sequence `platform_number_<series>` that `numbering.draw(series, …)` draws from."""

    reversible = True
    reduces_to_sql = False

    def __init__(self, series: str) -> None:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,38}", series), f"{series} is no name for a series"
        self.series = series

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """No model stands for a sequence."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"CREATE SEQUENCE platform_number_{self.series}")

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP SEQUENCE platform_number_{self.series}")

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.series], {}

    def describe(self) -> str:
        return f"Make the number series {self.series}"
