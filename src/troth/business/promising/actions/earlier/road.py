"""A road to an earlier or a larger promise, and how one is tried on supposed books."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from troth.business.promising.actions import quotas
from troth.business.promising.actions.confirm import simulate
from troth.business.promising.actions.quotas import Raised
from troth.business.promising.rules import LinePromise, Wish
from troth.business.supply.queries import ReceiptRow
from troth.kernel.errors import BusinessError
from troth.kernel.netting import Category
from troth.kernel.replenishment import LeadTime
from troth.ledgers.availability.actions import Entry
from troth.platform.clock import Clock


class Arrival(NamedTuple):
    on: date
    quantity: int


class Move(NamedTuple):
    """A receipt comes on a day that is before the day it is due on."""

    receipt: ReceiptRow
    to: date

    @property
    def days(self) -> int:
        return (self.receipt.due_on - self.to).days


class Room(NamedTuple):
    """More room (less, if negative) in a quota: `quota` names it, `procedure` and `on` (a day of its period) find it,
    by how much."""

    quota: str
    procedure: str
    on: date
    more: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """A road to an earlier or a larger promise: what would arrive, and what has to happen for it.

    `rooms` says which quotas would have to be changed by how much, `moves` which receipts have to come when. So `more`
    of what is kept for others would be less, of a `stock` (category) released, of goods procured, which are then there
    on `ready_on` by the lead `time`; `product` is what is sold instead.
    """

    road: str
    arrivals: tuple[Arrival, ...]
    short: int
    moves: tuple[Move, ...] = ()
    site: str = ""
    site_id: int | None = None
    rooms: tuple[Room, ...] = ()
    more: int = 0
    product: str = ""
    stock: Category | None = None
    ready_on: date | None = None
    time: LeadTime | None = None

    @property
    def last_on(self) -> date | None:
        return max((one.on for one in self.arrivals), default=None)

    @property
    def receipt(self) -> ReceiptRow | None:
        """The receipt that moves, if it is one alone."""
        return self.moves[0].receipt if len(self.moves) == 1 else None

    @property
    def needed_on(self) -> date | None:
        """The day by which the receipts have to come."""
        return min((one.to for one in self.moves), default=None)


def tried(
    wishes: Sequence[Wish], line_id: int, clock: Clock, supposed: Sequence[Entry] = (), raised: Sequence[Raised] = (),
    *, without: Callable[[quotas.Holding], quotas.Holding] | None = None,
) -> LinePromise | None:  # fmt: skip
    """The promise if it were so, `without` some of what holds for it; None where a rule stands in the way."""
    found = without(quotas.holding(wishes)) if without is not None else None
    try:
        return simulate(
            wishes, clock=clock, anew=True, supposed=supposed, raised=raised, found=found
        ).lines[line_id]  # fmt: skip
    except BusinessError:
        return None


def arrivals_in(promise: LinePromise) -> tuple[Arrival, ...]:
    return tuple(Arrival(one.delivery_on, one.quantity) for one in promise.schedules)


def helps(arrivals: Sequence[Arrival], now: LinePromise) -> bool:
    """Whether more would come, or as much of it earlier: never behind what is promised now, and once ahead."""
    stands = arrivals_in(now)
    days = sorted({one.on for one in (*stands, *arrivals)})
    gains = [arrived(arrivals, day) - arrived(stands, day) for day in days]
    return bool(gains) and min(gains) >= 0 and max(gains) > 0


def ahead(found: LinePromise, now: LinePromise) -> int:
    """By how much what is found is ahead of what is promised now, on the day on which it is most."""
    arrivals, stands = arrivals_in(found), arrivals_in(now)
    return max((arrived(arrivals, one.on) - arrived(stands, one.on) for one in arrivals), default=0)


def arrived(arrivals: Sequence[Arrival], day: date) -> int:
    return sum(one.quantity for one in arrivals if one.on <= day)
