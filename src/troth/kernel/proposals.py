"""Delivery proposals: which quantity on which day, out of what is free.

The rules read a free curve (see `netting`), which never falls. Hence the first day that offers a quantity is found by
bisection, and taking as much as possible as early as possible is the most that can be had on every day at once.

    rule        free 5 5 5 10, wanted 8 on day 1
    one_time    day 1: 5                             one line on the day asked for, the rest stays open
    complete    day 3: 8                             the whole quantity on one day, or nothing
    partial     day 1: 5, day 3: 3                   as much as possible as early as possible
    fixed                                            given lines stay where they are, cut to what is free

Days are offsets from today. No line is earlier than the day asked for, none is zero, and together they never exceed
what was asked for. With a replenishment day, what supply does not cover before is confirmed on that day: it can be
procured by then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

import numpy as np

from troth.kernel.netting import Array, free_curve
from troth.kernel.quantity import checked
from troth.kernel.steps import Steps


class Line(NamedTuple):
    """A confirmed quantity on a day (offset from today)."""

    day: int
    quantity: int


class Dwindling(Protocol):
    """A curve that may offer less on a later day, and of which each line uses up a part of its own day's.

    It answers from the day of the wish on: `most` is the most that one of the days offers, `after` the curve that is
    left to the lines after this one.
    """

    def __len__(self) -> int: ...
    def __getitem__(self, day: int, /) -> int: ...
    def searchsorted(self, quantity: int, /) -> int: ...
    def most(self, day: int, last: int, /) -> int: ...
    def after(self, line: Line, /) -> "Dwindling": ...


Curve = Array | Steps | Dwindling
"""A free curve: a number for each day, or its steps, or one that lines use up (`quota.Rationed`)."""


class Basis(StrEnum):
    """What a confirmed line stands on: goods that lie here, goods that are on order, or time to procure them."""

    STOCK = "stock"
    SUPPLY = "supply"
    LEAD_TIME = "lead_time"


@dataclass(frozen=True, slots=True)
class Terms:
    """Limits on a proposal.

    min_shipment        no line below it, unless the whole request is; no rest below it is left either
    max_lines           the last line allowed waits for all of the rest, or for the most there will be
    latest_day          nothing is confirmed after it
    replenishment_day   from this day on every quantity is confirmed; None: real supply only
    """

    min_shipment: int = 0
    max_lines: int = 9
    latest_day: int | None = None
    replenishment_day: int | None = None

    def __post_init__(self) -> None:
        assert self.min_shipment >= 0
        assert self.max_lines >= 1


ANY_TERMS = Terms()


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A line with its explanation: at `binding_day` the balance was lowest, namely `binding_balance` before this line's
    requirement took anything; more could not be confirmed without it."""

    day: int
    quantity: int
    basis: Basis
    binding_day: int
    binding_balance: int


def _free_at(curve: Curve, day: int) -> int:
    return int(curve[min(day, len(curve) - 1)])


def _earliest(curve: Curve, quantity: int, day: int, terms: Terms) -> int | None:
    """Return the first day from `day` on that offers `quantity` (more than zero) in all, None where no day does."""
    found = max(int(curve.searchsorted(quantity)), day)
    if found >= len(curve) and int(curve[-1]) < quantity:
        found = -1
    ready = terms.replenishment_day
    if ready is not None and (found < 0 or max(ready, day) < found):
        found = max(ready, day)
    if found < 0 or (terms.latest_day is not None and found > terms.latest_day):
        return None
    return found


def one_time(curve: Curve, quantity: int, day: int, terms: Terms = ANY_TERMS) -> tuple[Line, ...]:
    """Confirm on `day` what is free there; the rest stays open."""
    assert quantity > 0
    day = max(day, 0)
    if terms.latest_day is not None and day > terms.latest_day:
        return ()
    ready = terms.replenishment_day
    got = quantity if ready is not None and day >= ready else min(quantity, _free_at(curve, day))
    return (Line(day, got),) if got >= max(min(terms.min_shipment, quantity), 1) else ()


def complete(curve: Curve, quantity: int, day: int, terms: Terms = ANY_TERMS) -> tuple[Line, ...]:
    """Confirm the whole quantity on the first day that offers it, or nothing."""
    assert quantity > 0
    found = _earliest(curve, quantity, max(day, 0), terms)
    return () if found is None else (Line(found, quantity),)


def partial(curve: Curve, quantity: int, day: int, terms: Terms = ANY_TERMS) -> tuple[Line, ...]:
    """Confirm as much as possible as early as possible, in lines that keep to the terms."""
    assert quantity > 0
    day = max(day, 0)
    if quantity <= _free_at(curve, day) and terms.latest_day is None and terms.replenishment_day is None:
        return (Line(day, quantity),)
    smallest = max(min(terms.min_shipment, quantity), 1)
    lines: list[Line] = []
    got = 0
    while got < quantity:
        open_quantity = quantity - got
        if len(lines) == terms.max_lines - 1:
            last = _last_line(curve, quantity, got, day, terms)
            return (*lines, last) if last else tuple(lines)
        # With less than two shipments to go only the whole rest leaves nothing too small behind.
        needed = open_quantity if open_quantity < 2 * smallest else smallest
        found = _earliest(curve, got + needed, day, terms)
        if found is None:
            break
        taken = _shipment(curve, open_quantity, got, found, terms)
        lines.append(Line(found, taken))
        got += taken
        curve = _after(curve, lines[-1])
    return tuple(lines)


def _after(curve: Curve, line: Line) -> Curve:
    return curve if isinstance(curve, Steps | np.ndarray) else curve.after(line)


def _most(curve: Curve, day: int, last: int) -> int:
    """Return the most that is free on a day up to `last`: on the last one, where the curve never falls."""
    return _free_at(curve, last) if isinstance(curve, Steps | np.ndarray) else curve.most(day, last)


def _shipment(curve: Curve, open_quantity: int, got: int, day: int, terms: Terms) -> int:
    """Return the most that `day` adds, leaving no rest below the smallest shipment."""
    if terms.replenishment_day is not None and day >= terms.replenishment_day:
        return open_quantity
    taken = min(open_quantity, _free_at(curve, day) - got)
    rest = open_quantity - taken
    return open_quantity - terms.min_shipment if 0 < rest < terms.min_shipment else taken


def _last_line(curve: Curve, quantity: int, got: int, day: int, terms: Terms) -> Line | None:
    """Return one line for the whole rest on its first day, or else for the most there will be, on its first day."""
    found = _earliest(curve, quantity, day, terms)
    if found is not None:
        return Line(found, quantity - got)
    final = len(curve) - 1 if terms.latest_day is None else terms.latest_day
    if final < day and terms.latest_day is not None:
        return None
    most = min(quantity, _most(curve, day, final))
    if 0 < quantity - most < terms.min_shipment:
        most = quantity - terms.min_shipment
    if most - got < max(min(terms.min_shipment, quantity), 1):
        return None
    first = _earliest(curve, most, day, terms)
    assert first is not None
    return Line(first, most - got)


def on_days(lines: tuple[Line, ...], days: Sequence[int], latest: int | None) -> tuple[Line, ...]:
    """Return the lines on days on which goods can be used: what is free on a day is free on every later one.

    `days` gives for each day the first from it on that can be used, and none where all can; past its end all can.
    """
    if not days:
        return lines
    found: dict[int, int] = {}
    for day, quantity in lines:
        usable = days[day] if day < len(days) else day
        if latest is None or usable <= latest:
            found[usable] = found.get(usable, 0) + quantity
    return tuple([Line(day, quantity) for day, quantity in found.items()])


def fixed(curve: Curve, lines: Iterable[Line]) -> tuple[Line, ...]:
    """Keep given lines on their days, each cut to what is free there after the ones before it."""
    kept: list[Line] = []
    got = 0
    for line in sorted(lines):
        taken = min(line.quantity, _free_at(curve, max(line.day, 0)) - got)
        if taken > 0:
            kept.append(Line(line.day, taken))
            got += taken
    return tuple(kept)


def take(net: Array, lines: Iterable[Line]) -> Array:
    """Return `net` with the lines issued, so that the next requirement of the same product sees what is left."""
    reduced = net.copy()
    last = len(net) - 1
    # Bounds the lowest balance that can result, so the sums in the array cannot wrap around.
    lowest = min(int(net.min()), int(net.cumsum().min()))
    for line in lines:
        lowest = checked(lowest - line.quantity)
        reduced[min(max(line.day, 0), last)] -= line.quantity
    return reduced


def explain(
    lines: Sequence[Line], *, net: Array, stock_net: Array, replenishment_day: int | None = None
) -> tuple[Confirmation, ...]:
    """Return each line with what it stands on and what limits it.

    `net` is the projection the lines were read from, before they are taken; `stock_net` the same without receipts
    (`Scope.without_receipts`). A line stands on stock when stock alone would cover it and all other demand for good. It
    stands on the lead time when known supply does not cover it, or only at the cost of demand past a fence.
    """
    last = len(net) - 1
    balance, curve, stock_curve = net.cumsum(), free_curve(net), free_curve(stock_net)
    explained: list[Confirmation] = []
    got = 0
    for line in lines:
        got += line.quantity
        at = min(line.day, last)
        if got <= stock_curve[at]:
            basis = Basis.STOCK
        elif got <= curve[at]:
            basis = Basis.SUPPLY
        else:
            assert replenishment_day is not None
            basis = Basis.LEAD_TIME
        binding = at + int(balance[at:].argmin())
        explained.append(Confirmation(line.day, line.quantity, basis, binding, int(balance[binding])))
    return tuple(explained)
