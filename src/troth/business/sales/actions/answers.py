"""What the actions of sales answer: plain values, kept with the client key and shown by the API and the pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from troth.business.promising.rules.wish import LinePromise, Promise
from troth.business.sales.rules.completeness import Missing
from troth.business.sales.rules.lines import Line


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A confirmed quantity (smallest units) and the day it arrives."""

    quantity: int
    delivery_on: date
    basis: str


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What became of a line; `short` is what is not confirmed. Quantities in smallest units.

    `main_line` is the number of the item that a sub-item belongs to.
    """

    line_id: int
    line_number: int
    quantity: int
    confirmed: int
    short: int
    schedule: tuple[Confirmed, ...] = ()
    main_line: int | None = None

    @property
    def delivery_on(self) -> date | None:
        """The day the last confirmed quantity arrives."""
        return max((one.delivery_on for one in self.schedule), default=None)


@dataclass(frozen=True, slots=True)
class Saved:
    """A document that was written. `missing`: what it lacks and what that holds back; `warnings` are for reading."""

    id: int
    number: str
    version: int
    state: str
    net: int
    tax: int
    gross: int
    missing: tuple[Missing, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryMade:
    """A delivery that was made, of which orders, and of how many lines."""

    id: int
    number: str
    order_ids: tuple[int, ...]
    lines: int


@dataclass(frozen=True, slots=True)
class DeliveryRefused:
    """An order of which nothing, or not all that is due, could be delivered, and why."""

    order_id: int
    order_number: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """An order in the books: amounts in minor units, the promise by line, the blocks that were set.

    One whose type delivers on saving has `deliveries`, or says in `not_delivered` what stands in their way.
    """

    id: int
    number: str
    version: int
    state: str
    net: int
    tax: int
    gross: int
    lines: tuple[LineAnswer, ...] = ()
    blocks: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    warnings: tuple[str, ...] = ()
    deliveries: tuple[DeliveryMade, ...] = ()
    not_delivered: tuple[DeliveryRefused, ...] = ()

    @property
    def is_short(self) -> bool:
        return any(line.short for line in self.lines)

    @property
    def delivery_on(self) -> date | None:
        """The day the last confirmed quantity arrives."""
        return max((one.delivery_on for line in self.lines for one in line.schedule), default=None)


def line_answers(lines: Iterable[Line], promise: Promise) -> tuple[LineAnswer, ...]:
    return tuple(_answer(line, promise.lines.get(line.id)) for line in lines if line.stands)


def _answer(line: Line, promised: LinePromise | None) -> LineAnswer:
    if promised is None:
        return LineAnswer(line.id, line.line_number, line.base_quantity, 0, 0, main_line=line.main_line)
    schedule = tuple([Confirmed(one.quantity, one.delivery_on, str(one.basis)) for one in promised.schedules])
    return LineAnswer(
        line.id, line.line_number, line.base_quantity, promised.confirmed, promised.short, schedule, line.main_line
    )
