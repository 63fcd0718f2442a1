"""Bringing the tables up to date and serving: what `troth serve` and `troth demo` do."""

import gc
import importlib
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from troth.doors.cli.session import TROTH, ExitCode, stop
from troth.platform import metrics

APPLICATION = "troth.doors.wsgi:application"
CONNECTIONS_EACH = 512
"""Open connections, most of them idle, that a worker holds at once."""


def pending_migrations() -> list[str]:
    """The migrations this version brings that the database does not have yet."""
    executor = MigrationExecutor(connection)
    plan: list[tuple[Any, bool]] = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def migrate() -> None:
    """Bring the tables up to date, saying so when there was something to do."""
    pending = pending_migrations()
    if pending:
        call_command("migrate", verbosity=0, interactive=False)
        typer.echo(f"tables brought up to date ({len(pending)} migrations)", err=True)


def prepare(*, migrate_now: bool) -> None:
    """Make tables and static files ready; in production the tables change only when the operator says so."""
    prepare_tables(migrate_now=migrate_now)
    if settings.PRODUCTION:
        call_command("collectstatic", verbosity=0, interactive=False)


def prepare_tables(*, migrate_now: bool = False) -> None:
    if migrate_now or not settings.PRODUCTION:
        migrate()
    elif pending := pending_migrations():
        stop(
            f"The tables are older than this version ({len(pending)} migrations pending). After a backup run: "
            "troth manage migrate, or start with: troth serve --migrate",
            ExitCode.ENVIRONMENT,
        )


def count_together(port: int) -> None:
    """Let all processes of the server on this port count together, where anything is counted.

    Before the first action of the process: the library looks once, when it is imported, whether counts are shared.
    """
    if metrics.is_on():
        metrics.share(settings.METRICS_FOLDER / str(port))


def usual_workers() -> int:
    """Two processes for each processor in production: what two people ask for at once is seldom worked on by one."""
    return 2 * (os.cpu_count() or 1) if settings.PRODUCTION else 1


def serve(*, host: str, port: int, workers: int = 1, threads: int = 4, target: str = APPLICATION) -> None:
    """Serve until interrupted. A worker works on at most `threads` requests, so its database connections are bounded.
    One that dies is started again; when they keep dying, the server ends and leaves it to whoever started it.

    What granian calls backpressure counts connections, and a browser keeps six of them open: as low as the threads it
    would leave the seventh, and the next person, waiting for good.
    """
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    _refuse_taken_port(host, port)
    _load(target)
    connection.close()
    count_together(port)
    typer.echo(f"serving on http://{host}:{port} (Ctrl+C ends)", err=True)
    Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backpressure=CONNECTIONS_EACH,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
    ).serve()


@contextmanager
def worker_beside() -> Iterator[None]:
    """Run `troth worker` as a process of its own meanwhile, on the database that this process was told."""
    process = subprocess.Popen((*TROTH, "worker"), stdin=subprocess.DEVNULL)  # noqa: S603 - ours
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _load(target: str) -> None:
    """Load all that a worker needs before the first is forked: one that takes a dead one's place can answer at once."""
    importlib.import_module(target.partition(":")[0])
    reverse("home")  # has every address read, and with it every page and operation
    gc.freeze()


def _refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            stop(f"{host}:{port} cannot be used ({error.strerror}); choose another with --port.", ExitCode.ENVIRONMENT)
