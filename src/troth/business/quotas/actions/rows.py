"""Records that are written together, and what is refused of each: one from a form, many from a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from troth.kernel.errors import BusinessError, Refusals

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Wanted(Generic[D]):
    """A record as somebody entered it. `record` is what is changed, locked, or a new one without an id; `row` its place
    in a file, `parts` those of what it consists of."""

    draft: D
    record: Any
    row: int | None = None
    parts: Sequence[int] = ()


def each(wanted: Sequence[Wanted[D]], step: Callable[[Wanted[D]], None]) -> None:
    """Take a step with every record; what is refused of them is told at once, by row. One alone is refused as it is."""
    refusals: list[BusinessError] = []
    for one in wanted:
        try:
            step(one)
        except BusinessError as refusal:
            if one.row is None:
                raise
            refusal.row = one.parts[refusal.row - 1] if refusal.row and one.parts else one.row
            refusals.append(refusal)
    if refusals:
        raise Refusals(refusals)


def write_or_refuse(refusals: list[BusinessError], write: Callable[[], None]) -> None:
    """Write, and refuse if anything was refused: so that people mend a file in one go, what the other rows are refused
    for is told with it."""
    try:
        write()
    except Refusals as more:
        refusals += more.refusals
    if refusals:
        raise Refusals(sorted(refusals, key=lambda one: one.row or 0))
