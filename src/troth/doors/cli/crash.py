"""The command `troth crash-run`."""

import json as json_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from troth.doors.cli.session import ExitCode, stop
from troth.doors.crash.plan import Defect, Plan, Vendor

if TYPE_CHECKING:
    from troth.doors.crash import Points


def crash_run(
    *,
    clients: Annotated[int, typer.Option(min=1, help="Clients that order at once.")] = 32,
    orders: Annotated[int, typer.Option(min=1, help="Orders of each client.")] = 20,
    products: Annotated[int, typer.Option(min=1, help="Products, all of them scarce.")] = 10,
    kills: Annotated[int, typer.Option(min=0, help="Web and job workers killed.")] = 20,
    restarts: Annotated[int, typer.Option(min=0, help="Restarts of the database without warning.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed orders and kills the same.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Server processes.")] = 3,
    without: Annotated[Defect | None, typer.Option(help="Take a promise out and see the run go wrong.")] = None,
    points: Annotated[Vendor | None, typer.Option(help="Kill single transactions at every boundary instead.")] = None,
    every: Annotated[int, typer.Option(min=1, help="With --points: only every so-manieth statement.")] = 1,
    step: Annotated[str, typer.Option(help="With --points: only this transaction, such as enter_order.")] = "",
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the figures here too.")] = None,
) -> None:
    """Kill workers and the database while clients order scarce products; exit code 1 if a rule broke.

    It starts a PostgreSQL of its own; nothing of yours is touched.

    Examples: troth crash-run · troth crash-run --clients 64 --orders 500 --products 20 --kills 1000 --restarts 50
    Single transactions: troth crash-run --points postgresql · troth crash-run --points sqlite --step enter_order
    """
    from troth.doors import crash

    if (without == Defect.ONE_COMMIT) != (points is not None and without is not None):
        raise typer.BadParameter("one-commit is taken out of --points, and nothing else is.", param_hint="--without")
    if points:
        return _points(crash.Points(points, every, step, without), json)
    from troth.doors.cli.progress import progress
    from troth.doors.crash.cluster import NoPostgres
    from troth.doors.crash.stack import StackDown

    plan = Plan(clients, orders, products, kills, restarts, seed=seed, without=without, workers=workers)
    try:
        with progress(f"crash run, seed {seed}", plan.total) as advance:
            report = crash.run(plan, advance)
    except (NoPostgres, StackDown) as down:
        stop(str(down), ExitCode.ENVIRONMENT)
    typer.echo("\n".join(report.lines()))
    if json:
        json.write_text(json_.dumps(report.figures(), indent=2) + "\n")
    if not report.holds:
        raise typer.Exit(ExitCode.BROKEN_OR_REFUSED)


def _points(wanted: "Points", json: Path | None) -> None:
    """Kill single transactions at their boundaries and say what is wrong."""
    from dataclasses import asdict

    from troth.doors import crash
    from troth.doors.cli.progress import progress
    from troth.doors.crash.cluster import NoPostgres

    try:
        with progress(f"kill points, {wanted.vendor}", 1 if wanted.step else crash.STEPS) as advance:
            killed = crash.points(wanted, advance)
    except NoPostgres as down:
        stop(str(down), ExitCode.ENVIRONMENT)
    for step in killed:
        typer.echo(f"{step.step}: killed at {step.points} of {step.boundaries} boundaries, {len(step.wrong)} wrong")
        typer.echo("".join(f"    {sentence}\n" for sentence in step.wrong), nl=False)
    if json:
        json.write_text(json_.dumps([asdict(step) for step in killed], indent=2) + "\n")
    if any(step.wrong for step in killed):
        raise typer.Exit(ExitCode.BROKEN_OR_REFUSED)
