"""What SQLite knows of its tables' sizes, by which it chooses indexes; PostgreSQL keeps that up to date by itself.

Without it a list of what is due reads every line there ever was. A migration that makes a table anew throws it away.
"""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django_tasks import task

from troth.platform.schedule import schedule

ROWS_LOOKED_AT = 20_000
"""Of each index: half a second in books of a million lines. With 1,000 SQLite still chose wrongly there."""


def refresh(using: str = DEFAULT_DB_ALIAS) -> None:
    """Look at the tables again; nothing where the database does so by itself."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}")
        cursor.execute("ANALYZE")


def refresh_after_migrate(*, using: str, app_config: Any, plan: Any = (), **_: Any) -> None:
    """Receiver of `post_migrate`; works once, and only where a migration was applied."""
    if app_config.label == "platform" and plan:
        refresh(using)


@schedule("look at table sizes", "20 3 * * *")
@task()
def refresh_statistics() -> None:
    """Every night, as the books grow."""
    refresh()
