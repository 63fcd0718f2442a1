"""The commands `troth backup` and `troth restore`."""

from pathlib import Path
from typing import Annotated

import typer

from troth.doors.cli.session import Database, ExitCode, start_django, stop


def backup(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="The file to write; it must not be there yet.")],
    *,
    db: Database = None,
) -> None:
    """Write the whole database to one file, while it is in use.

    Example: troth backup troth-monday.backup
    """
    start_django(db)
    from troth.doors import backup as backups

    if not file.absolute().parent.is_dir():
        stop(f"{file.absolute().parent} does not exist; create it or choose another folder.", ExitCode.ENVIRONMENT)
    typer.echo(f"{backups.backup(file):,} bytes written to {file}.")


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file that troth backup wrote.")],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Throw away what the database holds.")] = False,
    db: Database = None,
) -> None:
    """Fill the database from a backup and verify it. Stop the server and the workers first.

    Example: troth restore troth-monday.backup --db sqlite:////tmp/restored.sqlite3
    """
    start_django(db)
    from troth.doors import backup as backups
    from troth.doors.cli.reports import print_checks
    from troth.doors.serving import pending_migrations
    from troth.platform import verify

    backups.restore(file, replace=replace)
    if pending := pending_migrations():
        typer.echo(f"Restored. The tables are older than this version ({len(pending)} migrations). Run:")
        typer.echo("troth manage migrate, then troth verify")
        return
    results = verify.run()
    broken = [result for result in results if not result.holds]
    print_checks(broken, as_json=False)
    if broken:
        raise typer.Exit(ExitCode.BROKEN_OR_REFUSED)
    typer.echo(f"Restored; all {len(results)} checks hold.")
