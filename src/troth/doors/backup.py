"""Backup and restore of the whole database: what `troth backup` and `troth restore` do.

| database | backup | restore |
| --- | --- | --- |
| SQLite | its online backup, while others write | the same the other way round |
| PostgreSQL | `pg_dump` in the custom format | `pg_restore` into `psql`, all in one transaction |

A backup is one moment of the books. It is written under another name and gets its own when it is complete, and only
its owner may read it. A restore that fails leaves the database as it was.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from django.db import connection

from troth.kernel.errors import BusinessError

SQLITE_BEGINS, POSTGRES_BEGINS = b"SQLite format 3\0", b"PGDMP"
EMPTIED = "DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public"
VARIABLES = {
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "host": "PGHOST",
    "port": "PGPORT",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
"""Parameters of the connection, and the variables by which PostgreSQL's programs are told them: a password has no place
on a command line."""


class BackupExists(BusinessError):
    code = "backup_exists"


class NoBackup(BusinessError):
    """The file is no backup of this kind of database, or a damaged one."""

    code = "no_backup"


class DatabaseNotEmpty(BusinessError):
    code = "database_not_empty"


class ProgramMissing(BusinessError):
    """A program of PostgreSQL is not installed."""

    code = "program_missing"


class ProgramFailed(BusinessError):
    """A program of PostgreSQL ended with an error, which the message holds."""

    code = "program_failed"


def backup(file: Path) -> int:
    """Write the database to a new file; return its size in bytes."""
    if file.exists():
        raise BackupExists(f"{file} is there already. Choose another name, or remove it first.", file=str(file))
    unfinished = file.with_name(f"{file.name}.unfinished")
    _make_own(unfinished)
    try:
        _write(unfinished)
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return file.stat().st_size


def restore(file: Path, *, replace: bool = False) -> None:
    """Fill the database from a backup. What it holds is thrown away, which must be asked for with `replace`."""
    _refuse_other(file)
    if connection.introspection.table_names() and not replace:
        raise DatabaseNotEmpty(
            "The database holds tables already. Restore into an empty one, or add --replace to throw them away."
        )
    if connection.vendor == "postgresql":
        _restore_postgres(file)
    else:
        _restore_sqlite(file)
    connection.close()


def _make_own(file: Path) -> None:
    """Begin the file anew, readable by its owner only: it is to hold the hashes of passwords."""
    file.unlink(missing_ok=True)
    file.touch(mode=0o600, exist_ok=False)


def _write(file: Path) -> None:
    if connection.vendor == "postgresql":
        _run([_program("pg_dump"), "--format=custom", "--no-owner", f"--file={file}"])
        return
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as target:
        connection.connection.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it


def _refuse_other(file: Path) -> None:
    expected = POSTGRES_BEGINS if connection.vendor == "postgresql" else SQLITE_BEGINS
    with file.open("rb") as opened:
        begins = opened.read(len(SQLITE_BEGINS))
    if not begins.startswith(expected):
        kind = "PostgreSQL (pg_dump's custom format)" if expected == POSTGRES_BEGINS else "SQLite"
        raise NoBackup(f"{file} is no backup of {kind}, which this database is. Choose another file or database.")


def _restore_sqlite(file: Path) -> None:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as source:
        try:
            [(verdict,), *_] = source.execute("PRAGMA integrity_check").fetchall()
        except sqlite3.DatabaseError as error:
            verdict = str(error)
        if verdict != "ok":
            raise NoBackup(f"{file} is damaged ({verdict}). Use an older backup.")
        connection.ensure_connection()
        source.backup(connection.connection)


def _restore_postgres(file: Path) -> None:
    restoring, filling = _program("pg_restore"), _program("psql")
    connection.close()
    script = file.with_name(f"{file.name}.sql.unfinished")
    _make_own(script)
    try:
        _run([restoring, "--no-owner", f"--file={script}", str(file)])
        quiet = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
        _run([filling, *quiet, "--command", EMPTIED, "--file", str(script)])
    finally:
        script.unlink(missing_ok=True)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ProgramMissing(
            f"{name} is not on the PATH. Install the client of your PostgreSQL server (apt-get install "
            "postgresql-client), at least as new as the server.",
            program=name,
        )
    return found


def _run(command: Iterable[str]) -> None:
    words = list(command)
    parameters = connection.get_connection_params()
    told = {variable: str(parameters[name]) for name, variable in VARIABLES.items() if parameters.get(name)}
    ended = subprocess.run(words, env=os.environ | told, capture_output=True, text=True)  # noqa: S603 - fixed programs
    if ended.returncode:
        raise ProgramFailed(f"{Path(words[0]).name} failed: {ended.stderr.strip()[:500]}")
