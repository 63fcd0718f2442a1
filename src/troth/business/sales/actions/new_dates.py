"""New dates for an order whose goods are not covered any more, proposed to whoever talks to the customer.

An order whose type asks is not promised anew by itself: what it would be promised is worked out on supposed books and
kept beside it, once for each product at a site that is short. Somebody then takes the new dates or keeps the old ones.
The order's lock guards its proposals: every change of one holds the order first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.queries import PromisedLine
from troth.business.promising.rules import Promise
from troth.business.promising.rules.wish import Wish
from troth.business.sales.actions import save, told
from troth.business.sales.actions.change import reason_given
from troth.business.sales.actions.document import ORDER_KIND, Document, load, wishes
from troth.business.sales.actions.hanging import Dates, dates, hung_on, in_turn
from troth.business.sales.actions.told import NoticeCause
from troth.business.sales.models import NewDates, Order
from troth.business.sales.rules import refusals
from troth.business.sales.states import NEW_DATES, NewDatesState, OrderState
from troth.kernel.errors import NotFound, Sentence
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability import queries as shortages
from troth.ledgers.availability.ahead import Cover
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held, Overlay

Moved = Mapping[int, tuple[Dates, Dates]]
"""By line number: the confirmations before and after."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of proposed dates: `outcome` is taken, kept, covered (nothing is missing any more) or renewed.

    Renewed: the books have changed, so nothing was done but to propose other dates; `before` are those that were
    proposed until then. `moved` are the dates that were taken, or are proposed now.
    """

    id: int
    order_id: int
    number: str
    outcome: str
    version: int
    moved: Moved
    before: Moved


def propose(
    held: Held,
    document: Document,
    wanted: Sequence[Wish],
    key: AvailabilityKey,
    missing: int,
    cover: Cover = Cover.FIRM,
    *,
    spared: int = 0,
    by: Actor,
    clock: Clock,
) -> int:
    """Inner verb: propose new dates for what hangs on `missing` of the key; return how much that is.

    The order and its keys are held; `spared` more is missing that others wait for.

    Who has kept the old dates is not asked again for the same shortage or less.
    """
    hanging, moved = reckon(held, document, wanted, key, missing, cover, clock=clock)
    standing = NewDates.objects.filter(
        order_id=document.ref.id, product_id=key.product_id, site_id=key.site_id, segment=key.segment, cover=cover,
        ended_at=None,
    ).first()  # fmt: skip
    if not (hanging and moved):
        return 0
    if standing is not None and standing.state == NewDatesState.KEPT:
        if hanging <= standing.missing:
            return hanging
        _end(standing, clock)
        standing = None
    if standing is None:
        _open(document, key, cover, hanging, moved, by=by, clock=clock)
        gone = promising.slipped(held, key, hanging, spared=spared, newest=False, cover=cover)
        lines = {_ids(document)[number]: (was, None) for number, (was, _now) in moved.items()}
        promising.note_reactions(gone, "ask", ORDER_KIND, lines, clock=clock)
    elif (standing.lines, standing.missing) != (told.written(moved), hanging):
        _renew(standing, hanging, moved, clock)
    return hanging


def reckon(
    held: Held, document: Document, wanted: Sequence[Wish], key: AvailabilityKey, missing: int, cover: Cover,
    *, clock: Clock,
) -> tuple[int, Moved]:  # fmt: skip
    """How much of what is missing the order hangs on, and its dates if it were promised anew for that; no trace."""
    before = promises.promise(ORDER_KIND, [line.id for line in document.lines])
    hanging = hung_on(document, before, key, missing, cover)
    if not hanging:
        return 0, {}
    supposed = Overlay.of(held)
    turn = in_turn(document, wanted, key, cover)
    after = promising.repromise_short(supposed, turn, hanging, key=key, clock=clock, cover=cover)
    return hanging, _compared(document, before, after)


def _compared(document: Document, before: Mapping[int, PromisedLine], after: Promise) -> Moved:
    found = {}
    for line in document.standing:
        if line.id in before and line.id in after.lines:
            now = tuple(
                sorted(((one.quantity, one.delivery_on) for one in after.lines[line.id].schedules), key=_by_day)
            )
            was = tuple(sorted(dates(before[line.id]), key=_by_day))
            if was != now:
                found[line.line_number] = (was, now)
    return found


def _by_day(one: tuple[int, date]) -> tuple[date, int]:
    return one[1], one[0]


def read(lines: Mapping[str, Any]) -> dict[int, tuple[Dates, Dates]]:
    """The dates of a proposal as they are written, by line number."""
    return {int(number): (_read(sides[0]), _read(sides[1])) for number, sides in lines.items()}


def _read(side: Sequence[Sequence[Any]]) -> Dates:
    return tuple((quantity, date.fromisoformat(on)) for quantity, on in side)


def _open(
    document: Document, key: AvailabilityKey, cover: Cover, hanging: int, moved: Moved, *, by: Actor, clock: Clock
) -> None:  # fmt: skip
    cause = "; ".join(shortages.shortage_causes(key.product_id, key.site_id, key.segment, cover))[:200]
    row = NewDates.objects.create(
        order_id=document.ref.id, product_id=key.product_id, site_id=key.site_id, segment=key.segment, cover=cover,
        cause=cause, missing=hanging, lines=told.written(moved), opened_at=clock.now(), reckoned_at=clock.now(),
    )  # fmt: skip
    facts = _facts(row) | {"lines": sorted(moved)}
    changes = {f"{number}.confirmed": pair for number, pair in moved.items()}
    save.record(document, "sales.new_dates_proposed", by=by, clock=clock, facts=facts, changes=changes)


def _renew(row: NewDates, hanging: int, moved: Moved, clock: Clock) -> None:
    row.missing, row.lines, row.version, row.reckoned_at = hanging, told.written(moved), row.version + 1, clock.now()
    row.save(update_fields=["missing", "lines", "version", "reckoned_at"])


def _end(row: NewDates, clock: Clock, verb: str = "cover") -> None:
    row.state, row.ended_at = NEW_DATES.step(row.state, verb), clock.now()
    row.save(update_fields=["state", "ended_at"])


def _facts(row: NewDates) -> dict[str, Any]:
    return {"product": row.product_id, "site": row.site_id, "missing": row.missing, "cause": row.cause}


def standing_new_dates() -> list[tuple[int, int, int, int, str, str]]:
    """(id, order, product, site, segment, cover) of the proposals that have not ended, the oldest first."""
    rows = NewDates.objects.filter(ended_at=None).order_by("id")
    return list(rows.values_list("id", "order_id", "product_id", "site_id", "segment", "cover"))


@action
def take_new_dates(proposal_id: int, *, version: int, by: Actor, clock: Clock) -> Decision:
    """Promise the order anew, if that still gives the dates that were proposed under `version`; see `Decision`."""
    held, document, row = _standing(proposal_id, by=by)
    NEW_DATES.step(row.state, "take")
    key, cover = AvailabilityKey(row.product_id, row.site_id, row.segment), Cover(row.cover)
    ids = [line.id for line in document.lines]
    wanted = wishes(document, document.standing) if document.status.state == OrderState.SUBMITTED else ()
    held.take(*promises.keys(ORDER_KIND, ids), *promising.keys(wanted), key)
    proposed = read(row.lines)
    missing = availability.known_shortage(held, key, cover)
    hanging, moved = reckon(held, document, wanted, key, missing, cover, clock=clock)
    if not (hanging and moved):
        _end(row, clock)
        _tell(document, row, None, clock)
        return _decision(row, document, "covered", proposed)
    if row.version != version or told.written(moved) != row.lines:
        if (row.lines, row.missing) != (told.written(moved), hanging):
            _renew(row, hanging, moved, clock)
        return _decision(row, document, "renewed", proposed)
    turn = in_turn(document, wanted, key, cover)
    promising.repromise_short(held, turn, hanging, key=key, clock=clock, cover=cover)
    changes = {f"{number}.confirmed": pair for number, pair in moved.items()}
    facts = _facts(row) | {"lines": sorted(moved), "proposal": row.pk}
    save.record(document, "sales.order_repromised", by=by, clock=clock, facts=facts, changes=changes)
    owner = {document.ref.id: document.status.entered_by_id}
    told.note(held, owner, {document.ref.id: moved}, NoticeCause.TAKEN, row.cause, by=by, at=clock.now())
    _tell(document, row, moved, clock)
    row.ended_at = clock.now()
    _decide(row, "take", by=by, clock=clock)
    return _decision(row, document, "taken", proposed)


@action
def keep_old_dates(proposal_id: int, *, reason: str, by: Actor, clock: Clock) -> Decision:
    """Leave the promise as it is, with a reason; nobody is asked again unless more is missing."""
    _held, document, row = _standing(proposal_id, by=by)
    NEW_DATES.step(row.state, "keep")
    row.reason = reason_given(reason)
    _decide(row, "keep", by=by, clock=clock)
    _tell(document, row, None, clock)
    facts = _facts(row) | {"reason": row.reason}
    save.record(document, "sales.old_dates_kept", by=by, clock=clock, facts=facts)
    return _decision(row, document, "kept", read(row.lines))


@action
def settle_new_dates(proposal_id: int, *, by: Actor, clock: Clock) -> bool:
    """End a proposal whose order is short of nothing any more; False where that was done already."""
    try:
        _held, document, row = _standing(proposal_id, by=by)
    except refusals.NewDatesOver:
        return False
    _end(row, clock)
    _tell(document, row, None, clock)
    return True


def _standing(proposal_id: int, *, by: Actor) -> tuple[Held, Document, NewDates]:
    """The proposal, read again under the lock of its order. Refuses one that has ended."""
    order_id = NewDates.objects.filter(pk=proposal_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound(Sentence("There is no such proposal of new dates."), proposal=proposal_id)
    order, held = locks.hold(Order, order_id, by=by)
    row = NewDates.objects.get(pk=proposal_id)
    if row.ended_at is not None:
        raise refusals.NewDatesOver(
            Sentence("Over the new dates of %(number)s it was decided already: %(state)s."),
            number=order.number,
            state=row.state,
        )
    return held, load(order), row


def _tell(document: Document, row: NewDates, moved: Moved | None, clock: Clock) -> None:
    """Keep what was decided beside the shortage: what is promised now, or (None) that the old dates stay."""
    ids, now = _ids(document), moved or {}
    numbers = read(row.lines).keys() | now.keys()
    lines = {ids[number]: now[number][1] if number in now else None for number in numbers if number in ids}
    promising.decide_reactions(ORDER_KIND, lines, clock=clock)


def _ids(document: Document) -> dict[int, int]:
    return {line.line_number: line.id for line in document.lines}


def _decide(row: NewDates, verb: str, *, by: Actor, clock: Clock) -> None:
    row.state, row.decided_at, row.decided_by_id = NEW_DATES.step(row.state, verb), clock.now(), by.user_id
    row.save(update_fields=["state", "decided_at", "decided_by_id", "reason", "ended_at"])


def _decision(row: NewDates, document: Document, outcome: str, before: Moved) -> Decision:
    return Decision(row.pk, document.ref.id, document.ref.number, outcome, row.version, read(row.lines), before)
