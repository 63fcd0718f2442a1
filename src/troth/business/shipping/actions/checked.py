"""Credit where deliveries are made, raised and issued: which rules hold is said by the types of their orders.

Without a rule for these points nothing is asked when a delivery is made or raised, and no statement is made.
"""

from collections.abc import Mapping, Sequence

from troth.business.credit import actions as credit
from troth.business.credit.rules import CreditRefuses, Point
from troth.business.masterdata.queries import snapshot
from troth.business.shipping.actions import books
from troth.business.shipping.actions.terms import OrderTerms, credit_types
from troth.business.shipping.models import Delivery
from troth.business.shipping.rules.grouping import DueLine
from troth.business.shipping.store import LineRow
from troth.kernel.errors import BusinessError
from troth.kernel.money import round_ratio
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held


def credit_step(point: Point, delivery: Delivery, lines: Sequence[LineRow]) -> credit.Step:
    """The step of a delivery as credit asks about it."""
    return credit.Step(
        point,
        credit.key(delivery.company_id, delivery.payer_id),
        books.ref(delivery),
        tuple(dict.fromkeys(line.order for line in lines)),
        credit_types(dict.fromkeys(line.order_id for line in lines)),
        snapshot().credit_checks,
    )


def check_raised(held: Held, delivery: Delivery, line: LineRow, more: int, *, by: Actor, clock: Clock) -> None:
    """Check a delivery of which a line was raised by `more` (company's currency); refuses where a rule says so."""
    if not _asks(Point.DELIVERY_CHANGE):
        return
    step = credit_step(Point.DELIVERY_CHANGE, delivery, [line])
    found = credit.refuse_step(held, step, amount=more, clock=clock)
    credit.follow_step(
        held, *found, company_id=delivery.company_id, entered_by_id=delivery.made_by_id, by=by, clock=clock
    )  # fmt: skip


def refusals(
    held: Held, lines: Sequence[DueLine], terms: Mapping[int, OrderTerms], *, clock: Clock
) -> dict[int, BusinessError]:
    """The orders that credit does not let be delivered, by id."""
    if not _asks(Point.DELIVERY_CREATE):
        return {}
    found: dict[int, BusinessError] = {}
    for order_id in dict.fromkeys(line.order_id for line in lines):
        order = terms[order_id]
        amount = sum(_value(line, order) for line in lines if line.order_id == order_id)
        try:
            credit.refuse_step(held, _made(DocumentRef("delivery", 0), [order]), amount=amount, clock=clock)
        except CreditRefuses as refused:
            found[order_id] = refused
    return found


def follow_made(
    held: Held, ref: DocumentRef, orders: Sequence[OrderTerms], amount: int, *, by: Actor, clock: Clock
) -> None:
    """Keep what the check of a new delivery found, and block its goods issue where a rule says so.

    Orders that pass each by itself and not together, because of the value of the document, are not refused any more.
    """
    if not _asks(Point.DELIVERY_CREATE):
        return
    found = credit.check_step(held, _made(ref, orders), amount=amount, clock=clock)
    credit.follow_step(
        held, *found, company_id=orders[0].company_id, entered_by_id=by.user_id, by=by, clock=clock
    )  # fmt: skip


def _asks(point: Point) -> bool:
    return any(one.point == point for one in snapshot().credit_checks)


def _made(ref: DocumentRef, orders: Sequence[OrderTerms]) -> credit.Step:
    key = credit.key(orders[0].company_id, orders[0].payer_id)
    refs = tuple(order.ref for order in orders)
    return credit.Step(
        Point.DELIVERY_CREATE, key, ref, refs, credit_types(order.id for order in orders), snapshot().credit_checks
    )  # fmt: skip


def _value(line: DueLine, order: OrderTerms) -> int:
    own = order.lines[line.order_line_id]
    return round_ratio(own.value * line.quantity, own.ordered) if own.ordered else 0
