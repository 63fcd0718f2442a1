"""The command `troth`.

Commands only parse, call one function and print; the exit codes are those of `troth.doors.cli.session`. Django and all
that is heavy is imported inside the commands, so `troth --help` answers at once. A command whose part is not installed
is not offered.
"""

import importlib
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from troth import __version__
from troth.doors.cli import backups, imports, users
from troth.doors.cli.session import Database, ExitCode, start_django, stop
from troth.kernel.errors import BusinessError, Refusals

app = typer.Typer(
    name="troth",
    help="Customer order management that keeps its promises.",
    epilog="Begin with: troth demo · Settings: TROTH_… variables, checked by troth doctor · "
    "Exit codes: 0 done, 1 found broken or refused, 2 typed wrongly, 3 machine or settings",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(users.app, name="user")

Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every network the machine is in.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]


def main() -> None:
    """Run the command line; a refusal is a sentence and exit code 1."""
    try:
        app()
    except Refusals as several:
        for refusal in several.refusals:
            row = f"row {refusal.row}: " if refusal.row else ""
            field = f"{refusal.field}: " if refusal.field else ""
            typer.echo(f"{row}{field}{refusal.message}", err=True)
        sys.exit(ExitCode.BROKEN_OR_REFUSED)
    except BusinessError as refusal:
        typer.echo(refusal.message, err=True)
        sys.exit(ExitCode.BROKEN_OR_REFUSED)


def _part(module: str) -> Any:
    return importlib.import_module(module)


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def demo(
    *,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Build and stop.")] = False,
    history: Annotated[bool, typer.Option("--history", help="Play the long history too (minutes).")] = False,
    db: Database = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Build the demo company and serve it, with a worker beside.

    Examples: troth demo · troth demo --db sqlite:////tmp/demo.sqlite3 --no-serve
    """
    start_django(db)
    from troth.doors import demo as company
    from troth.doors import serving

    if not no_serve:
        serving.count_together(port)
    serving.migrate()
    for line in company.run(history=history):
        typer.echo(line)
    if not no_serve:
        with serving.worker_beside():
            serving.serve(host=host, port=port)


@app.command()
def serve(
    *,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Server processes; without it two for each processor in production, one while developing."
        ),
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Requests each process works on at once.")] = 4,
    migrate: Annotated[
        bool, typer.Option("--migrate", help="In production: bring the tables up to date first.")
    ] = False,
    db: Database = None,
) -> None:
    """Serve the pages and the API.

    In development the tables are brought up to date first; in production only with --migrate.

    Examples: troth serve · troth serve --host 0.0.0.0 --workers 4
    """
    start_django(db)
    from troth.doors import serving

    serving.prepare(migrate_now=migrate)
    serving.serve(host=host, port=port, workers=workers or serving.usual_workers(), threads=threads)


@app.command()
def doctor(*, db: Database = None) -> None:
    """Check that this machine can run Troth, with a remedy for each thing that stands in the way."""
    start_django(db, connect=False)
    from troth.doors.cli.doctor import examine

    findings = examine()
    for finding in findings:
        typer.echo(f"{'ok    ' if finding.sound else 'BROKEN'}  {finding.subject}: {finding.says}")
        if not finding.sound:
            typer.echo(f"        {finding.remedy}")
    if not all(finding.sound for finding in findings):
        raise typer.Exit(ExitCode.BROKEN_OR_REFUSED)


@app.command()
def worker(*, db: Database = None) -> None:
    """Work off events, mail, jobs and the schedule. Start as many as are needed, on any machine.

    Example: troth worker
    """
    start_django(db)
    import signal
    import threading

    from troth.platform import jobs

    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    jobs.run_forever(stopped)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def manage(context: typer.Context) -> None:
    """Pass a command on to Django.

    Examples: troth manage migrate · troth manage shell · troth manage help
    """
    start_django(connect=False)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["troth manage", *context.args])


@app.command()
def verify(
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    db: Database = None,
) -> None:
    """Recompute every balance and check every invariant; exit code 1 if one is broken.

    Examples: troth verify · troth verify --json
    """
    start_django(db)
    from troth.doors.cli.reports import print_checks
    from troth.platform import verify as books

    results = books.run()
    print_checks(results, as_json=json)
    if not all(result.holds for result in results):
        raise typer.Exit(ExitCode.BROKEN_OR_REFUSED)


app.command()(backups.backup)
app.command()(backups.restore)

if find_spec("troth.doors.bench"):

    @app.command()
    def bench(
        name: Annotated[str, typer.Argument(help="What to measure, such as order-entry.")],
        *,
        quick: Annotated[bool, typer.Option("--quick", help="Small cases only; ends within a minute.")] = False,
        keep: Annotated[
            bool, typer.Option("--keep", help="Pages: fill the database named if it is empty, measure there, leave it.")
        ] = False,
        json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the figures here too.")] = None,
        db: Database = None,
    ) -> None:
        """Measure: case, metric, value, unit, goal, and whether the goal is met.

        Examples: troth bench order-entry --quick · troth bench pages --json figures.json
        """
        start_django(db)
        from troth.doors.cli.reports import print_figures

        print_figures(_part("troth.doors.bench").run(name, quick=quick, keep=keep), file=json)


if find_spec("troth.doors.exchange"):
    app.command(name="import")(imports.import_)

    @app.command(name="export")
    def export_(
        table: Annotated[str, typer.Argument(help="What to write, such as customers or routes.")],
        file: Annotated[Path, typer.Argument(dir_okay=False, help="The file to write: .csv, or .xlsx for Excel.")],
        *,
        template: Annotated[bool, typer.Option("--template", help="Only the first row, to fill in.")] = False,
        db: Database = None,
    ) -> None:
        """Write a file that import takes back.

        Examples: troth export customers customers.csv · troth export bins bins.xlsx --template
        """
        start_django(db)
        if not file.absolute().parent.is_dir():
            stop(f"{file.absolute().parent} does not exist; create it or choose another folder.", ExitCode.ENVIRONMENT)
        count = _part("troth.doors.exchange").export_file(table, file, only_header=template)
        typer.echo(f"{count} rows written to {file}.")


if find_spec("troth.doors.crash"):
    from troth.doors.cli import crash

    app.command(name="crash-run")(crash.crash_run)
