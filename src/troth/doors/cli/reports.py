"""Tables that commands print: the checks of `troth verify`, the figures of `troth bench`."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import typer


class Check(Protocol):
    """One invariant: its name, how many rows were looked at, and a sentence for each that breaks it."""

    @property
    def name(self) -> str: ...
    @property
    def rows(self) -> int: ...
    @property
    def faults(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; `goal` is empty where nothing is promised, `met` then says nothing."""

    case: str
    metric: str
    value: float
    unit: str
    goal: str = ""
    met: bool | None = None


FAULTS_SHOWN = 5


def print_checks(checks: Sequence[Check], *, as_json: bool) -> bool:
    """Print each check with its count; return whether all hold."""
    if as_json:
        rows = [{"name": c.name, "rows": c.rows, "faults": list(c.faults)} for c in checks]
        typer.echo(json.dumps(rows, indent=2))
    else:
        for check in checks:
            typer.echo(f"{'BROKEN' if check.faults else 'holds '}  {check.rows:>10,}  {check.name}")
            for fault in check.faults[:FAULTS_SHOWN]:
                typer.echo(f"                    {fault}")
    return not any(check.faults for check in checks)


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
