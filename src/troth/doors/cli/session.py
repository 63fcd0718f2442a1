"""What every command shares: exit codes, starting Django on the right database, speaking to a person.

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | a check found something broken, or a rule refused what was asked |
| 2 | the command was typed wrongly |
| 3 | the machine or its settings stand in the way |
"""

import os
import sys
from enum import IntEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

Database = Annotated[
    str | None,
    typer.Option("--db", metavar="URL", help="sqlite:///file.sqlite3 or postgresql://…; overrides TROTH_DATABASE_URL."),
]

TROTH = (sys.executable, "-c", "from troth.doors.cli import main; main()")
"""The command, for a process that this one starts."""


class ExitCode(IntEnum):
    """What a command returns to the shell; see the module's table."""

    DONE = 0
    BROKEN_OR_REFUSED = 1
    USAGE = 2
    ENVIRONMENT = 3


def stop(sentence: str, code: ExitCode) -> NoReturn:
    """Print the sentence where errors belong and end the command."""
    typer.echo(sentence, err=True)
    raise typer.Exit(code)


def start_django(db: str | None = None, *, connect: bool = True) -> None:
    """Check the settings, start Django and reach the database; `db` overrides TROTH_DATABASE_URL.

    Child processes (the server's workers) inherit the choice through the environment.
    """
    from troth import environment

    if db:
        os.environ["TROTH_DATABASE_URL"] = db
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.settings")
    try:
        chosen = environment.load()
        environment.make_home(chosen.home)
    except environment.WrongEnvironment as wrong:
        stop(str(wrong), ExitCode.ENVIRONMENT)

    import django

    django.setup()
    if connect:
        reach_database()


def reach_database() -> None:
    """Open the database or end the command with what to do about it."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError, connection

    try:
        if connection.vendor == "sqlite":
            Path(connection.settings_dict["NAME"]).absolute().parent.mkdir(parents=True, exist_ok=True)
        connection.ensure_connection()
    except ImproperlyConfigured:
        stop("The PostgreSQL driver is missing; install it with: pip install 'troth[postgres]'", ExitCode.ENVIRONMENT)
    except (OperationalError, OSError) as error:
        stop(
            f"The database cannot be opened: {str(error).strip()}\n"
            "Check TROTH_DATABASE_URL or --db, and that the server runs or the folder may be written.",
            ExitCode.ENVIRONMENT,
        )


def is_person() -> bool:
    """Whether a person watches: then bars and colours help, in a log they do not."""
    return sys.stderr.isatty()
