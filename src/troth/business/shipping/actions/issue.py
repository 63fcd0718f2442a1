"""Goods issue: the goods leave. Stock, availability, fulfilment and the journal are posted together, or nothing is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from troth.business.credit import actions as credit
from troth.business.credit.rules import Point
from troth.business.masterdata.queries import Valuation, at_standard_cost, customer_groups, snapshot
from troth.business.masterdata.queries.lookup import needs_proof
from troth.business.promising import actions as promising
from troth.business.shipping import store
from troth.business.shipping.actions import books
from troth.business.shipping.actions.checked import credit_step
from troth.business.shipping.models import Delivery, Shipment
from troth.business.shipping.queries import ready
from troth.business.shipping.rules.readiness import refuse_unless_ready
from troth.business.shipping.rules.reversals import refuse_if_followed
from troth.business.shipping.states import DELIVERY, DeliveryState, ShipmentState
from troth.business.shipping.store import LineRow, TransferRow
from troth.kernel.errors import BusinessError, InvalidInput, Sentence
from troth.kernel.places import location_of
from troth.kernel.valuations import segment_of
from troth.ledgers.fulfilment import actions as fulfilment
from troth.ledgers.fulfilment import queries as flow
from troth.ledgers.fulfilment.keys import Measure
from troth.ledgers.journal import actions as journal
from troth.ledgers.journal import queries as entries
from troth.ledgers.stock import actions as stock
from troth.ledgers.stock import queries as movements
from troth.platform import events
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import Held
from troth.reference import queries as reference

GOODS_ISSUED, INVENTORY = "goods_issued", "inventory"
"""The posting keys of the account determination."""


@dataclass(frozen=True, slots=True)
class GoodsIssued:
    """`cost` at standard cost, in minor units of the company's currency."""

    delivery_id: int
    number: str
    issued_on: date
    cost: int


@dataclass(frozen=True, slots=True)
class IssueResult:
    """What became of a delivery in a mass goods issue: `issued`, or `code` and `reason` of the refusal."""

    delivery_id: int
    issued: GoodsIssued | None
    code: str = ""
    reason: str = ""


@action
def post_goods_issue(*, delivery_id: int, by: Actor, clock: Clock) -> GoodsIssued:
    """Post the goods issue of a delivery, on the site's date.

    `NotReady` names everything that is missing (picked, unblocked), `CreditBlocksGoodsIssue` where the exposure is past
    the limit, `NotEnoughStock` where the goods are no longer in the bins they were picked from.
    """
    held, delivery, lines = books.hold_one(delivery_id, by=by)
    if delivery.state != DeliveryState.OPEN:  # an open one is refused below, with all that it lacks
        DELIVERY.step(delivery.state, "issue")
    refuse_unless_ready(delivery.number, ready.reasons_of([delivery.pk])[delivery.pk])
    fetched = [one for one in store.transfers_for([delivery.pk]) if one.picked]
    value = _value(delivery, lines)
    held.take(
        *books.keys([delivery], lines),
        *(one.key for one in fetched),
        *journal.keys(delivery.company_id, value.by_account),
    )
    credit.check_goods_issue(held, credit_step(Point.GOODS_ISSUE, delivery, lines), clock=clock)
    delivery.state = DELIVERY.step(delivery.state, "issue")
    return _issue(held, delivery, lines, fetched, value, by=by, clock=clock)


def post_goods_issues(*, delivery_ids: Sequence[int], by: Actor, clock: Clock) -> tuple[IssueResult, ...]:
    """Post the goods issue of many deliveries, each in its own transaction; say what became of each, in their order."""
    return tuple(_try(delivery_id, by, clock) for delivery_id in dict.fromkeys(delivery_ids))


def _try(delivery_id: int, by: Actor, clock: Clock) -> IssueResult:
    try:
        return IssueResult(delivery_id, post_goods_issue(delivery_id=delivery_id, by=by, clock=clock))
    except BusinessError as refusal:
        return IssueResult(delivery_id, None, refusal.code, refusal.message)


def _issue(
    held: Held,
    delivery: Delivery,
    lines: Sequence[LineRow],
    fetched: Sequence[TransferRow],
    value: Valuation,
    *,
    by: Actor,
    clock: Clock,
) -> GoodsIssued:
    at, ref = clock.now(), books.ref(delivery)
    on = clock.today(snapshot().sites[delivery.site_id].time_zone)
    stock.post(
        held,
        [stock.Movement(one.key, -(one.picked or 0), "issue", on, ref, one.delivery_line_id) for one in fetched],
        at=at,
    )
    leaving = [line for line in lines if line.quantity]
    arrives_on = planned_arrival(delivery, on)
    promising.issue(held, _issuing(delivery, leaving, fetched), delivery=ref, today=on, arrives_on=arrives_on, at=at)
    fulfilment.post(held, _entries(delivery, leaving, sign=1), at=at)
    delivery.issued_at, delivery.issued_on = at, on
    delivery.needs_proof = needs_proof(delivery.customer_id)
    delivery.journal_entry_id = post_cost(held, delivery, value, clock=clock)
    _save(delivery)
    facts = {"cost": value.cost, "lines": len(leaving), "on": on}
    events.record("shipping.goods_issued", ref, company_id=delivery.company_id, by=by, at=at, facts=facts)
    return GoodsIssued(delivery.pk, delivery.number, on, value.cost)


@action
def reverse_goods_issue(*, delivery_id: int, reason: str, by: Actor, clock: Clock) -> None:
    """Take a goods issue back: the goods lie in their bins again, picked for the delivery.

    `LaterDocuments` once it is billed (cancel the invoice), has its proof (take that back), or its shipment has
    departed (recall it).
    """
    if not reason.strip():
        raise InvalidInput("Say why the goods issue is reversed.", field="reason")
    held, delivery, lines = books.hold_one(delivery_id, by=by)
    ref = books.ref(delivery)
    delivery.state = DELIVERY.step(delivery.state, "reverse_goods_issue")
    issued = [row.id for row in movements.movements(source=ref, limit=MOVEMENTS_MAX) if row.reverses_id is None]
    taken_back = set(movements.reversed_among(issued))
    postings = sorted(posting_id for posting_id in issued if posting_id not in taken_back)
    standing = _entries_that_stand(delivery)
    held.take(
        *books.keys([delivery], lines),
        *movements.keys_of(postings),
        *(key for entry_id in standing for key in entries.keys_of(entry_id)),
    )
    # Billing holds the fulfilment balances of these lines, so no invoice comes between this look and the posting.
    name = Sentence("goods issue of delivery %(number)s", number=delivery.number)
    refuse_if_followed(name, Sentence("reverse it"), invoices_of(delivery), Sentence("cancel the invoice"))
    refuse_if_followed(name, Sentence("reverse it"), _proof(delivery), Sentence("take the proof of delivery back"))
    refuse_if_followed(name, Sentence("reverse it"), _departed(delivery), Sentence("recall the shipment"))
    site, at = reference.site(delivery.site_id), clock.now()
    on = clock.today(site.time_zone)
    stock.reverse(held, postings, source=ref, on=on, at=at)
    leaving = [line for line in lines if line.quantity]
    fetched = store.transfers_for([delivery.pk])
    issuing = _issuing(delivery, leaving, fetched)
    promising.unissue(held, issuing, delivery=ref, goods_issue_on=max(delivery.goods_issue_on, on), at=at)
    fulfilment.post(held, _entries(delivery, leaving, sign=-1), at=at)
    for entry_id in standing:
        company_on = clock.today(reference.company(delivery.company_id).time_zone)
        text = f"Reversal of goods issue {delivery.number}"
        journal.reverse(held, entry_id, on=company_on, text=text, source=ref, at=at)
    delivery.issued_at = delivery.issued_on = delivery.journal_entry_id = None
    _save(delivery)
    events.record(
        "shipping.goods_issue_reversed", ref, company_id=delivery.company_id, by=by, at=at, facts={"reason": reason}
    )


MOVEMENTS_MAX = 1_000_000
"""All movements of a delivery: no page, the sum must be whole."""


def planned_arrival(delivery: Delivery, issued_on: date) -> date:
    """The delivery date as planned, later by as much as the goods leave late."""
    return delivery.delivery_on + max(issued_on - delivery.goods_issue_on, timedelta(0))


def _issuing(delivery: Delivery, lines: Sequence[LineRow], fetched: Sequence[TransferRow]) -> list[promising.Issuing]:
    """What leaves, and what of it from stock that is tied to the line, kept by its location or of its type."""
    allocated: dict[int, int] = {}
    batches: dict[int, dict[str, int]] = {}
    kept: dict[int, str] = {}
    for one in fetched:
        picked = one.picked or 0
        if location_of(one.key.owner):
            kept[one.delivery_line_id] = one.key.owner
        elif one.key.owner:
            allocated[one.delivery_line_id] = allocated.get(one.delivery_line_id, 0) + picked
        elif one.key.batch:
            of_line = batches.setdefault(one.delivery_line_id, {})
            of_line[one.key.batch] = of_line.get(one.key.batch, 0) + picked
        if one.key.valuation:
            kept[one.delivery_line_id] = segment_of(one.key.valuation)
    return [
        promising.Issuing(
            line.order_line_id,
            line.id,
            line.product_id,
            delivery.site_id,
            line.quantity,
            allocated.get(line.id, 0),
            tuple(batches.get(line.id, {}).items()),
            kept.get(line.id, ""),
        )
        for line in lines
    ]


def _entries(delivery: Delivery, lines: Iterable[LineRow], *, sign: int) -> list[fulfilment.Entry]:
    return [
        fulfilment.Entry(
            books.line_key(line.order_line_id),
            line.order,
            Measure.ISSUED,
            sign * line.quantity,
            sign * line.value,
            books.ref(delivery),
            line.id,
        )
        for line in lines
    ]


def _value(delivery: Delivery, lines: Sequence[LineRow]) -> Valuation:
    """What leaves at standard cost: cost of goods sold against inventory."""
    group = customer_groups([delivery.customer_id])[delivery.customer_id]
    goods = [(line.product_id, line.quantity) for line in lines]
    return at_standard_cost(delivery.company_id, goods, debit=GOODS_ISSUED, credit=INVENTORY, customer_group=group)


def post_cost(held: Held, delivery: Delivery, value: Valuation, *, clock: Clock) -> int | None:
    """Cost of goods sold to inventory; None where the goods cost nothing."""
    if value.is_empty:
        return None
    company = snapshot().companies[delivery.company_id]
    return journal.post(
        held,
        company_id=delivery.company_id,
        on=clock.today(company.time_zone),
        text=f"Goods issue {delivery.number}",
        source=books.ref(delivery),
        lines=[journal.Line(account, amount, amount, company.currency) for account, amount in value.by_account.items()],
        at=clock.now(),
    )


def invoices_of(delivery: Delivery) -> list[Sentence]:
    """The invoices that bill something of a delivery, as followers."""
    billed = flow.successors(books.ref(delivery), Measure.BILLED)
    return [
        Sentence("invoice %(number)s", number=edge.target.number or edge.target.id) for edge in billed if edge.quantity
    ]


def proof_of(delivery: Delivery) -> Sentence:
    return Sentence("proof of delivery %(number)s", number=delivery.number)


def _entries_that_stand(delivery: Delivery) -> list[int]:
    """The journal entries of a delivery that no other entry reverses: its goods issue, and what followed late."""
    found = entries.entries(books.ref(delivery))
    reversed_ones = {one.reverses_id for one in found}
    return [one.id for one in found if one.reverses_id is None and one.id not in reversed_ones]


def _proof(delivery: Delivery) -> list[Sentence]:
    return [proof_of(delivery)] if delivery.arrived_on else []


def _departed(delivery: Delivery) -> list[Sentence]:
    found = Shipment.objects.filter(deliveries=delivery, state=ShipmentState.DEPARTED)
    return [
        Sentence("departure of shipment %(number)s", number=number) for number in found.values_list("number", flat=True)
    ]


def _save(delivery: Delivery) -> None:
    columns = {"state": "text", "issued_at": "at", "issued_on": "date", "needs_proof": "bool"}
    columns["journal_entry_id"] = "int"
    store.step("shipping_delivery", delivery, columns)
