"""What is confirmed on an order that waits under a block, kept for so many working days as its type says.

From the next day on it is given up: whoever wants the goods has them at once, and the sweep (`lapse_order`) writes it
down for all lines, frees what is tied to them, and tells. The order stays blocked with its wished lines. A release in
time keeps what is confirmed; one that comes later promises anew (`blocking.resume_order`).
"""

from collections.abc import Iterable
from datetime import datetime

from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.actions import lapsing
from troth.business.promising.rules.wish import Promise
from troth.business.promising.states import Cause
from troth.business.sales.actions import books, save
from troth.business.sales.actions.document import ORDER_KIND, Document, load, wishes
from troth.business.sales.actions.untie import untie
from troth.business.sales.models import Order
from troth.business.sales.rules import quoting
from troth.business.sales.states import OrderState
from troth.kernel.calendars import date_of, day_of
from troth.platform import blocks, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.blocks import Block
from troth.platform.clock import Clock
from troth.platform.locks import Held


def keep(held: Held, document: Document, *, waits: bool, clock: Clock) -> None:
    """Where the order's type says so, note until when it keeps its goods, if it `waits` under a block; else nothing.

    The keys of its promise must be held. What was noted before stays, so that nobody keeps goods longer by raising.
    """
    if waits and books.holds_for_a_time(document) and (until := _until(document, clock)) is not None:
        lapsing.keep_until(held, document.ref, until)


def keep_standing(held: Held, document: Document, standing: Iterable[Block], *, clock: Clock) -> None:
    """`keep` for an order whose blocks are these."""
    keep(held, document, waits=any(one.kind in lapsing.WAITS_FOR for one in standing), clock=clock)


def _until(document: Document, clock: Clock) -> datetime | None:
    """The end of the last working day of its first line's site; None where nothing of it is promised."""
    found = wishes(document, document.standing)
    if not found:
        return None
    way = found[0].way
    last = way.calendars.site.add(day_of(clock.today(way.time_zone)), document.terms.order_type.credit_hold_days)
    return quoting.ends_at(date_of(last), way.time_zone)


@action
def lapse_order(order_id: int, *, by: Actor, clock: Clock) -> bool:
    """Give up what is confirmed on an order whose time has passed; whether it was.

    Nothing is given up where it waits no more, or not as long yet as it may.
    """
    order, held = locks.hold(Order, order_id, by=by)
    document = load(order)
    standing = blocks.standing([document.ref])
    found = lapsing.kept(ORDER_KIND, [order_id]).get(order_id)
    if found is None or found.is_lapsed or clock.now() < found.until:
        return False
    if order.state != OrderState.SUBMITTED or not any(one.kind in lapsing.WAITS_FOR for one in standing):
        lapsing.end_keeping(held, document.ref)
        return False
    unconfirm(held, document, Cause.EXPIRED, by=by, clock=clock)
    lapsing.note_lapsed(held, document.ref, clock=clock)
    save.record(document, "sales.confirmation_lapsed", by=by, clock=clock, facts={"kept_until": found.until})
    return True


def unconfirm(held: Held, document: Document, cause: Cause, *, by: Actor, clock: Clock) -> None:
    """Confirm nothing of a held order any more: its goods, those tied to it too, are free for others at once."""
    take_keys(held, document)
    untie(held, document, document.standing, by=by, clock=clock)
    promise_again(held, document, cause, nothing=True, clock=clock)


def promise_again(
    held: Held, document: Document, cause: Cause, *, nothing: bool = False, clock: Clock
) -> Promise:  # fmt: skip
    """Promise a held order anew, as far as what is promised does not hold; or, of it, `nothing`."""
    take_keys(held, document)
    wanted = wishes(document, document.standing)
    return promising.reconfirm(held, wanted, clock=clock, blocked=nothing, cause=cause)


def take_keys(held: Held, document: Document) -> None:
    """Lock what the order is promised from, or would be."""
    held.take(
        books.credit_key(document),
        *promises.keys(ORDER_KIND, [line.id for line in document.lines]),
        *promising.keys(wishes(document, document.standing)),
    )
