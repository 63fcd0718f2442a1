"""A database of the bench's own: made beside the one that is configured, migrated, dropped at the end."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.core.management import call_command
from django.db import connection, connections


@contextmanager
def own_database() -> Iterator[str]:
    """Switch this process, and those it starts, to a new empty database; yield the vendor's name."""
    name = f"troth_bench_{secrets.token_hex(4)}"
    if connection.vendor == "postgresql":
        before = connection.settings_dict["NAME"]
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        _switch(name, _postgres_url(name))
        try:
            call_command("migrate", verbosity=0)
            yield "PostgreSQL"
        finally:
            _switch(before, "")
            with connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        return
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        before = connection.settings_dict["NAME"]
        path = Path(folder) / f"{name}.sqlite3"
        _switch(str(path), f"sqlite:///{path}")
        try:
            call_command("migrate", verbosity=0)
            yield "SQLite"
        finally:
            _switch(before, "")


def _switch(name: str, url: str) -> None:
    connections.close_all()
    connection.settings_dict["NAME"] = name
    if url:
        os.environ["TROTH_DATABASE_URL"] = url
    else:
        os.environ.pop("TROTH_DATABASE_URL", None)


def _postgres_url(name: str) -> str:
    settings = connection.settings_dict
    who = quote(settings["USER"] or "", safe="")
    if settings["PASSWORD"]:
        who += f":{quote(settings['PASSWORD'], safe='')}"
    port = f":{settings['PORT']}" if settings["PORT"] else ""
    return f"postgresql://{who}@{settings['HOST'] or 'localhost'}{port}/{name}"
