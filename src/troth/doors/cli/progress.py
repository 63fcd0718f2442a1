"""Progress for whatever takes more than two seconds: a bar for a person, for a log a line now and then."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import typer

from troth.doors.cli.session import is_person

PATIENCE_SECONDS = 2.0
LOG_SECONDS = 20.0


class Advance(Protocol):
    def __call__(self, steps: int = 1, *, doing: str = "") -> None:
        """Tell that so many more steps are done, and what comes next."""


@contextmanager
def progress(title: str, total: int) -> Iterator[Advance]:
    """Yield a function that takes how many of `total` steps were done since it was last called."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=not is_person())
    task = bar.add_task(title, total=total)
    begun = logged = time.monotonic()

    def advance(steps: int = 1, *, doing: str = "") -> None:
        nonlocal logged
        bar.update(task, advance=steps, description=f"{title}: {doing}" if doing else None)
        now = time.monotonic()
        if not bar.live.is_started and now - begun > PATIENCE_SECONDS:
            bar.start()
        if bar.disable and doing and now - logged > LOG_SECONDS:
            logged = now
            done = round(bar.tasks[0].completed)
            typer.echo(f"{title}: {done} of {total} in {now - begun:.0f} s, now {doing}", err=True)

    try:
        yield advance
    finally:
        bar.stop()
    typer.echo(f"{title}: {total} in {time.monotonic() - begun:.1f} s", err=True)
