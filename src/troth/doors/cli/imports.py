"""`troth import`: one table from a file, or AdventureWorks from the folder of its raw files."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from troth.doors.cli.session import Database, ExitCode, start_django, stop

ADVENTUREWORKS = "adventureworks"


def import_(
    table: Annotated[str, typer.Argument(help="What the rows are, such as customers or routes; or adventureworks.")],
    path: Annotated[
        Path,
        typer.Argument(exists=True, metavar="FILE", help="CSV in UTF-8, or an Excel workbook; a folder of raw files."),
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would become of it; write nothing.")] = False,
    good_rows: Annotated[bool, typer.Option("--good-rows", help="Leave out the rows that are refused.")] = False,
    orders: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="adventureworks: the newest N orders, not the backlog.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="adventureworks: orders since a day of the source."),
    ] = None,
    db: Database = None,
) -> None:
    """Take a file in: all of it or, with each refused row named, nothing. Safe to repeat.

    `adventureworks DIR` takes in the raw files of AdventureWorks, all rows that can be, and says what became of each
    file. Exit code 1 if a row was refused that a person has to mend.

    Examples: troth import customers customers.csv · troth import routes routes.xlsx --dry-run ·
    troth import adventureworks ~/adventureworks --orders 1000
    """
    is_folder = table == ADVENTUREWORKS
    if is_folder != path.is_dir():
        stop("adventureworks takes a folder, every other table a file.", ExitCode.USAGE)
    if orders is not None and since is not None:
        stop("Choose orders by --orders or by --since, not by both.", ExitCode.USAGE)
    if not is_folder and (orders is not None or since is not None):
        stop("--orders and --since go with adventureworks only.", ExitCode.USAGE)
    start_django(db)
    if is_folder:
        _import_folder(path, orders=orders, since=since, dry_run=dry_run)
    else:
        _import_file(table, path, dry_run=dry_run, good_rows=good_rows)


def _import_file(table: str, file: Path, *, dry_run: bool, good_rows: bool) -> None:
    from troth.doors import exchange
    from troth.doors.cli.reports import print_import

    report = exchange.import_file(table, file, dry_run=dry_run, good_rows=good_rows)
    print_import(report.brought, report.refusals, dry_run=dry_run)
    if report.refusals:
        raise typer.Exit(ExitCode.BROKEN_OR_REFUSED)


def _import_folder(folder: Path, *, orders: int | None, since: datetime | None, dry_run: bool) -> None:
    from troth.doors import adventureworks, serving
    from troth.doors.cli.progress import progress
    from troth.doors.cli.reports import print_folder

    chosen = adventureworks.Chosen(count=orders, since=since.date() if since else None)
    try:
        steps = adventureworks.steps(folder)
    except adventureworks.ReaderMissing as missing:
        stop(missing.message, ExitCode.ENVIRONMENT)
    serving.prepare_tables()
    with progress("rows of raw files", steps) as advance:
        report = adventureworks.import_folder(folder, chosen=chosen, dry_run=dry_run, advance=advance)
    print_folder(report, dry_run=dry_run)
    if report.faults:
        raise typer.Exit(ExitCode.BROKEN_OR_REFUSED)
