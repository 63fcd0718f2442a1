"""Tables that commands print: the checks of `troth verify`, the figures of `troth bench`."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import typer

from troth.platform.verify import Result, lines

COUNTED = ("read", "stored", "unchanged", "refused")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; `goal` is empty where nothing is promised, `met` then says nothing."""

    case: str
    metric: str
    value: float
    unit: str
    goal: str = ""
    met: bool | None = None


def print_checks(results: Sequence[Result], *, as_json: bool) -> None:
    """Print each check with its count, for a person or as JSON."""
    if as_json:
        typer.echo(json.dumps([asdict(result) for result in results], indent=2, default=str))
    else:
        typer.echo("\n".join(lines(results)))


def print_figures(figures: Sequence[Figure], *, file: Path | None) -> None:
    """Print the figures as a table and, where asked, write them to a file as JSON."""
    from rich.console import Console
    from rich.table import Table

    table = Table("case", "metric", "value", "unit", "goal", "met", box=None)
    for figure in figures:
        met = {True: "yes", False: "no", None: ""}[figure.met]
        table.add_row(figure.case, figure.metric, f"{figure.value:,.2f}", figure.unit, figure.goal, met)
    Console().print(table)
    if file:
        file.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n")
        typer.echo(f"figures written to {file}", err=True)


def print_import(brought: Any, refusals: Iterable[Any], *, dry_run: bool) -> None:
    """How many rows are new, changed and the same; each refusal with its row, column, value and remedy."""
    found = list(refusals)
    for one in found:
        where = "".join(f"{word}: " for word in (f"row {one.row}" if one.row else "", one.column) if word)
        typer.echo(f"{where}{one.sentence}" + (f" ({one.value})" if one.value else ""))
    if found:
        rows = len({one.row for one in found})
        typer.echo(f"{rows} {'row' if rows == 1 else 'rows'} refused.")
    became = f"{brought.created} new, {brought.changed} changed, {brought.unchanged} the same."
    typer.echo(f"{'The others would become' if found else 'Would become'}: {became}" if dry_run else became)


def print_folder(report: Any, *, dry_run: bool) -> None:
    """What became of each raw file, then each reason for which rows were refused, faults last."""
    from rich.console import Console
    from rich.table import Column, Table

    table = Table("file", *(Column(word, justify="right") for word in COUNTED), box=None)
    for one in report.files:
        table.add_row(one.file, *_figures(one))
    table.add_row("", *(f"{sum(getattr(one, word) for one in report.files):,}" for word in COUNTED))
    Console().print(table)
    for refusal in sorted(report.refusals, key=lambda one: one.reason.fault):
        typer.echo(_refused(refusal))
    for kind, count in report.added.items():
        typer.echo(f"{kind}: {count} that the source does not say were added.")
    faults = sum(refusal.count for refusal in report.faults)
    if faults:
        typer.echo(f"{faults:,} {'row has' if faults == 1 else 'rows have'} to be mended; then import again.")
    if dry_run:
        typer.echo("Nothing was written.")


def _figures(one: Any) -> list[str]:
    return [f"{getattr(one, word):,}" for word in COUNTED]


def _refused(refusal: Any) -> str:
    reason = refusal.reason
    if not reason.fault:
        return f"{reason.file}: {refusal.count:,} refused. {reason.sentence}"
    where = " ".join(filter(None, (reason.file, f"row {refusal.rows},", reason.column))).rstrip(",")
    return f"{where}: {reason.sentence}"
