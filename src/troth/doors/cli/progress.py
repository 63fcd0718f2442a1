"""Progress for whatever takes more than two seconds: a bar for a person, one line at the end for a log."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from troth.doors.cli.session import is_person

PATIENCE_SECONDS = 2.0


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yield a function that takes how many of `total` steps were done since it was last called."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=not is_person())
    task = bar.add_task(title, total=total)
    begun = time.monotonic()

    def advance(steps: int = 1) -> None:
        bar.advance(task, steps)
        if not bar.live.is_started and time.monotonic() - begun > PATIENCE_SECONDS:
            bar.start()

    try:
        yield advance
    finally:
        bar.stop()
    typer.echo(f"{title}: {total} in {time.monotonic() - begun:.1f} s", err=True)
