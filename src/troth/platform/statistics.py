"""What SQLite knows of its tables' sizes, by which it chooses indexes; PostgreSQL keeps that up to date by itself.

Without it a list of what is due reads every line there ever was. A migration that makes a table anew throws it away.
"""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django_tasks import task

from troth.platform.schedule import schedule


def refresh(using: str = DEFAULT_DB_ALIAS) -> None:
    """Look at the tables again, whole: ten seconds in books of a million lines. Nothing where the database does it.

    One table after the other, so that who writes waits for one of them at most. To look at a part of each
    (`analysis_limit`) takes half a second and is worse than nothing: a company's only site then seems to have 20,000
    deliveries of many more, and the list of deliveries goes by the site.
    """
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'ANALYZE "{table}"')


def refresh_after_migrate(*, using: str, app_config: Any, plan: Any = (), **_: Any) -> None:
    """Receiver of `post_migrate`; works once, and only where a migration was applied."""
    if app_config.label == "platform" and plan:
        refresh(using)


@schedule("look at table sizes", "20 3 * * *")
@task()
def refresh_statistics() -> None:
    """Every night, as the books grow."""
    refresh()
