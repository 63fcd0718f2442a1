"""A promise looked at again: what it would be now, and how that differs from what was promised then.

Whoever owns the document registers how its wishes are read (`register_wishes`); the promise itself keeps no customer
and no route. Nothing here locks or writes. The promise of today can be looked at again, and each before it: for what
was wished then (quantity, day, mode), to the address and by the terms that the document has now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from troth.business.promising.actions.confirm import simulate
from troth.business.promising.models import PastPromise, Requirement
from troth.business.promising.rules import LinePromise, Wish, group_of
from troth.business.promising.rules.alternatives import Alternative
from troth.business.promising.rules.difference import difference
from troth.business.promising.states import Mode
from troth.kernel.calendars import date_of
from troth.kernel.errors import NotFound, Sentence
from troth.ledgers.availability import queries as availability
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.availability.queries import Moved
from troth.platform.clock import Clock

MOVED_SHOWN = 50


class Wishes(Protocol):
    """How an app reads what a document of its kind wants."""

    def standing(self, document_id: int) -> Sequence[Wish]:
        """The wishes of the document's lines as they stand."""

    def elsewhere(self, document_id: int, line_id: int) -> Sequence[Wish]:
        """The wish of one line from every other site that could deliver it."""

    def instead(self, document_id: int, line_id: int) -> Sequence[Alternative]:
        """The other products that could serve one line, as nobody's wishes yet."""

    def name(self, document_id: int, line_id: int) -> str:
        """What people call the line: its number on the document."""


_readers: dict[str, Wishes] = {}
_changed_at: dict[str, str] = {}


def register_wishes(kind: str, reader: Wishes, *, changed_at: str = "") -> None:
    """Say how the wishes of a kind of document are read, and on which page (route) such a document is changed."""
    _readers[kind] = reader
    _changed_at[kind] = changed_at


def changed_at(kind: str) -> str:
    """The route on which documents of a kind are changed; "" where none is known."""
    return _changed_at.get(kind, "")


def reader_of(kind: str) -> Wishes:
    """How the wishes of a kind are read that is registered."""
    return _readers[kind]


def line_name(kind: str, document_id: int, line_id: int) -> str:
    """What people call a line of a document."""
    reader = _readers.get(kind)
    return reader.name(document_id, line_id) if reader is not None else str(line_id)


class Came(NamedTuple):
    """`quantity` that arrives on a day."""

    on: date
    quantity: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """`now` is what would be promised today for what was wished then, the promises of all others standing; `was` is
    what was promised then and has not been delivered since.

    `record` holds what was read then. `moved` is what was posted on its product at its site since, the latest first.
    """

    now: LinePromise
    was: tuple[Came, ...]
    promised_at: datetime | None
    record: Mapping[str, Any]
    moved: tuple[Moved, ...]

    @property
    def differs(self) -> bool:
        return self.now_comes != self.was

    @property
    def now_comes(self) -> tuple[Came, ...]:
        return came((line.quantity, line.delivery_on) for line in self.now.schedules)

    @property
    def difference(self) -> str:
        """In words: what would come otherwise."""
        return difference(self.was, self.now_comes, unit=self.now.wish.unit, decimals=self.now.wish.decimals)


def came(lines: Iterable[tuple[int, date]]) -> tuple[Came, ...]:
    """(quantity, day) summed by day, the first day first."""
    sums: dict[date, int] = {}
    for quantity, on in lines:
        sums[on] = sums.get(on, 0) + quantity
    return tuple(Came(on, quantity) for on, quantity in sorted(sums.items()) if quantity)


class NothingPromised(NotFound):
    """The line is in no books: no promise to look at."""

    code = "nothing_promised"


def replay(kind: str, line_id: int, *, clock: Clock, then: int | None = None) -> Replayed:
    """Promise a line again on the books of today, without a trace: as it is wished now, or as it was wished when it was
    promised `then` (a past promise of it, by id). `NothingPromised` where nothing stands for it."""
    one, wish = wish_standing(kind, line_id)
    past = _past(one, then) if then is not None else None
    if past is not None:
        mode = Mode(past.explanation.get("mode", wish.mode))
        wish = wish._replace(quantity=past.quantity, requested_on=past.requested_on, mode=mode)
    now = simulate(with_group(one.document_id, wish), clock=clock, anew=True).lines[line_id]
    lines = list(one.schedule_lines.order_by("position"))
    delivered = sum(line.delivered for line in lines)
    if past is None:
        was = came((line.quantity - line.delivered, line.delivery_on) for line in lines)
        record, promised_at = one.explanation, one.promised_at
    else:
        was = _still_to_come(past, delivered)
        record, promised_at = past.explanation, past.promised_at
    moved: tuple[Moved, ...] = ()
    if promised_at is not None:
        key = AvailabilityKey(one.product_id, one.site_id, one.segment)
        moved = tuple(availability.moved_since(key, promised_at, besides=(kind, line_id), limit=MOVED_SHOWN))
    return Replayed(now, was, promised_at, record, moved)


def _past(one: Requirement, then: int) -> PastPromise:
    past = one.past_promises.filter(pk=then).first()
    if past is None:
        raise NotFound(Sentence("This line has no such past promise. Choose one of its history."), then=then)
    return past


def _still_to_come(past: PastPromise, delivered: int) -> tuple[Came, ...]:
    """What was promised then, but for what deliveries took over since, the first of it first."""
    open_then = sum(quantity for quantity, *_rest in past.lines)
    gone = max(delivered - (past.confirmed_quantity - open_then), 0)
    left = []
    for on, quantity in came((quantity, date_of(delivery)) for quantity, _ready, delivery, _basis in past.lines):
        taken = min(gone, quantity)
        gone -= taken
        left.append((quantity - taken, on))
    return came(left)


def wish_standing(kind: str, line_id: int) -> tuple[Requirement, Wish]:
    """What stands for a line, and its wish as the document has it today. Refuses `NothingPromised`."""
    one = Requirement.objects.filter(document_kind=kind, line_id=line_id, is_withdrawn=False).first()
    reader = _readers.get(kind)
    found = reader.standing(one.document_id) if one is not None and reader is not None else ()
    wish = next((wish for wish in found if wish.line_id == line_id), None)
    if one is None or wish is None:
        raise NothingPromised(
            Sentence("Nothing is promised on line %(line)s of this %(kind)s. Submit the document first."),
            kind=kind,
            line=line_id,
        )
    return one, wish


def with_group(document_id: int, wish: Wish) -> list[Wish]:
    """The wish, in its place among those that have to arrive together with it."""
    group = group_of(wish)
    if group is None:
        return [wish]
    standing = _readers[wish.document.kind].standing(document_id)
    return [
        wish if one.line_id == wish.line_id else one
        for one in standing
        if one.line_id == wish.line_id or group_of(one) == group
    ]
