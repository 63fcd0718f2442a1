"""Proof of delivery: what arrived of what left, when, and who signed; and taking it back.

What did not arrive stays issued, and no stock comes back. It is posted as lost, so that it is never billed; its value
leaves the open deliveries, its cost goes from the goods sold to the stock difference. What is sent again opens on its
order line, which is raised by it and promised like any change. What the customer keeps above it leaves late (`late`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from troth.business.credit import actions as credit
from troth.business.masterdata.queries import at_standard_cost, customer_groups, snapshot
from troth.business.promising import actions as promising
from troth.business.sales.actions.document import Document, load
from troth.business.sales.actions.settle import change_keys
from troth.business.sales.rules.lines import Line
from troth.business.shipping import store
from troth.business.shipping.actions import books, late
from troth.business.shipping.actions.issue import GOODS_ISSUED, invoices_of, planned_arrival, proof_of
from troth.business.shipping.actions.reorder import lower, raise_by
from troth.business.shipping.models import Delivery, DeliveryLine
from troth.business.shipping.rules import proof
from troth.business.shipping.rules.proof import AlreadyProven, Arrived, Difference, Left, NotProven, Outcome
from troth.business.shipping.rules.reversals import refuse_if_followed
from troth.business.shipping.states import DELIVERY, DeliveryState
from troth.business.shipping.store import LineRow
from troth.kernel.errors import BusinessError, InvalidInput, Sentence
from troth.kernel.money import round_ratio
from troth.kernel.quantity import format_quantity
from troth.ledgers.exposure import actions as exposure
from troth.ledgers.exposure.keys import Part
from troth.ledgers.fulfilment import actions as fulfilment
from troth.ledgers.fulfilment.keys import BillingBasis, Measure
from troth.ledgers.journal import actions as journal
from troth.ledgers.journal import queries as entries
from troth.platform import events
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held
from troth.reference import queries as reference
from troth.reference.queries import ProductRow

STOCK_DIFFERENCE = "stock_difference"
"""The posting key for the cost of what was lost on the way."""


@dataclass(frozen=True, slots=True)
class DeliveryProven:
    """`differences` are the lines that did not arrive as they left; `cost` of what was lost at standard cost."""

    delivery_id: int
    number: str
    arrived_on: date
    differences: tuple[Difference, ...]
    cost: int = 0


@dataclass(frozen=True, slots=True)
class ProofResult:
    """What became of a delivery in a mass proof: `proven`, or `code` and `reason` of the refusal."""

    delivery_id: int
    proven: DeliveryProven | None
    code: str = ""
    reason: str = ""


@action
def prove_delivery(
    *,
    delivery_id: int,
    arrived_on: date,
    signed_by: str = "",
    arrived: Mapping[int, Arrived] | None = None,
    expected_version: int | None = None,
    by: Actor,
    clock: Clock,
) -> DeliveryProven:
    """Record that an issued delivery arrived: `arrived` names, by line number, what differs from what left.

    `NotDecided` where a difference is beyond the line's tolerance and nobody says what becomes of it, `LaterDocuments`
    where goods of a delivery that is billed are said not to have arrived, `AlreadyProven` where it has its proof.
    """
    held, delivery, lines = books.hold_one(delivery_id, expected_version=expected_version, by=by)
    return _prove(held, delivery, lines, arrived_on, signed_by, arrived or {}, by=by, clock=clock)


def prove_deliveries(*, delivery_ids: Sequence[int], by: Actor, clock: Clock) -> tuple[ProofResult, ...]:
    """Record many deliveries as arrived in full on their planned days, each in its own transaction.

    A day that lies ahead counts as today, one before the goods issue as the day of that.
    """
    return tuple(_try(delivery_id, by, clock) for delivery_id in dict.fromkeys(delivery_ids))


def _try(delivery_id: int, by: Actor, clock: Clock) -> ProofResult:
    try:
        return ProofResult(delivery_id, prove_as_shipped(delivery_id=delivery_id, by=by, clock=clock))
    except BusinessError as refusal:
        return ProofResult(delivery_id, None, refusal.code, refusal.message)


@action
def prove_as_shipped(*, delivery_id: int, by: Actor, clock: Clock) -> DeliveryProven:
    """Record one delivery as `prove_deliveries` does."""
    held, delivery, lines = books.hold_one(delivery_id, by=by)
    arrived_on = min(max(delivery.delivery_on, delivery.issued_on or date.min), _today(delivery, clock))
    return _prove(held, delivery, lines, arrived_on, "", {}, by=by, clock=clock)


def _prove(
    held: Held,
    delivery: Delivery,
    lines: Sequence[LineRow],
    arrived_on: date,
    signed_by: str,
    arrived: Mapping[int, Arrived],
    *,
    by: Actor,
    clock: Clock,
) -> DeliveryProven:
    delivery.state = DELIVERY.step(delivery.state, "prove")
    if delivery.arrived_on is not None:
        raise AlreadyProven(
            Sentence("Delivery %(delivery)s has its proof. Take it back to record another."), delivery=delivery.number
        )
    assert delivery.issued_on is not None
    proof.refuse_day(arrived_on, issued_on=delivery.issued_on, today=_today(delivery, clock))
    at = clock.now()
    delivery.arrived_on, delivery.signed_by, delivery.proven_at = arrived_on, signed_by.strip()[:80], at
    found, cost = _differences(held, delivery, lines, arrived, by=by, clock=clock) if arrived else ((), 0)
    by_number = {line.line_number: line for line in lines}
    promising.arrived(
        [line.id for line in lines], arrived_on, {by_number[one.number].id: one.lost for one in found if one.lost}
    )
    _save(delivery)
    products = reference.products({by_number[one.number].product_id for one in found})
    facts = {
        "on": arrived_on,
        "signed_by": delivery.signed_by,
        "lost": {
            str(one.number): _told(line, one, products[line.product_id])
            for one, line in ((one, by_number[one.number]) for one in found)
        },
    }
    events.record(
        "shipping.delivery_proven", books.ref(delivery), company_id=delivery.company_id, by=by, at=at, facts=facts
    )
    return DeliveryProven(delivery.pk, delivery.number, arrived_on, found, cost)


def _told(line: LineRow, one: Difference, product: ProductRow) -> dict[str, str]:
    arrived = line.quantity - one.lost + one.turned_away + one.kept
    return {
        "left": format_quantity(line.quantity, product.decimals, product.base_unit),
        "arrived": format_quantity(arrived, product.decimals, product.base_unit),
        "reason": str(one.reason),
        "outcome": str(one.outcome),
    }


def _today(delivery: Delivery, clock: Clock) -> date:
    return clock.today(snapshot().sites[delivery.site_id].time_zone)


def _differences(
    held: Held,
    delivery: Delivery,
    lines: Sequence[LineRow],
    arrived: Mapping[int, Arrived],
    *,
    by: Actor,
    clock: Clock,
) -> tuple[tuple[Difference, ...], int]:
    """Decide and post what did not arrive as it left; return it with the cost of what was lost."""
    by_number = {line.line_number: line for line in lines}
    touched = [by_number[number] for number in sorted(arrived.keys() & by_number.keys())]
    orders = _documents(touched)
    group = customer_groups([delivery.customer_id])[delivery.customer_id]
    more = {line: arrived[line.line_number].quantity - line.quantity for line in touched}
    goods = [(line.product_id, max(-quantity, 0)) for line, quantity in more.items()]
    on_top = late.raised(delivery, {line: max(quantity, 0) for line, quantity in more.items()})
    value = at_standard_cost(
        delivery.company_id, goods, debit=STOCK_DIFFERENCE, credit=GOODS_ISSUED, customer_group=group
    )
    held.take(
        *books.keys([delivery], touched),
        *(key for order in orders.values() for key in change_keys(order, order)),
        *journal.keys(delivery.company_id, value.by_account),
        *late.keys(delivery, on_top),
    )
    found = proof.differences(_left(held, touched, orders), arrived)
    lost = {by_number[one.number]: one.lost for one in found if one.lost}
    if lost:
        name = Sentence("goods issue of delivery %(number)s", number=delivery.number)
        refuse_if_followed(name, Sentence("record a difference"), invoices_of(delivery), Sentence("cancel the invoice"))
    kept = {one.number for one in found if one.kept}
    late.issue(held, delivery, [one for one in on_top if one.line.line_number in kept], clock)
    values = {line: _value_of(line, quantity) for line, quantity in lost.items()}
    _post_lost(held, delivery, lost, values, sign=1, at=clock.now())
    store.write_differences(
        [
            (line.id, one.lost, values.get(line, 0), one.turned_away, one.kept, str(one.reason), str(one.outcome))
            for one, line in ((one, by_number[one.number]) for one in found)
        ]
    )
    if not value.is_empty:
        delivery.proof_entry_id = _post_cost(held, delivery, value.by_account, clock=clock)
    again = {by_number[one.number]: one.lost for one in found if one.outcome is Outcome.RESHIPPED}
    for order_id, order in orders.items():
        own = {line.order_line_id: quantity for line, quantity in again.items() if line.order_id == order_id}
        raise_by(held, order, own, by=by, clock=clock)
    return found, value.cost


def _value_of(line: LineRow, lost: int) -> int:
    """What the exposure has of the part of a line that was lost."""
    return line.value - round_ratio(line.value * (line.quantity - lost), line.quantity)


def _documents(lines: Sequence[LineRow]) -> dict[int, Document]:
    """The orders of these lines, which are held, by id."""
    rows = store.order_model()._default_manager.filter(pk__in={line.order_id for line in lines}).order_by("pk")
    return {order.pk: load(order) for order in rows}  # type: ignore[arg-type]


def _left(held: Held, lines: Sequence[LineRow], orders: Mapping[int, Document]) -> list[Left]:
    ordered: dict[int, Line] = {line.id: line for order in orders.values() for line in order.lines}
    products = reference.products({line.product_id for line in lines})
    found = []
    for line in lines:
        balance = held.balance(books.line_key(line.order_line_id))
        accepted = max(ordered[line.order_line_id].accepted_shortfall - balance.lost, 0)
        allowed = balance.ordered + balance.tolerance - balance.delivered if line.quantity else 0
        is_paid_ahead = balance.billing_basis == BillingBasis.ORDERED
        found.append(
            Left(line.line_number, line.quantity, products[line.product_id].decimals, accepted, allowed, is_paid_ahead)
        )
    return found


def _post_lost(
    held: Held,
    delivery: Delivery,
    lost: Mapping[LineRow, int],
    values: Mapping[LineRow, int],
    *,
    sign: int,
    at: datetime,
) -> None:
    """Fulfilment and exposure of what was lost, or with -1 of what turned out not to be."""
    ref, account = books.ref(delivery), credit.key(delivery.company_id, delivery.payer_id)
    posted = []
    for line, quantity in lost.items():
        key, value = books.line_key(line.order_line_id), sign * values[line]
        posted.append(fulfilment.Entry(key, ref, Measure.LOST, sign * quantity, value, ref, line.id))
    fulfilment.post(held, posted, at=at)
    total = sum(values.values())
    exposure.post(held, books.summed([exposure.Entry(account, Part.OPEN_DELIVERIES, -sign * total, ref)]), at=at)


def _post_cost(held: Held, delivery: Delivery, amounts: Mapping[str, int], *, clock: Clock) -> int:
    company = snapshot().companies[delivery.company_id]
    return journal.post(
        held,
        company_id=delivery.company_id,
        on=clock.today(company.time_zone),
        text=f"Lost on the way, delivery {delivery.number}",
        source=books.ref(delivery),
        lines=[journal.Line(account, amount, amount, company.currency) for account, amount in amounts.items()],
        at=clock.now(),
    )


@action
def withdraw_proof(
    *, delivery_id: int, reason: str, expected_version: int | None = None, by: Actor, clock: Clock
) -> None:
    """Take a proof back: what was lost is billed again, and what was to be sent again is wanted no more.

    What was kept above what left has left, and stays so; the goods issue takes it back.

    `LaterDocuments` once the delivery is billed (cancel the invoice), or where what was to be sent again is in a
    delivery (cancel that).
    """
    if not reason.strip():
        raise InvalidInput("Say why the proof of delivery is taken back.", field="reason")
    held, delivery, lines = books.hold_one(delivery_id, expected_version=expected_version, by=by)
    delivery.state = DELIVERY.step(delivery.state, "withdraw_proof")
    if delivery.arrived_on is None:
        raise NotProven(Sentence("Delivery %(delivery)s has no proof yet."), delivery=delivery.number)
    lost = {line: line.lost for line in lines if line.lost}
    orders, entry_id = _documents(list(lost)), delivery.proof_entry_id
    held.take(
        *books.keys([delivery], list(lost) or lines),
        *(key for order in orders.values() for key in change_keys(order, order)),
        *(entries.keys_of(entry_id) if entry_id else ()),
    )
    name, at = proof_of(delivery), clock.now()
    refuse_if_followed(name, Sentence("take it back"), invoices_of(delivery), Sentence("cancel the invoice"))
    again = {line.order_line_id: line.lost for line in lost if line.proof_outcome == Outcome.RESHIPPED}
    refuse_if_followed(
        name, Sentence("take it back"), _sent_again(held, delivery, again), Sentence("cancel that delivery")
    )
    for order in orders.values():
        lower(held, order, again, by=by, clock=clock)
    _post_lost(held, delivery, lost, {line: line.lost_value for line in lost}, sign=-1, at=at)
    store.write_differences([(line.id, 0, 0, 0, 0, "", "") for line in lines])
    if entry_id:
        on = clock.today(reference.company(delivery.company_id).time_zone)
        text = f"Proof of delivery {delivery.number} taken back"
        journal.reverse(held, entry_id, on=on, text=text, source=books.ref(delivery), at=at)
    assert delivery.issued_on is not None
    promising.arrived([line.id for line in lines], planned_arrival(delivery, delivery.issued_on))
    delivery.arrived_on = delivery.proven_at = delivery.proof_entry_id = None
    delivery.signed_by = ""
    _save(delivery)
    events.record(
        "shipping.proof_withdrawn",
        books.ref(delivery),
        company_id=delivery.company_id,
        by=by,
        at=at,
        facts={"reason": reason},
    )


def _sent_again(held: Held, delivery: Delivery, again: Mapping[int, int]) -> list[Sentence]:
    """Deliveries made since the proof of order lines of which less is open than was to be sent again."""
    taken = [line_id for line_id, quantity in again.items() if _open(held, line_id) < quantity]
    found = DeliveryLine.objects.filter(
        order_line_id__in=taken, quantity__gt=0, delivery__made_at__gte=delivery.proven_at
    ).exclude(delivery__state=DeliveryState.CANCELLED)
    numbers = found.exclude(delivery=delivery).order_by("delivery_id").values_list("delivery__number", flat=True)
    return [Sentence("delivery %(number)s", number=number) for number in dict.fromkeys(numbers)]


def _open(held: Held, order_line_id: int) -> int:
    balance = held.balance(books.line_key(order_line_id))
    return int(balance.ordered - balance.delivered)


def _save(delivery: Delivery) -> None:
    columns = {"arrived_on": "date", "signed_by": "text", "proven_at": "at", "proof_entry_id": "int"}
    store.step("shipping_delivery", delivery, columns)
